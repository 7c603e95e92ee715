import path from 'node:path';
import { exists, rootOf, type BuildDirectory } from './build-directory.ts';
import { isGoal } from './make-targets.ts';
import { filesOf, relativePath, type MenuList } from './menu-list.ts';
import { isSkbOutdated, SKB_RAM_DISK } from './skb-files.ts';

/** Files of a menu.lst that lie in the build directory, as make calls them. */
export function targetsOf(build: Pick<BuildDirectory, 'path'>, menu: MenuList): string[] {
  const root = rootOf(build, menu);
  const targets = filesOf(menu).map((file) => path.relative(build.path, path.join(root, relativePath(file))));
  return [...new Set(targets)].filter((target) => isGoal(target));
}

/** Those targets that aren't there. */
export async function absentTargets(
  build: Pick<BuildDirectory, 'path'>,
  targets: readonly string[],
): Promise<string[]> {
  const there = await Promise.all(targets.map((target) => exists(path.join(build.path, target))));
  return targets.filter((_, index) => there[index] !== true);
}

/**
 * What a boot lacks for certain, told by looking at the files alone: those that aren't there, and the SKB's programs
 * when one of them is newer than what was made of them. What else is out of date only make can tell.
 */
export async function lackingTargets(
  build: Pick<BuildDirectory, 'path' | 'sourceDirectory'>,
  targets: readonly string[],
): Promise<string[]> {
  const absent = await absentTargets(build, targets);
  const outdated = targets.includes(SKB_RAM_DISK) && (await isSkbOutdated(build));
  return outdated ? [...absent, SKB_RAM_DISK] : absent;
}
