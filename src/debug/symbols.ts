import path from 'node:path';
import { symbolFile } from '../barrelfish/build-directory.ts';
import { readElf } from './elf.ts';

/**
 * Where the boot core's kernel runs, from what the boot loader prints on the serial line: the last of its lines, since
 * a reset loads it anew. The line doesn't have to begin with it: firmware may have printed before.
 */
export function kernelBase(serial: string): bigint | undefined {
  const found = [...serial.matchAll(/Kernel starting at address (0x[0-9a-fA-F]+)/g)].at(-1)?.[1];
  return found === undefined ? undefined : BigInt(found);
}

/** The CPU driver's symbols, moved to where it runs; where that isn't known yet, to where it was linked to. */
export async function kernelSymbols(
  directory: string,
  base: bigint | undefined,
  file?: string,
): Promise<{ file: string; offset: bigint }[]> {
  const found = file ?? (await symbolFile({ path: directory }, 'cpu'));
  if (found === undefined) return [];
  const absolute = path.resolve(directory, found);
  const { base: linked } = await readElf(absolute);
  return [{ file: absolute, offset: base === undefined ? 0n : base - linked }];
}

/** The boot loader's entry, and its symbols where there are any: it runs where it was linked to. */
export async function loaderEntry(
  directory: string,
  kernel: string,
): Promise<{ entry: bigint; symbols: { file: string; offset: bigint }[] }> {
  const { entry } = await readElf(path.resolve(directory, kernel));
  const full = await symbolFile({ path: directory }, path.basename(kernel));
  return {
    entry,
    symbols: full?.endsWith('.full') === true ? [{ file: path.resolve(directory, full), offset: 0n }] : [],
  };
}
