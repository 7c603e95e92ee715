import { commands, l10n, window, type Disposable, type Memento, type TreeView } from 'vscode';
import type { MakeCache } from '../barrelfish/make-cache.ts';
import { bootHandlers } from './boot-commands.ts';
import type { BootConfigurations } from './boot-configurations.ts';
import type { Booting } from './booting.ts';
import { buildHandlers } from './build-commands.ts';
import type { BuildDirectories } from './build-directories.ts';
import type { Builds } from './builds.ts';
import { checkHost, copyCheckCommands, copyHostReport, showKernelArgumentDiff } from './check-commands.ts';
import type { Handler } from './command-targets.ts';
import { debugHandlers } from './debug-handlers.ts';
import type { DebugSessions } from './debug-sessions.ts';
import type { Debugging } from './debugging.ts';
import { deviceHandlers } from './device-handlers.ts';
import type { DeviceNode } from './device-nodes.ts';
import type { DeviceTree } from './device-tree.ts';
import type { Documents } from './documents.ts';
import type { DriverKnowledge } from './driver-knowledge.ts';
import { guestHandlers } from './guest-handlers.ts';
import type { GuestList } from './guest-list.ts';
import type { GuestSessions } from './guest-sessions.ts';
import { installHelperOn, removeHelperFrom } from './helper-commands.ts';
import { addHost, connectInTerminal, copyKernelArgument, retry, showIommuSteps } from './host-commands.ts';
import type { HostList } from './host-list.ts';
import { commandId, type CommandName } from './identifiers.ts';
import type { LanguageFeatures } from './language-client.ts';
import type { Messages } from './messages.ts';
import type { ReadinessNode, ReadinessView } from './readiness-view.ts';
import type { SerialSources } from './serial-sources.ts';
import type { SerialTerminals } from './serial-terminal.ts';

export interface Parts {
  builds: Builds;
  buildDirectories: BuildDirectories;
  makeCache: MakeCache;
  workspaceState: Memento;
  hosts: HostList;
  guests: GuestList;
  sessions: GuestSessions;
  tree: DeviceTree;
  view: TreeView<DeviceNode>;
  configurations: BootConfigurations;
  booting: Booting;
  debugging: Debugging;
  debugSessions: DebugSessions;
  serialSources: SerialSources;
  terminals: SerialTerminals;
  documents: Documents;
  drivers: DriverKnowledge;
  messages: Messages;
  readinessView: ReadinessView;
  readinessTree: TreeView<ReadinessNode>;
  languages: LanguageFeatures;
}

/** Every command. A name without a handler, or one that is none, does not compile. */
function handlers(parts: Parts): Record<CommandName, Handler> {
  const { hosts, sessions, tree, documents, messages, readinessView, readinessTree } = parts;
  return {
    ...deviceHandlers(parts),
    ...guestHandlers(parts),
    ...debugHandlers(parts),
    ...bootHandlers(parts),
    ...buildHandlers(parts),
    refresh: async () => {
      await Promise.all(hosts.all().map((host) => host.refresh()));
      await sessions.findAll();
    },
    retry: (node) => retry(hosts, hostName(node)),
    connectInTerminal: (node) => connectInTerminal(hosts, hostName(node)),
    addHost: () => addHost(hosts),
    showByClass: () => {
      tree.byClass = true;
    },
    showByGroup: () => {
      tree.byClass = false;
    },
    filter: async () => {
      const text = await window.showInputBox({
        title: l10n.t('Filter Devices'),
        prompt: l10n.t('Words that a device must have: address, ids, name, class, driver, interface, "group 14"'),
        value: tree.filter,
      });
      if (text !== undefined) tree.filter = text;
    },
    clearFilter: () => {
      tree.filter = '';
    },
    showWithoutIommu: () => {
      tree.showWithoutIommu();
    },
    showIommuSteps: () => showIommuSteps(hosts, documents),
    copyKernelArgument: () => copyKernelArgument(),
    checkHost: (node) => checkHost(readinessView, readinessTree, hosts, node),
    copyHostReport: (node) => copyHostReport(readinessView, hosts, node),
    showKernelArgumentDiff: (node) => showKernelArgumentDiff(readinessView, hosts, documents, node),
    copyCheckCommands: (node) => copyCheckCommands(node),
    installHelper: (node) => installHelperOn(hosts, documents, node),
    removeHelper: (node) => removeHelperFrom(hosts, node),
    showOutput: () => {
      messages.log.show();
    },
    restartLanguageServer: () => parts.languages.restart(),
  };
}

function hostName(node: unknown): unknown {
  if (typeof node === 'object' && node !== null && 'host' in node) return (node as DeviceNode).host.name;
  return node;
}

/** Commands that are buttons of rows, or stand in their menus alone. */
const ofRows: ReadonlySet<string> = new Set<CommandName>([
  'bind',
  'release',
  'putBack',
  'takeAnyway',
  'setVirtualFunctions',
  'nameDevice',
  'neverTouch',
  'allowAgain',
  'boot',
  'explain',
  'pause',
  'resume',
  'stop',
  'unplug',
]);

/** A row of the devices, which keeps its id when it is read anew. */
function rowOf(node: unknown): string | undefined {
  const { id } = (node ?? {}) as Partial<DeviceNode>;
  return typeof id === 'string' ? id : undefined;
}

/** Registers all commands; what they throw becomes words. */
export function registerCommands(parts: Parts): Disposable[] {
  const underWay = new Set<string>();
  return Object.entries(handlers(parts)).map(([name, handler]) =>
    commands.registerCommand(commandId(name as CommandName), async (...args: unknown[]) => {
      const [node, selection] = args;
      // The palette gives no arguments; a row that was read anew in the moment of the click gives an empty one.
      if (ofRows.has(name) && args.length > 0 && node === undefined) {
        void window.showInformationMessage(l10n.t('The rows have just changed. Press the button again.'));
        return undefined;
      }
      // A double click on a row's button asks once: a second dialog would wait behind the first.
      const row = rowOf(node);
      const run = row === undefined ? undefined : `${name} ${row}`;
      if (run !== undefined && underWay.has(run)) return undefined;
      if (run !== undefined) underWay.add(run);
      try {
        return await handler(node, selection);
      } catch (error) {
        void parts.messages.failure(name, error);
        return undefined;
      } finally {
        if (run !== undefined) underWay.delete(run);
      }
    }),
  );
}
