import path from 'node:path';
import { commands, debug, l10n, window, workspace } from 'vscode';
import type { BootConfigurations } from './boot-configurations.ts';
import { pickBoot } from './boot-picker.ts';
import { editBootConfigurations, newBootConfiguration, runningOf, saveBootConfiguration } from './boot-saving.ts';
import type { Booting } from './booting.ts';
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
}

/** Commands about boot configurations and what they have made of a menu.lst. */
export function bootHandlers({ hosts, configurations, booting, debugging, terminals, documents }: Parts) {
  const boot = async (name: string): Promise<void> => {
    await booting.boot(await configurations.wish({ configuration: name }), (guest, starting) => {
      terminals.open(guest, starting);
    });
  };
  return {
    bootConfiguration: async (node) => {
      const picked = typeof node === 'string' ? ({ do: 'boot', name: node } as const) : await pickBoot(configurations);
      if (!picked) return;
      if (picked.do === 'new') await newBootConfiguration(hosts, configurations);
      else if (picked.do === 'edit') await editBootConfigurations();
      else if (picked.do === 'choose') await configurations.choose(picked.name);
      else if (picked.do === 'debug') await bootAndDebug(picked.name);
      else await boot(picked.name);
    },
    bootLast: async () => {
      const last = configurations.last();
      if (last) await boot(last.name);
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

async function bootAndDebug(name: string): Promise<void> {
  await debug.startDebugging(workspace.workspaceFolders?.[0], {
    type: DEBUG_TYPE,
    request: 'launch',
    name,
    configuration: name,
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
