import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../host/failure.ts';
import { fetchFile } from '../host/file-fetch.ts';
import type { Guest } from './guest.ts';

const LOOK_MS = 200;
/** Until QEMU has looked through the page tables: it doesn't answer meanwhile. */
const START_MS = 120_000;

interface DumpOptions {
  signal: AbortSignal;
  /** Bytes so far, and in all: written by QEMU, and then copied from its host. */
  onProgress: (step: 'written' | 'copied', done: number, total: number) => void;
}

/**
 * A guest's memory and registers as an ELF core file that gdb opens, on the editor's side. The guest stands still while QEMU
 * writes. The file is whole when it is there. Throws `cancelled`, what QEMU says (`qmp-error`), and as `fetchFile` does.
 */
export async function saveMemory(guest: Guest, file: string, { signal, onProgress }: DumpOptions): Promise<void> {
  const { connection, session } = guest;
  // A directory of its own, for QEMU's user alone.
  const there = connection.kind === 'local' ? file : `${session.directory}/memory.core`;
  await dumpMemory(guest, there, signal, (done, total) => {
    onProgress('written', done, total);
  });
  if (connection.kind === 'local') return;
  try {
    await fetchFile(connection, there, file, {
      signal,
      onProgress: (done, total) => {
        onProgress('copied', done, total);
      },
    });
  } finally {
    await remove(guest, there).catch(() => undefined); // it goes with the guest's directory
  }
}

/** QEMU can't be stopped while it writes: what was called off is removed as soon as it is done. */
async function dumpMemory(
  guest: Guest,
  file: string,
  signal: AbortSignal,
  report: (done: number, total: number) => void,
): Promise<void> {
  const { qmp, connection } = guest;
  if (signal.aborted) throw new Failure('cancelled', undefined);
  const part = `${file}.part`;
  // With the addresses of the page tables in use: those are what the kernel's symbols have.
  const wish = { paging: true, protocol: `file:${part}`, detach: true };
  const ended = async (): Promise<string> => {
    await qmp.execute('dump-guest-memory', wish, { timeoutMs: START_MS });
    for (;;) {
      const { status, completed, total } = await qmp.execute('query-dump', undefined, { timeoutMs: START_MS });
      if (status !== 'active') return status;
      if (!signal.aborted) report(completed, total);
      await delay(LOOK_MS);
    }
  };
  const end = ended();
  const cancelled = Promise.withResolvers<'cancelled'>();
  signal.addEventListener('abort', () => {
    cancelled.resolve('cancelled');
  });
  const status = await Promise.race([end, cancelled.promise]);
  if (status === 'cancelled') {
    void end.then(() => remove(guest, part)).catch(() => undefined); // the guest is gone, and nobody waits
    throw new Failure('cancelled', undefined);
  }
  if (status !== 'completed') {
    await remove(guest, part);
    throw new Failure('qmp-error', { command: 'dump-guest-memory', class: status, description: file });
  }
  const move = ['mv', '-f', '--', part, file] as const;
  const { exitCode, stderr } = await connection.run(move);
  if (exitCode === 0) return;
  await remove(guest, part);
  throw new Failure('command-failed', { command: move.join(' '), exitCode, output: stderr });
}

async function remove({ connection }: Guest, file: string): Promise<void> {
  await connection.run(['rm', '-f', '--', file]);
}
