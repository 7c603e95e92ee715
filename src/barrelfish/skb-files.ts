import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { BuildDirectory } from './build-directory.ts';

/** The SKB's programs, device_db.pl among them, as the file that the guest gets (usr/skb/Hakefile). */
export const SKB_RAM_DISK = 'skb_ramfs.cpio.gz';
/** Where they are, in a source tree. */
export const SKB_PROGRAMS = 'usr/skb/programs';

/** Whether a program of the SKB is newer than what was made of them; false where nothing has been made. */
export async function isSkbOutdated(build: Pick<BuildDirectory, 'path' | 'sourceDirectory'>): Promise<boolean> {
  const directory = path.join(build.sourceDirectory, SKB_PROGRAMS);
  const [made, ...newest] = await Promise.all([
    modified(path.join(build.path, SKB_RAM_DISK)),
    newestIn(directory),
    newestIn(path.join(directory, 'platforms')),
  ]);
  return made !== undefined && newest.some((time) => time > made);
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
