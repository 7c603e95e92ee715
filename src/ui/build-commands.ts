import path from 'node:path';
import { commands, l10n, QuickPickItemKind, window, type Memento, type QuickPickItem } from 'vscode';
import type { BuildDirectory } from '../barrelfish/build-directory.ts';
import type { MakeCache } from '../barrelfish/make-cache.ts';
import { isGoal, type MakeTargets } from '../barrelfish/make-targets.ts';
import { SKB_PROGRAMS, SKB_RAM_DISK } from '../barrelfish/skb-files.ts';
import { Failure } from '../host/failure.ts';
import { buildChoice, chooseBuildDirectory } from './build-choice.ts';
import type { BuildDirectories } from './build-directories.ts';
import { workspaceFolders } from './build-settings.ts';
import { setUpBuildDirectory } from './build-setup.ts';
import { failureOf, type Builds } from './builds.ts';
import type { CommandName } from './identifiers.ts';

const LAST = 'barrelfish.lastTargets';

interface Parts {
  builds: Builds;
  buildDirectories: BuildDirectories;
  makeCache: MakeCache;
  workspaceState: Memento;
}

interface Choice extends QuickPickItem {
  targets?: readonly string[];
}

type BuildCommandName = Extract<
  CommandName,
  | 'chooseBuildDirectory'
  | 'build'
  | 'buildAgain'
  | 'buildMissing'
  | 'buildModule'
  | 'setUpBuildDirectory'
  | 'useContainer'
  | 'showProblems'
  | 'buildDirectoryPath'
>;

export function buildHandlers(parts: Parts): Record<BuildCommandName, (argument: unknown) => unknown> {
  const { builds, buildDirectories } = parts;
  return {
    chooseBuildDirectory: () => chooseBuildDirectory(),
    build: () => buildPicked(parts),
    buildAgain: () => buildAgain(parts),
    buildMissing: (wanted) => buildMissing(parts, wanted),
    buildModule: () => buildModule(parts),
    setUpBuildDirectory: () => setUpBuildDirectory(builds, buildDirectories),
    // In a window on another machine, the user's own settings don't have it: it is of the machine.
    useContainer: () =>
      commands.executeCommand(
        workspaceFolders().length > 0 ? 'workbench.action.openWorkspaceSettings' : 'workbench.action.openSettings',
        { query: 'barrelfish.build.wrapper' },
      ),
    showProblems: () => commands.executeCommand('workbench.actions.view.problems'),
    // For problem matchers, which put it in front of relative paths.
    buildDirectoryPath: async () => {
      await buildDirectories.ready();
      return buildDirectories.chosen?.path ?? '';
    },
  };
}

/** Runs make; a failure that says no more than the problems do is no message. */
async function make(
  { builds, workspaceState }: Parts,
  build: BuildDirectory,
  targets: readonly string[],
): Promise<void> {
  await workspaceState.update(LAST, { directory: build.path, targets });
  const result = await builds.run({ ...builds.makeWish(build, targets), reveal: true });
  if (result.exitCode !== 0 && !result.stopped) throw failureOf(result, targets);
}

async function buildPicked(parts: Parts): Promise<void> {
  const build = await buildChoice();
  if (!build) return;
  const targets = await pickTargets(parts, build);
  if (targets) await make(parts, build, targets);
}

async function buildAgain(parts: Parts): Promise<void> {
  const build = await buildChoice();
  if (!build) return;
  const targets = lastTargets(parts, build) ?? (await pickTargets(parts, build));
  if (targets) await make(parts, build, targets);
}

/** The button below a boot that lacks files. */
async function buildMissing(parts: Parts, wanted: unknown): Promise<void> {
  const { menu, targets } = (wanted ?? {}) as { menu?: unknown; targets?: unknown };
  const { buildDirectories } = parts;
  await buildDirectories.ready();
  const owner = buildDirectories.all.find(({ path: own }) => typeof menu === 'string' && menu.startsWith(`${own}/`));
  const build = owner ?? (await buildChoice());
  if (!build || !Array.isArray(targets)) return;
  await make(
    parts,
    build,
    targets.filter((each): each is string => typeof each === 'string'),
  );
}

/** What the file in the editor becomes part of. */
async function buildModule(parts: Parts): Promise<void> {
  const file = window.activeTextEditor?.document.uri;
  const build = await buildChoice();
  if (!build) return;
  const relative = file?.scheme === 'file' ? path.relative(build.sourceDirectory, file.fsPath) : '..';
  const targets = relative.startsWith('..') ? [] : targetsOfFile(await parts.makeCache.targets(build.path), relative);
  const [only] = targets;
  if (only === undefined) {
    void window.showInformationMessage(l10n.t('No Hakefile makes a module of this file alone. Choose what to build.'));
    await buildPicked(parts);
    return;
  }
  const chosen =
    targets.length === 1 ? only : await window.showQuickPick(targets, { title: l10n.t('Module to build') });
  if (chosen !== undefined) await make(parts, build, [chosen]);
}

/** The Makefile says which Hakefile a rule is of; that of a file is in its directory or above. */
function targetsOfFile({ modules }: MakeTargets, file: string): string[] {
  if (`${path.dirname(file)}/`.startsWith(`${SKB_PROGRAMS}/`)) return [SKB_RAM_DISK];
  for (let directory = path.dirname(file); directory !== '.'; directory = path.dirname(directory)) {
    const made = modules.filter((module) => module.directory === directory).map(({ target }) => target);
    if (made.length > 0) return made;
  }
  return [];
}

function lastTargets({ workspaceState }: Parts, build: BuildDirectory): readonly string[] | undefined {
  const last = workspaceState.get<{ directory?: unknown; targets?: unknown }>(LAST);
  const { directory, targets } = last ?? {};
  if (directory !== build.path || !Array.isArray(targets)) return undefined;
  const names = targets.filter((each): each is string => typeof each === 'string');
  return names.length > 0 ? names : undefined;
}

function section(label: string, choices: readonly Choice[]): Choice[] {
  return choices.length === 0 ? [] : [{ label, kind: QuickPickItemKind.Separator }, ...choices];
}

function choicesOf(targets: MakeTargets, last: readonly string[] | undefined): Choice[] {
  return [
    ...(last ? section(l10n.t('last'), [{ label: last.join(' '), targets: last }]) : []),
    ...section(
      l10n.t('platforms'),
      targets.platforms.map(({ target, description }) => ({ label: target, description, targets: [target] })),
    ),
    ...section(
      l10n.t('modules'),
      targets.modules.map(({ target, directory = '' }) => ({
        label: target,
        description: directory,
        targets: [target],
      })),
    ),
    ...section(
      l10n.t('installation'),
      targets.installs.map((target) => ({ label: target, targets: [target] })),
    ),
  ];
}

/** The list is there at once, and filled when the Makefile has been read. Any other file can be typed. */
async function pickTargets(parts: Parts, build: BuildDirectory): Promise<readonly string[] | undefined> {
  const pick = window.createQuickPick<Choice>();
  const done = Promise.withResolvers<readonly string[] | undefined>();
  pick.title = l10n.t('Build in {0}', path.basename(build.path));
  pick.placeholder = l10n.t('A platform, a module, or any file that the Makefile has a rule for');
  pick.matchOnDescription = true;
  pick.busy = true;
  let known: Choice[] = [];
  let shown: Choice[] | undefined;
  const show = (): void => {
    const typed = pick.value.trim();
    const isOther = isGoal(typed) && !known.some(({ label }) => label.includes(typed));
    const choices = isOther
      ? [...known, ...section(l10n.t('other'), [{ label: typed, alwaysShow: true, targets: [typed] }])]
      : known;
    if (choices !== shown) pick.items = choices; // the same again would take the selection away
    shown = choices;
  };
  pick.onDidChangeValue(show);
  pick.onDidAccept(() => {
    done.resolve(pick.selectedItems[0]?.targets);
  });
  pick.onDidHide(() => {
    done.resolve(undefined);
  });
  pick.show();
  parts.makeCache.targets(build.path).then(
    (targets) => {
      known = choicesOf(targets, lastTargets(parts, build));
      pick.busy = false;
      show();
    },
    (error: unknown) => {
      done.reject(error instanceof Error ? error : new Failure('cancelled', undefined));
    },
  );
  try {
    return await done.promise;
  } finally {
    pick.dispose();
  }
}
