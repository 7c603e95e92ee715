import { readFileSync } from 'node:fs';
import type { Connection } from './connection.ts';

const script = readFileSync(new URL('./watch.sh', import.meta.url), 'utf8');

export interface Watch extends AsyncDisposable {
  /** Finishes when events stop coming: `unavailable` when the host has no way to tell them. */
  readonly ended: Promise<'unavailable' | 'ended'>;
}

/** Calls back for each kernel event about PCI functions, interfaces, disks and vfio groups. */
export async function watchEvents(connection: Connection, onEvent: () => void): Promise<Watch> {
  const program = await connection.open(['/bin/sh', '-c', script, 'sh']);
  const read = async (): Promise<'unavailable' | 'ended'> => {
    for await (const line of program.lines) {
      if (line === 'unavailable') return 'unavailable';
      if (line.startsWith('KERNEL')) onEvent();
    }
    return 'ended';
  };
  return { ended: read(), [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() };
}
