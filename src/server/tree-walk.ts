import { existsSync, readdirSync, type Dirent } from 'node:fs';
import path from 'node:path';
import { languageOf } from './languages.ts';
import type { Slices } from './slices.ts';

/** What is of interest in a source tree, as absolute paths in the order of their names. */
export interface FoundFiles {
  /** Files that are written in one of the languages. */
  readonly own: readonly string[];
  readonly c: readonly string[];
}

const C_SOURCE = /\.(?:c|h|cc|cpp|hpp)$/;
const SKIPPED: ReadonlySet<string> = new Set(['.git', 'node_modules', '.hg', '.svn']);
/** The real tree has 1,700 directories. */
const MOST_DIRECTORIES = 50_000;
const MOST_FILES = 50_000;

export function isCSource(file: string): boolean {
  return C_SOURCE.test(file);
}

/** Whether Hake has made a directory: what lies in it was generated. */
export function isBuildDirectory(directory: string): boolean {
  return existsSync(path.join(directory, 'hake', 'Config.hs')) && existsSync(path.join(directory, 'Makefile'));
}

/** Looks through a tree, links not followed; or, when it is no tree, through a directory alone. */
export async function walk(
  root: string,
  options: { recursive: boolean; slices: Slices; signal: AbortSignal },
): Promise<FoundFiles> {
  const own: string[] = [];
  const c: string[] = [];
  const open = [root];
  for (let seen = 0; open.length > 0 && seen < MOST_DIRECTORIES && own.length < MOST_FILES; seen++) {
    const directory = open.pop() ?? root;
    if (options.slices.isOver) await options.slices.breathe();
    options.signal.throwIfAborted();
    const entries = entriesOf(directory);
    if (directory !== root && entries.some(({ name }) => name === 'Makefile') && isBuildDirectory(directory)) continue;
    for (const entry of entries) {
      const file = `${directory}/${entry.name}`;
      if (entry.isDirectory()) {
        if (options.recursive && !SKIPPED.has(entry.name)) open.push(file);
      } else if (languageOf(entry.name)) own.push(file);
      else if (isCSource(entry.name) && entry.isFile() && c.length < MOST_FILES) c.push(file);
    }
  }
  return { own: own.sort(), c: c.sort() };
}

function entriesOf(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch {
    return []; // gone, or not for us to read
  }
}
