// What is expensive to make is kept below .cache and made again only when something it depends on has changed.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export const projectDirectory = dirname(dirname(import.meta.dirname));
export const cacheDirectory = join(projectDirectory, '.cache');

export type Progress = (line: string) => void;

/** A key that changes whenever one of the values does. */
export function keyOf(...values: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(values)).digest('hex').slice(0, 32);
}

/** Names and contents of all files below a directory, as a key. */
export async function keyOfFiles(directory: string): Promise<string> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const contents = paths.sort().map(async (path) => [path.slice(directory.length), await readFile(path, 'latin1')]);
  return keyOf(await Promise.all(contents));
}

export interface CacheEntry {
  readonly directory: string;
  readonly key: string;
  /** Fills the directory, which is empty and in its final place. */
  readonly make: (directory: string) => Promise<void>;
}

/** Makes the entry unless it is there with this key. Processes that want the same entry wait for each other. */
export async function cached({ directory, key, make }: CacheEntry): Promise<string> {
  const stamp = `${directory}.stamp`;
  if ((await readOptional(stamp)) === key) return directory;
  await mkdir(dirname(directory), { recursive: true });
  await withLock(`${directory}.lock`, async () => {
    if ((await readOptional(stamp)) === key) return;
    await rm(stamp, { force: true });
    await rm(directory, { recursive: true, force: true });
    await mkdir(directory);
    await make(directory);
    await writeFile(stamp, key);
  });
  return directory;
}

async function readOptional(path: string): Promise<string | undefined> {
  return await readFile(path, 'utf8').catch(() => undefined);
}

/**
 * Holds an advisory lock while the work is done. The lock belongs to a child
 * that ends with its standard input, so it is released however this process ends.
 */
async function withLock(path: string, work: () => Promise<void>): Promise<void> {
  const holder = spawn('flock', ['--exclusive', path, 'cat'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(holder, 'close');
  try {
    holder.stdin.write('held\n');
    const first: unknown[] = await Promise.race([once(holder.stdout, 'data'), ended]);
    if (!Buffer.isBuffer(first[0])) throw new Error(`Cannot lock ${path}`);
    await work();
  } finally {
    holder.stdin.end();
    await ended;
  }
}
