import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { l10n, window, workspace } from 'vscode';
import { listMenus, readBuildDirectory, type BuildDirectory } from '../barrelfish/build-directory.ts';
import { Failure } from '../host/failure.ts';
import { guestSettings, rememberBuildDirectory } from './settings.ts';

const USUAL_MENU = 'platforms/x86/menu.lst.x86_64';

export interface Boot {
  build: BuildDirectory;
  /** Relative to the build directory. */
  menu: string;
}

/** Build directories in the workspace: a folder itself, or one directly below it. */
async function findBuildDirectories(): Promise<BuildDirectory[]> {
  const folders = (workspace.workspaceFolders ?? [])
    .filter(({ uri }) => uri.scheme === 'file')
    .map(({ uri }) => uri.fsPath);
  const candidates = await Promise.all(
    folders.map(async (folder) => {
      const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
      return [folder, ...entries.filter((entry) => entry.isDirectory()).map((entry) => path.join(folder, entry.name))];
    }),
  );
  const found = await Promise.all(candidates.flat().map((directory) => readBuildDirectory(directory)));
  return found.filter((build) => build !== undefined);
}

/** Lets the user choose, and remembers it for the workspace. Undefined when they would rather not. */
export async function chooseBuildDirectory(): Promise<BuildDirectory | undefined> {
  const found = await findBuildDirectories();
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
    build = await readBuildDirectory(uri.fsPath);
    if (!build) throw new Failure('not-a-build-directory', { path: uri.fsPath });
  }
  await rememberBuildDirectory(build.path);
  return build;
}

/** What to boot: as asked for, as set, or the only one there is; else the user chooses. */
export async function bootChoice(
  asked: { buildDirectory?: string; menuList?: string } = {},
): Promise<Boot | undefined> {
  const settings = guestSettings();
  const wanted = asked.buildDirectory ?? settings.buildDirectory;
  let build: BuildDirectory | undefined;
  if (wanted !== '') {
    const [folder] = workspace.workspaceFolders ?? [];
    const directory = path.resolve(folder?.uri.fsPath ?? '/', wanted);
    build = await readBuildDirectory(directory);
    if (!build) throw new Failure('not-a-build-directory', { path: directory });
  } else {
    const found = await findBuildDirectories();
    build = found.length === 1 ? found[0] : await chooseBuildDirectory();
  }
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
