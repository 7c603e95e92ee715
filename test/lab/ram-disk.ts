// The initial RAM disk: what comes from the packages, followed by the files of inside/.

import { execa } from 'execa';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cached, cacheDirectory, keyOf, keyOfFiles } from './cache.ts';

export interface RamDisk {
  readonly path: string;
  readonly key: string;
}

/**
 * The kernel takes several archives in a row. Ours holds the first process and
 * the files that it copies over the root file system, so that a change to them
 * does not mean building that again.
 */
export async function buildRamDisk(base: string, baseKey: string): Promise<RamDisk> {
  const inside = join(import.meta.dirname, 'inside');
  const directory = join(cacheDirectory, 'lab', 'ramdisk');
  const path = join(directory, 'initrd');
  const key = keyOf(baseKey, await keyOfFiles(inside), await readFile(import.meta.filename, 'utf8'));
  await cached({
    directory,
    key,
    make: async () => {
      const names = (await readdir(inside, { recursive: true })).sort();
      const archive = await execa('cpio', ['--create', '--format=newc', '--quiet', '--owner=0:0'], {
        ...{ cwd: inside, input: names.join('\n'), encoding: 'buffer' },
      });
      const packed = await readFile(base);
      // An archive that is not compressed has to begin at a multiple of four; the kernel skips zeros.
      const padding = Buffer.alloc((4 - (packed.length % 4)) % 4);
      await writeFile(path, [packed, padding, archive.stdout]);
    },
  });
  return { path, key };
}
