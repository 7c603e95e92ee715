import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../host/failure.ts';
import type { Guest } from './guest.ts';

const LOOK_MS = 200;
/** Until QEMU has looked through the page tables: it doesn't answer meanwhile. */
const START_MS = 120_000;

/**
 * Has QEMU write the guest's memory and registers to a file of its host, as an ELF core file that gdb opens. The guest stands
 * still meanwhile. Throws `cancelled`; then the file is removed as soon as QEMU is done with it, as it can't be stopped.
 */
export async function dumpMemory(
  { qmp, connection }: Guest,
  file: string,
  { signal, onProgress }: { signal: AbortSignal; onProgress: (done: number, total: number) => void },
): Promise<void> {
  // With the addresses of the page tables in use: those are what the kernel's symbols have.
  const wish = { paging: true, protocol: `file:${file}`, detach: true };
  await qmp.execute('dump-guest-memory', wish, { timeoutMs: START_MS });
  const ended = async (report: typeof onProgress): Promise<string> => {
    for (;;) {
      const { status, completed, total } = await qmp.execute('query-dump', undefined, { timeoutMs: START_MS });
      if (status !== 'active') return status;
      report(completed, total);
      await delay(LOOK_MS);
    }
  };
  const remove = async (): Promise<void> => {
    await connection.run(['rm', '-f', '--', file]);
  };
  const end = ended(onProgress);
  const cancelled = Promise.withResolvers<'cancelled'>();
  signal.addEventListener('abort', () => {
    cancelled.resolve('cancelled');
  });
  const status = await Promise.race([end, cancelled.promise]);
  if (status === 'cancelled') {
    void end.then(remove).catch(() => undefined); // the guest is gone, and nobody waits
    throw new Failure('cancelled', undefined);
  }
  if (status === 'completed') return;
  await remove();
  throw new Failure('qmp-error', { command: 'dump-guest-memory', class: status, description: file });
}
