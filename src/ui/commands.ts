import { commands, debug, env, l10n, Uri, window, workspace, type Disposable, type TreeView } from 'vscode';
import { parsePciAddress, shortAddress } from '../host/pci-address.ts';
import { endpointsOf } from '../host/snapshot.ts';
import type { Booting, BootWish } from './booting.ts';
import { chooseBuildDirectory } from './build-choice.ts';
import { checkHost, copyCheckCommands, copyHostReport, showKernelArgumentDiff } from './check-commands.ts';
import type { Debugging } from './debugging.ts';
import {
  bind,
  copyAddresses,
  copyIds,
  explain,
  putBack,
  release,
  setVirtualFunctions,
  showPlan,
  takeAnyway,
  type Target,
} from './device-commands.ts';
import type { DeviceNode } from './device-nodes.ts';
import { pickDevices, targetsOf } from './device-picker.ts';
import type { DeviceState } from './device-row.ts';
import type { DeviceTree } from './device-tree.ts';
import type { Documents } from './documents.ts';
import type { GuestList, RunningGuest } from './guest-list.ts';
import type { GuestNode } from './guest-tree.ts';
import { addHost, connectInTerminal, copyKernelArgument, retry, showIommuSteps } from './host-commands.ts';
import type { HostList } from './host-list.ts';
import { commandId, DEBUG_TYPE, type CommandName } from './identifiers.ts';
import type { Messages } from './messages.ts';
import { askForName, keepDevices } from './own-commands.ts';
import type { ReadinessNode, ReadinessView } from './readiness-view.ts';
import type { SerialTerminals } from './serial-terminal.ts';

export interface Parts {
  hosts: HostList;
  tree: DeviceTree;
  view: TreeView<DeviceNode>;
  guests: GuestList;
  booting: Booting;
  debugging: Debugging;
  terminals: SerialTerminals;
  documents: Documents;
  messages: Messages;
  readinessView: ReadinessView;
  readinessTree: TreeView<ReadinessNode>;
}

const EVERY_STATE: readonly DeviceState[] = ['free', 'bound', 'locked', 'bridge', 'interrupted'];

type Handler = (node: unknown, selection: unknown) => Promise<void> | void;

/** Every command. A name without a handler, or one that is none, does not compile. */
function handlers(parts: Parts): Record<CommandName, Handler> {
  const { hosts, tree, view, booting, debugging, terminals, documents, messages, readinessView, readinessTree } = parts;

  /** What a command is about: its rows, an address as text, or what the user picks. */
  const devices = async (
    node: unknown,
    selection: unknown,
    ask: { title: string; states: readonly DeviceState[]; many?: boolean },
  ): Promise<Target[]> => {
    const targets = targetsOf(node, selection);
    if (targets.length > 0) return targets;
    await hosts.readAll();
    const address = typeof node === 'string' ? parsePciAddress(node) : undefined;
    if (address) {
      const host = hosts.all().find(({ state }) => state.kind === 'ready' && state.snapshot.functions.has(address));
      if (host) return [{ host, address }];
    }
    return (await pickDevices(hosts, ask.title, ask.states, ask.many ?? false)) ?? [];
  };
  const oneDevice = async (node: unknown, title: string, states: readonly DeviceState[]): Promise<Target | undefined> =>
    (await devices(node, undefined, { title, states }))[0];
  const guestOf = async (node: unknown, title: string): Promise<RunningGuest | undefined> => {
    const candidate = node as GuestNode | undefined;
    return candidate?.kind === 'guest' ? candidate : debugging.pickGuest(title);
  };

  /** The devices to boot with: the whole group is handed over, but only the chosen ones are passed on. */
  const wishFor = async (node: unknown, selection: unknown, title: string): Promise<BootWish | undefined> => {
    const chosen = await devices(node, selection, { title, states: ['bound', 'free'], many: true });
    const [first] = chosen;
    if (!first) return undefined;
    return {
      host: first.host,
      devices: chosen.filter(({ host }) => host === first.host).map(({ address }) => address),
    };
  };
  const openTerminal = (name: string, starting: Promise<RunningGuest['guest']>): void => {
    terminals.open(name, starting);
  };

  return {
    refresh: async () => {
      await Promise.all(hosts.all().map((host) => host.refresh()));
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
    reveal: async (node) => {
      const target = await oneDevice(node, l10n.t('Go to device'), EVERY_STATE);
      if (!target) return;
      if (tree.filter !== '') tree.filter = '';
      const row = tree.find(target.host, target.address);
      if (row) await view.reveal(row, { select: true, focus: true });
    },
    copyAddress: async (node, selection) => {
      const states = EVERY_STATE;
      await copyAddresses(await devices(node, selection, { title: l10n.t('Copy address of'), states }));
    },
    copyIds: async (node, selection) => {
      const states = EVERY_STATE;
      await copyIds(await devices(node, selection, { title: l10n.t('Copy ids of'), states }));
    },
    copyQemuOption: async (node, selection) => {
      const title = l10n.t('Copy QEMU option for');
      const targets = await devices(node, selection, { title, states: ['free', 'bound'], many: true });
      await env.clipboard.writeText(targets.map(({ address }) => `-device vfio-pci,host=${address}`).join(' '));
    },
    explain: async (node) => {
      const target = await oneDevice(node, l10n.t('Why does the host keep'), ['locked']);
      if (target) await explain(target);
    },
    showPlan: async (node) => {
      const target = await oneDevice(node, l10n.t('Show plan for'), ['free', 'bound']);
      if (target) await showPlan(target, documents);
    },
    bind: async (node, selection) => {
      const title = l10n.t('Bind to vfio-pci');
      await bind(await devices(node, selection, { title, states: ['free'], many: true }));
    },
    release: async (node, selection) => {
      const title = l10n.t('Release to the host');
      await release(await devices(node, selection, { title, states: ['bound'], many: true }));
    },
    putBack: async (node, selection) => {
      const title = l10n.t('Put back');
      await putBack(await devices(node, selection, { title, states: ['interrupted'], many: true }));
    },
    setVirtualFunctions: async (node) => {
      const target = await oneDevice(node, l10n.t('Virtual functions of'), EVERY_STATE);
      if (target) await setVirtualFunctions(target);
    },
    takeAnyway: async (node) => {
      const target = await oneDevice(node, l10n.t('Take anyway'), ['locked']);
      if (target) await takeAnyway(target);
    },
    nameDevice: async (node) => {
      const target = await oneDevice(node, l10n.t('Name'), EVERY_STATE);
      if (target) await askForName(target);
    },
    neverTouch: async (node, selection) => {
      const states = EVERY_STATE.filter((state) => state !== 'bridge');
      await keepDevices(await devices(node, selection, { title: l10n.t('Never touch'), states, many: true }), true);
    },
    allowAgain: async (node, selection) => {
      await keepDevices(await devices(node, selection, { title: l10n.t('Allow again'), states: ['locked'] }), false);
    },
    boot: async (node, selection) => {
      const wish = await wishFor(node, selection, l10n.t('Boot with'));
      if (wish) await booting.boot(wish, openTerminal);
    },
    bootGuest: async () => {
      await hosts.readAll();
      const wish = await pickBootDevices(hosts, () => wishFor(undefined, undefined, l10n.t('Boot with')));
      if (wish) await booting.boot(wish, openTerminal);
    },
    bootAndDebug: async (node, selection) => {
      const wish = await wishFor(node, selection, l10n.t('Boot and debug with'));
      if (!wish) return;
      const name = l10n.t('Barrelfish with {0}', wish.devices.map(shortAddress).join(', '));
      await debug.startDebugging(workspace.workspaceFolders?.[0], {
        type: DEBUG_TYPE,
        request: 'launch',
        name,
        host: wish.host.name,
        devices: wish.devices,
        stopAtEntry: true,
      });
    },
    copyCommandLine: async (node, selection) => {
      const wish = await wishFor(node, selection, l10n.t('Copy QEMU command line for'));
      if (wish) await booting.copyCommandLine(wish);
    },
    exportScript: async (node, selection) => {
      const wish = await wishFor(node, selection, l10n.t('Export a script for'));
      if (wish) await booting.exportScript(wish);
    },
    chooseBuildDirectory: async () => {
      await chooseBuildDirectory();
    },
    openSerial: async (node) => {
      const running = await guestOf(node, l10n.t('Open the serial terminal of'));
      if (running) terminals.show(running.guest);
    },
    openLog: async (node) => {
      const running = await guestOf(node, l10n.t('Open the serial log of'));
      if (running) await window.showTextDocument(Uri.file(running.log.file));
    },
    attach: async (node) => {
      const running = await guestOf(node, l10n.t('Attach the debugger to'));
      if (!running) return;
      const { guest } = running;
      await debug.startDebugging(workspace.workspaceFolders?.[0], {
        type: DEBUG_TYPE,
        request: 'attach',
        name: guest.spec.name,
        guest: guest.session.id,
      });
    },
    stop: async (node) => {
      const running = await guestOf(node, l10n.t('Stop'));
      await running?.guest.stop();
    },
    checkHost: (node) => checkHost(readinessView, readinessTree, hosts, node),
    copyHostReport: (node) => copyHostReport(readinessView, hosts, node),
    showKernelArgumentDiff: (node) => showKernelArgumentDiff(readinessView, hosts, documents, node),
    copyCheckCommands: (node) => copyCheckCommands(node),
    showOutput: () => {
      messages.log.show();
    },
  };
}

/** From the palette: with devices where there are any to boot with, else with what QEMU plays. */
async function pickBootDevices(
  hosts: HostList,
  wish: () => Promise<BootWish | undefined>,
): Promise<BootWish | undefined> {
  const [host] = hosts.all().filter(({ state }) => state.kind === 'ready');
  if (!host) return undefined;
  const { snapshot } = host.ready();
  const any =
    hosts.all().length > 1 || [...snapshot.groups.keys()].some((group) => endpointsOf(snapshot, group).length > 0);
  if (!any) return { host, devices: [] };
  const passed = { label: l10n.t('$(circuit-board) With devices of a host…'), passed: true };
  const emulated = {
    label: l10n.t('$(vm) With emulated devices only'),
    description: l10n.t('an e1000 network card, on {0}', host.name),
    passed: false,
  };
  const chosen = await window.showQuickPick([passed, emulated], { title: l10n.t('Boot Barrelfish') });
  if (!chosen) return undefined;
  return chosen.passed ? wish() : { host, devices: [] };
}

function hostName(node: unknown): unknown {
  if (typeof node === 'object' && node !== null && 'host' in node) return (node as DeviceNode).host.name;
  return node;
}

/** Commands that are buttons of rows. */
const ofRows: ReadonlySet<string> = new Set<CommandName>(['bind', 'release', 'putBack', 'boot', 'explain', 'stop']);

/** Registers all commands; what they throw becomes words. */
export function registerCommands(parts: Parts): Disposable[] {
  return Object.entries(handlers(parts)).map(([name, handler]) =>
    commands.registerCommand(commandId(name as CommandName), async (...args: unknown[]) => {
      const [node, selection] = args;
      // The palette gives no arguments; a row that was read anew in the moment of the click gives an empty one.
      if (ofRows.has(name) && args.length > 0 && node === undefined) {
        void window.showInformationMessage(l10n.t('The rows have just changed. Press the button again.'));
        return;
      }
      try {
        await handler(node, selection);
      } catch (error) {
        void parts.messages.failure(name, error);
      }
    }),
  );
}
