import path from 'node:path';
import { symbolFile } from '../barrelfish/build-directory.ts';
import type { Board } from '../guest/machine.ts';
import { readElf, sectionAddress } from './elf.ts';

/** A file with symbols, and how far from where it was linked to it runs. */
interface Symbols {
  file: string;
  offset: bigint;
}

/** Where armv7's CPU driver has the beginning of RAM (KERNEL_WINDOW of tools/arm_boot/arm_bootimage.c). */
const KERNEL_WINDOW = 0x80000000n;

/**
 * What tools/arm_boot/arm_bootimage.c has placed at fixed addresses: the boot driver at physical ones, the CPU driver, of
 * which the image has the physical address, in its window. The entry is the boot driver's first instruction.
 */
export async function imageSymbols(
  directory: string,
  image: string,
  board: Board,
  chosen?: string,
): Promise<{ entry: bigint; symbols: Symbols[] }> {
  const file = path.resolve(directory, image);
  const { entry, base } = await readElf(file);
  const boot = await programOf(directory, board, board.bootDriver);
  const cpu = await programOf(directory, board, board.cpuDriver, chosen);
  const physical = await sectionAddress(file, '.cpudriver');
  return {
    entry,
    symbols: [
      ...(boot ? [{ file: boot.file, offset: entry - boot.entry }] : []),
      ...(cpu && physical !== undefined
        ? [{ file: cpu.file, offset: KERNEL_WINDOW + physical - base - cpu.base }]
        : []),
    ],
  };
}

/** The CPU driver's symbols, moved to where it runs: `base` is of its first byte. */
export async function relocatedSymbols(
  directory: string,
  board: Board,
  base: bigint,
  chosen?: string,
): Promise<Symbols[]> {
  const cpu = await programOf(directory, board, board.cpuDriver, chosen);
  return cpu ? [{ file: cpu.file, offset: base - cpu.base }] : [];
}

async function programOf(
  directory: string,
  { architecture }: Board,
  name: string,
  chosen?: string,
): Promise<{ file: string; entry: bigint; base: bigint } | undefined> {
  const found = chosen ?? (await symbolFile({ path: directory }, name, architecture));
  if (found === undefined) return undefined;
  const file = path.resolve(directory, found);
  return { file, ...(await readElf(file)) };
}
