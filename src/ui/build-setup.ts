import { access, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { InputBoxValidationSeverity, l10n, Uri, window } from 'vscode';
import { ARCHITECTURES, hakeCommand } from '../barrelfish/build-command.ts';
import { isSourceTree } from '../barrelfish/build-directory.ts';
import { Failure } from '../host/failure.ts';
import type { BuildDirectories } from './build-directories.ts';
import { buildPlace, sourceTrees } from './build-settings.ts';
import { failureOf, type Builds } from './builds.ts';
import { MAKE_TASK_TYPE } from './identifiers.ts';
import { rememberBuildDirectory } from './settings.ts';

/** Runs hake for chosen architectures in a directory of the user's choice, and uses that from then on. */
export async function setUpBuildDirectory(builds: Builds, directories: BuildDirectories): Promise<void> {
  const title = l10n.t('Set Up a Build Directory');
  const source = await pickSource(title);
  if (source === undefined) return;
  const directory = await askDirectory(title, source);
  if (directory === undefined) return;
  const architectures = await pickArchitectures(title);
  if (architectures === undefined || architectures.length === 0) return;
  await mkdir(directory, { recursive: true });
  const build = { path: directory, sourceDirectory: source };
  const result = await builds.run({
    name: l10n.t('set up {0}', path.basename(directory)),
    definition: { type: MAKE_TASK_TYPE, targets: ['Makefile'], buildDirectory: directory },
    command: () => Promise.resolve(hakeCommand(build, architectures, buildPlace())),
    targets: [directory],
    reveal: true,
  });
  if (result.stopped) return;
  if (result.exitCode !== 0) throw failureOf(result, [directory]);
  await rememberBuildDirectory(directory);
  await directories.refresh();
}

async function pickSource(title: string): Promise<string | undefined> {
  const trees = await sourceTrees();
  if (trees.length === 1) return trees[0];
  const picks = trees.map((tree) => ({ label: path.basename(tree), description: tree, tree }));
  const browse = { label: l10n.t('$(folder) Browse…'), description: '', tree: undefined };
  const chosen =
    trees.length === 0
      ? browse
      : await window.showQuickPick([...picks, browse], { title, placeHolder: l10n.t('Source tree') });
  if (!chosen) return undefined;
  if (chosen.tree !== undefined) return chosen.tree;
  const [uri] =
    (await window.showOpenDialog({
      canSelectFolders: true,
      canSelectFiles: false,
      title: l10n.t('Source tree of Barrelfish'),
      openLabel: l10n.t('Use as Source Tree'),
    })) ?? [];
  if (!uri) return undefined;
  if (!(await isSourceTree(uri.fsPath)))
    throw new Failure('file-missing', { path: path.join(uri.fsPath, 'hake', 'hake.sh'), neededBy: 'hake' });
  return uri.fsPath;
}

async function askDirectory(title: string, source: string): Promise<string | undefined> {
  const usual = path.join(source, 'build');
  const known = (await hakeWasRun(usual)) ? hakeWasHere() : undefined; // what stands in the box at first is not validated
  const typed = await window.showInputBox({
    title,
    prompt: known ?? l10n.t('Build directory. It is made if it is not there.'),
    value: usual,
    validateInput: async (value) => {
      const directory = path.resolve(source, value.trim());
      if (value.trim() === '') return l10n.t('It needs a path.');
      if (directory === source) return l10n.t('A directory of its own, beside the source or below it.');
      if (/\s/.test(directory)) return l10n.t('Neither hake nor make can do with spaces in a path.');
      return (await hakeWasRun(directory))
        ? { message: hakeWasHere(), severity: InputBoxValidationSeverity.Warning }
        : undefined;
    },
  });
  return typed === undefined ? undefined : Uri.file(path.resolve(source, typed.trim())).fsPath;
}

function hakeWasRun(directory: string): Promise<boolean> {
  return access(path.join(directory, 'hake', 'Config.hs')).then(
    () => true,
    () => false,
  );
}

function hakeWasHere(): string {
  return l10n.t('Hake was run here before; it keeps the architectures of hake/Config.hs.');
}

async function pickArchitectures(title: string): Promise<string[] | undefined> {
  const picks = ARCHITECTURES.map((label) => ({ label, picked: label === 'x86_64' }));
  const chosen = await window.showQuickPick(picks, {
    title,
    placeHolder: l10n.t('Architectures'),
    canPickMany: true,
  });
  return chosen?.map(({ label }) => label);
}
