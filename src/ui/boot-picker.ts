import { l10n, QuickPickItemKind, ThemeIcon, window, type QuickInputButton, type QuickPickItem } from 'vscode';
import { isHarmless } from '../guest/boot-configuration.ts';
import { problemClause } from './boot-configuration-words.ts';
import type { BootConfigurations } from './boot-configurations.ts';
import { deviceWords, machineWords } from './boot-words.ts';

/** What somebody has chosen to do. */
export type PickedBoot =
  | { do: 'boot' | 'debug' | 'choose'; name: string }
  | { do: 'boot-target'; target: PickedTarget }
  | { do: 'debug-target'; target: PickedTarget }
  | { do: 'new' }
  | { do: 'edit' };

/** A boot target of a build directory, without a configuration. */
interface PickedTarget {
  bootTarget: string;
  buildDirectory: string;
}

/** What can be picked with it. */
export interface TargetChoice extends PickedTarget {
  description: string;
}

interface Item extends QuickPickItem {
  action?: PickedBoot;
}

/**
 * All configurations, the last one first; those that something is wrong with say what, and lead to the settings. Below
 * them are the boot targets, as soon as they are known.
 */
export async function pickBoot(
  configurations: BootConfigurations,
  targets: Promise<readonly TargetChoice[]>,
): Promise<PickedBoot | undefined> {
  const debug: QuickInputButton = { iconPath: new ThemeIcon('debug-alt'), tooltip: l10n.t('Boot and Debug') };
  const choose: QuickInputButton = { iconPath: new ThemeIcon('check'), tooltip: l10n.t('Choose without Booting') };
  const last = configurations.last();
  const sound = configurations
    .sound()
    .sort((a, b) => Number(b.name === last?.name) - Number(a.name === last?.name))
    .map((each): Item => {
      const description = [configurations.hostName(each), deviceWords(each), machineWords(each)];
      return {
        label: `$(vm) ${each.name}`,
        description: description.filter((part) => part !== '').join(' · '),
        buttons: [debug, choose],
        action: { do: 'boot', name: each.name },
      };
    });
  const damaged = configurations.entries().flatMap(({ name, configuration, problems }, index): Item[] => {
    const problem = problems.find((each) => !isHarmless(each));
    if (configuration || !problem) return [];
    const label = `$(warning) ${name ?? l10n.t('Number {0}', index + 1)}`;
    return [{ label, detail: problemClause(problem), action: { do: 'edit' } }];
  });
  const items = (known: readonly TargetChoice[]): Item[] => [
    ...sound,
    ...damaged,
    ...(known.length === 0 ? [] : [{ label: l10n.t('boot targets'), kind: QuickPickItemKind.Separator }]),
    ...known.map(({ bootTarget, buildDirectory, description }): Item => {
      const target = { bootTarget, buildDirectory };
      const action = { do: 'boot-target', target } as const;
      return { label: `$(circuit-board) ${bootTarget}`, description, buttons: [debug], action };
    }),
    { label: '', kind: QuickPickItemKind.Separator },
    { label: l10n.t('$(add) New Configuration…'), alwaysShow: true, action: { do: 'new' } },
    { label: l10n.t('$(gear) Edit Configurations'), alwaysShow: true, action: { do: 'edit' } },
  ];
  const picker = window.createQuickPick<Item>();
  picker.title = l10n.t('Boot Barrelfish');
  picker.placeholder = l10n.t('Boot configuration');
  picker.items = items([]);
  picker.matchOnDescription = true;
  const result = Promise.withResolvers<PickedBoot | undefined>();
  picker.onDidAccept(() => {
    result.resolve(picker.selectedItems[0]?.action);
  });
  picker.onDidTriggerItemButton(({ item: { action }, button }) => {
    if (action?.do === 'boot-target') result.resolve({ do: 'debug-target', target: action.target });
    if (action && 'name' in action) result.resolve({ do: button === debug ? 'debug' : 'choose', name: action.name });
  });
  picker.onDidHide(() => {
    result.resolve(undefined);
  });
  picker.show();
  targets.then(
    (known) => {
      // The same again would take the selection away.
      if (known.length > 0) picker.items = items(known);
    },
    () => undefined, // a Makefile that can't be read has none
  );
  try {
    return await result.promise;
  } finally {
    picker.dispose();
  }
}
