import path from 'node:path';
import { l10n, window } from 'vscode';
import { listMenus, type BuildDirectory } from '../barrelfish/build-directory.ts';
import type { BoardTarget } from '../guest/boards.ts';
import { Failure } from '../host/failure.ts';
import { findBuildDirectories, settingToBuild } from './build-directories.ts';
import { readBuild } from './build-settings.ts';
import { guestSettings, rememberBuildDirectory } from './settings.ts';

const USUAL_MENU = 'platforms/x86/menu.lst.x86_64';

export interface Boot {
  build: BuildDirectory;
  /** Relative to the build directory. */
  menu: string;
}

/** Lets the user choose, and remembers it for the workspace. Undefined when they would rather not. */
export async function chooseBuildDirectory(): Promise<BuildDirectory | undefined> {
  const wanted = guestSettings().buildDirectory;
  const current = wanted === '' ? undefined : (await settingToBuild(wanted)).build;
  const inWorkspace = await findBuildDirectories();
  const others = inWorkspace.filter((build) => build.path !== current?.path);
  const found = current ? [current, ...others] : others;
  const browse = { label: l10n.t('$(folder) Browse…'), build: undefined };
  const picks = found.map((build) => ({ label: path.basename(build.path), description: build.path, build }));
  const chosen = await window.showQuickPick([...picks, browse], {
    title: l10n.t('Barrelfish build directory'),
    placeHolder: l10n.t('Where hake was run'),
  });
  if (!chosen) return undefined;
  let { build } = chosen;
  if (!build) {
    const [uri] =
      (await window.showOpenDialog({
        canSelectFolders: true,
        canSelectFiles: false,
        openLabel: l10n.t('Use as Build Directory'),
      })) ?? [];
    if (!uri) return undefined;
    build = await readBuild(uri.fsPath);
    if (!build) throw new Failure('not-a-build-directory', { path: uri.fsPath });
  }
  await rememberBuildDirectory(build.path);
  return build;
}

async function requiredBuild(wanted: string): Promise<BuildDirectory> {
  const { directory, build } = await settingToBuild(wanted);
  if (!build) throw new Failure('not-a-build-directory', { path: directory });
  return build;
}

/**
 * The build directory to use: as asked for, as set, or the only one there is, of those for an architecture where that is
 * said; else the user chooses.
 */
export async function buildChoice(asked?: string, architecture?: string): Promise<BuildDirectory | undefined> {
  const wanted = asked ?? guestSettings().buildDirectory;
  if (wanted !== '') return requiredBuild(wanted);
  const all = await findBuildDirectories();
  const fit = all.filter(({ architectures }) => architecture === undefined || architectures.includes(architecture));
  const found = fit.length === 0 ? all : fit;
  return found.length === 1 ? found[0] : chooseBuildDirectory();
}

/** What to boot: as asked for, as set, or the only one there is; else the user chooses. */
export async function bootChoice(
  asked: { buildDirectory?: string; menuList?: string } = {},
): Promise<Boot | undefined> {
  const settings = guestSettings();
  const build = await buildChoice(asked.buildDirectory);
  if (!build) return undefined;
  const menu = asked.menuList ?? settings.menuList;
  if (menu !== '') return { build, menu };
  const menus = await listMenus(build);
  const [only] = menus;
  if (menus.includes(USUAL_MENU)) return { build, menu: USUAL_MENU };
  if (only === undefined)
    throw new Failure('file-missing', { path: path.join(build.path, USUAL_MENU), neededBy: 'Barrelfish' });
  if (menus.length === 1) return { build, menu: only };
  const chosen = await window.showQuickPick(menus, { title: l10n.t('menu.lst to boot from') });
  return chosen === undefined ? undefined : { build, menu: chosen };
}

/** Where the image of a board is, and the menu.lst that was put into it. */
export async function boardChoice(
  asked: { buildDirectory?: string },
  { board, menuList }: BoardTarget,
): Promise<Boot | undefined> {
  const build = await buildChoice(asked.buildDirectory, board.architecture);
  return build && { build, menu: menuList };
}
