import { open } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { l10n } from 'vscode';
import { imageSymbols, relocatedSymbols } from '../debug/board-symbols.ts';
import { kernelBase, kernelSymbols, loaderEntry } from '../debug/symbols.ts';
import type { Board } from '../guest/machine.ts';
import { Failure } from '../host/failure.ts';
import type { RunningGuest } from './guest-list.ts';
import { withLateProgress } from './late-progress.ts';

/** What gdb is to know of a guest. */
export interface GuestSymbols {
  symbols: { file: string; offset: bigint }[];
  /** Where what runs first stops first, for a guest that hasn't run. */
  entry?: bigint;
  /** Files with the symbols of a PC's CPU driver and boot loader, for a gdb that finds out itself where they run. */
  kernel?: string | undefined;
  loader?: string;
}

/** How much of the serial line's beginning is read for the kernel's address: it is printed early. */
const LOG_BYTES = 1024 * 1024;
/** UEFI's shell waits five seconds, and an emulated machine needs half a minute until then. */
const KERNEL_SECONDS = 300;
const LOOK_MS = 50;

/** Whether firmware decides where the CPU driver runs. */
export function isRelocated(board: Board | undefined): boolean {
  return board !== undefined && board.image.as !== 'kernel';
}

/** Where a PC's boot core has its kernel; undefined when the loader has said nothing. */
export async function kernelBaseOf({ log }: RunningGuest): Promise<bigint | undefined> {
  return kernelBase(await readHead(log.file));
}

/** For a guest that runs; `chosen` is the file with the CPU driver's symbols. */
export async function runningSymbols(running: RunningGuest, chosen?: string): Promise<GuestSymbols> {
  const { board, kernel } = running.guest.spec;
  const directory = directoryOf(running);
  if (!board) {
    const symbols = await kernelSymbols(directory, await kernelBaseOf(running), chosen);
    return { symbols, kernel: symbols[0]?.file };
  }
  if (!isRelocated(board)) return { symbols: (await imageSymbols(directory, kernel.path, board, chosen)).symbols };
  const base = baseSaid(running);
  return { symbols: base === undefined ? [] : await relocatedSymbols(directory, board, base, chosen) };
}

/** For a guest that hasn't executed anything yet, and has its code where it was linked to or put together. */
export async function bootSymbols(running: RunningGuest, chosen?: string): Promise<GuestSymbols> {
  const { board, kernel } = running.guest.spec;
  const directory = directoryOf(running);
  if (board) {
    const { entry, symbols } = await imageSymbols(directory, kernel.path, board, chosen);
    // QEMU sets the processor to the entry itself, and gdb goes on past a breakpoint that it stands at.
    return { symbols, entry: entry + 4n };
  }
  const symbols = await kernelSymbols(directory, undefined, chosen);
  const loader = await loaderEntry(directory, kernel.path);
  return {
    symbols: [...symbols, ...loader.symbols],
    entry: loader.entry,
    kernel: symbols[0]?.file,
    loader: loader.symbols[0]?.file ?? path.resolve(directory, kernel.path),
  };
}

/** Lets a guest run until its first core's CPU driver has said where it is. Throws `no-kernel-address`, `cancelled`. */
export async function pauseInKernel(running: RunningGuest): Promise<void> {
  const { guest } = running;
  const until = performance.now() + KERNEL_SECONDS * 1000;
  await withLateProgress(l10n.t('Waiting for the CPU driver of {0}', guest.spec.name), async (_report, signal) => {
    while (baseSaid(running) === undefined) {
      if (signal.aborted) throw new Failure('cancelled', undefined);
      if (guest.state.kind === 'stopped') throw new Failure('guest-gone', { guest: guest.spec.name });
      if (performance.now() > until)
        throw new Failure('no-kernel-address', { guest: guest.spec.name, seconds: KERNEL_SECONDS });
      await delay(LOOK_MS);
    }
  });
  await guest.pause();
}

function baseSaid({ findings }: RunningGuest): bigint | undefined {
  const base = findings.progress.cores.find(({ apicId }) => apicId === 0)?.base;
  return base === undefined ? undefined : BigInt(base);
}

/** The build directory on this side: on an ssh host the guest runs from a copy of it. */
export function directoryOf({ guest }: RunningGuest): string {
  return guest.spec.source ?? guest.spec.directory;
}

/** The first part of a serial log, a character for each byte. */
async function readHead(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(LOG_BYTES), 0, LOG_BYTES, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await handle.close();
  }
}
