import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** A home directory may have any number of them. */
const MOST_LOOKED_AT = 1000;

/** Whether a directory is a source tree of Barrelfish. */
export function isTreeRoot(directory: string): boolean {
  return existsSync(path.join(directory, 'hake', 'hake.sh'));
}

/** The source tree that a path is in, or is. */
export function treeAbove(start: string): string | undefined {
  for (let at = start; ; at = path.dirname(at)) {
    if (isTreeRoot(at)) return at;
    if (at === path.dirname(at)) return undefined;
  }
}

/** Source trees that have to do with a folder: the one that it is (in), else those that lie in it. */
export function treesAround(folder: string): readonly string[] {
  const own = treeAbove(folder);
  if (own !== undefined) return [own];
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .slice(0, MOST_LOOKED_AT)
      .map(({ name }) => path.join(folder, name))
      .filter(isTreeRoot);
  } catch {
    return []; // gone, or not for us to read
  }
}
