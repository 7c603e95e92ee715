import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { rootOf, type BuildDirectory } from './build-directory.ts';
import { isGoal } from './make-targets.ts';
import { filesOf, relativePath, type MenuList } from './menu-list.ts';

/** The SKB's programs, device_db.pl among them, as a file of their own (usr/skb/Hakefile). */
const RAM_DISK = 'skb_ramfs.cpio.gz';
const PROGRAMS = path.join('usr', 'skb', 'programs');

/** Files of a menu.lst that lie in the build directory, as make calls them. */
export function targetsOf(build: Pick<BuildDirectory, 'path'>, menu: MenuList): string[] {
  const root = rootOf(build, menu);
  const targets = filesOf(menu).map((file) => path.relative(build.path, path.join(root, relativePath(file))));
  return [...new Set(targets)].filter((target) => isGoal(target));
}

/**
 * What a boot lacks for certain, told by looking at the files alone: those that aren't there, and the SKB's programs
 * when one of them is newer than what was made of them. What else is out of date only make can tell.
 */
export async function lackingTargets(
  build: Pick<BuildDirectory, 'path' | 'sourceDirectory'>,
  menu: MenuList,
): Promise<string[]> {
  const targets = targetsOf(build, menu);
  const times = await Promise.all(targets.map((target) => modified(path.join(build.path, target))));
  const newestProgram = targets.includes(RAM_DISK) ? await newestProgramOf(build.sourceDirectory) : 0;
  return targets.filter((target, index) => {
    const time = times[index];
    return time === undefined || (target === RAM_DISK && time < newestProgram);
  });
}

async function newestProgramOf(sourceDirectory: string): Promise<number> {
  const directory = path.join(sourceDirectory, PROGRAMS);
  return Math.max(...(await Promise.all([newestIn(directory), newestIn(path.join(directory, 'platforms'))])));
}

async function newestIn(directory: string): Promise<number> {
  const names = await readdir(directory).catch(() => []);
  const programs = names.filter((name) => name.endsWith('.pl'));
  const times = await Promise.all(programs.map((name) => modified(path.join(directory, name))));
  return Math.max(0, ...times.map((time) => time ?? 0));
}

/** In milliseconds since 1970; undefined when it isn't there. */
function modified(file: string): Promise<number | undefined> {
  return stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );
}
