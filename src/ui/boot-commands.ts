import path from 'node:path';
import { commands, debug, l10n, window, workspace } from 'vscode';
import type { MakeCache } from '../barrelfish/make-cache.ts';
import { boardTarget } from '../guest/boards.ts';
import type { AskedBoot, BootConfigurations } from './boot-configurations.ts';
import { pickBoot, type TargetChoice } from './boot-picker.ts';
import { editBootConfigurations, newBootConfiguration, runningOf, saveBootConfiguration } from './boot-saving.ts';
import type { Booting } from './booting.ts';
import type { BuildDirectories } from './build-directories.ts';
import type { Handler } from './command-targets.ts';
import type { Debugging } from './debugging.ts';
import type { Documents } from './documents.ts';
import type { RunningGuest } from './guest-list.ts';
import type { HostList } from './host-list.ts';
import { commandId, DEBUG_TYPE, type CommandName } from './identifiers.ts';
import type { SerialTerminals } from './serial-terminal.ts';

interface Parts {
  hosts: HostList;
  configurations: BootConfigurations;
  booting: Booting;
  debugging: Debugging;
  terminals: SerialTerminals;
  documents: Documents;
  buildDirectories: BuildDirectories;
  makeCache: MakeCache;
}

/** Commands about boot configurations and what they have made of a menu.lst. */
export function bootHandlers(parts: Parts) {
  const { hosts, configurations, booting, debugging, terminals, documents } = parts;
  const boot = async (asked: AskedBoot): Promise<void> => {
    await booting.boot(await configurations.wish(asked), (guest, starting) => {
      terminals.open(guest, starting);
    });
  };
  return {
    bootConfiguration: async (node) => {
      const picked =
        typeof node === 'string'
          ? ({ do: 'boot', name: node } as const)
          : await pickBoot(configurations, boardTargets(parts));
      if (!picked) return;
      if (picked.do === 'new') await newBootConfiguration(hosts, configurations);
      else if (picked.do === 'edit') await editBootConfigurations();
      else if (picked.do === 'choose') await configurations.choose(picked.name);
      else if (picked.do === 'debug') await bootAndDebug(picked.name, { configuration: picked.name });
      else if (picked.do === 'debug-target') await bootAndDebug(picked.target.bootTarget, picked.target);
      else if (picked.do === 'boot-target') await boot(picked.target);
      else await boot({ configuration: picked.name });
    },
    bootLast: async () => {
      const last = configurations.last();
      if (last) await boot({ configuration: last.name });
      else await commands.executeCommand(commandId('bootConfiguration'));
    },
    newBootConfiguration: () => newBootConfiguration(hosts, configurations),
    saveBootConfiguration: async (node, selection) => {
      await saveBootConfiguration(hosts, configurations, debugging, node, selection);
    },
    editBootConfigurations,
    showBootMenu: async (node) => {
      const running = runningOf(node) ?? (await debugging.pickGuest(l10n.t('Show the menu.lst of')));
      if (running) await showBootMenu(running, documents);
    },
  } satisfies Partial<Record<CommandName, Handler>>;
}

/** Boot targets with a board, of the chosen build directory: reading them takes a while for the first time. */
async function boardTargets({ buildDirectories, makeCache }: Parts): Promise<TargetChoice[]> {
  await buildDirectories.ready();
  const build = buildDirectories.chosen;
  if (!build?.architectures.some((each) => each.startsWith('arm'))) return [];
  const { bootTargets } = await makeCache.targets(build.path);
  return bootTargets
    .filter(({ target }) => build.architectures.includes(boardTarget(target)?.board.architecture ?? ''))
    .map(({ target, description }) => ({ bootTarget: target, buildDirectory: build.path, description }));
}

async function bootAndDebug(name: string, asked: AskedBoot): Promise<void> {
  await debug.startDebugging(workspace.workspaceFolders?.[0], {
    type: DEBUG_TYPE,
    request: 'launch',
    name,
    ...asked,
    stopAtEntry: true,
  });
}

/** What was booted beside what is in the build directory; that alone where it is the same. */
async function showBootMenu({ guest }: RunningGuest, documents: Documents): Promise<void> {
  const { name, origin } = guest.spec;
  if (!origin) {
    void window.showInformationMessage(l10n.t('It is not known what {0} was booted from.', name));
    return;
  }
  const { buildDirectory, menuList, menu } = origin;
  const file = path.basename(menuList);
  if (menu) {
    const title = l10n.t('{0}: as built ↔ as booted by {1}', file, name);
    await documents.compare({ name: file, text: menu.before }, { name: file, text: menu.after }, title);
    return;
  }
  void window.showInformationMessage(l10n.t('{0} was booted with {1} as it is.', name, menuList));
  await window.showTextDocument(await workspace.openTextDocument(path.join(buildDirectory, menuList)));
}
