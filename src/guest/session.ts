import { readFileSync } from 'node:fs';
import type { Connection, RunOptions } from '../host/connection.ts';
import { Failure } from '../host/failure.ts';
import type { MachineSpec } from './machine.ts';
import type { GuestLines } from './qemu-arguments.ts';

/** A guest that lives on a host. */
export interface GuestSession {
  id: string;
  /** Private directory on the host. */
  directory: string;
  /** Of QEMU. */
  pid: number;
  startedAt: Date;
  spec: MachineSpec;
}

/** How a guest is: QEMU runs, has ended, or is gone without anybody having seen how. */
export interface GuestEnd {
  alive: boolean;
  /** 128 + n when signal n ended QEMU. */
  exitCode?: number;
  /** What QEMU said. */
  output: string;
}

const script = readFileSync(new URL('./guests.sh', import.meta.url), 'utf8');
const VERSION = 2;
/** Ending takes two signals and five seconds for each. */
const END_TIMEOUT_MS = 30_000;

export function linesOf(directory: string): GuestLines {
  return {
    serial: `${directory}/serial`,
    gdb: `${directory}/gdb`,
    qmp: `${directory}/qmp`,
  };
}

/** What session.json says: everything that the process itself doesn't. */
export function sessionText(session: Pick<GuestSession, 'id' | 'startedAt' | 'spec'>): string {
  const { id, startedAt, spec } = session;
  return JSON.stringify({ version: VERSION, id, startedAt: startedAt.toISOString(), spec });
}

async function run(connection: Connection, args: readonly string[], options: RunOptions): Promise<string> {
  const result = await connection.run(['/bin/sh', '-c', script, 'sh', ...args], options);
  return result.stdout.toString('utf8');
}

/** Guests of this user that live on the host. */
export async function listGuests(
  connection: Connection,
  options: { signal?: AbortSignal | undefined } = {},
): Promise<GuestSession[]> {
  const output = await run(connection, ['list'], options);
  const found = new Map<string, GuestSession>();
  for (const line of output.split('\n')) {
    const [head, directory = '', pid = '', ...text] = line.split('\t');
    const session = head === 'guest' ? parseSession(text.join('\t')) : undefined;
    if (session) found.set(directory, { ...session, directory, pid: Number(pid) });
  }
  return [...found.values()];
}

/** undefined for what another version wrote. */
function parseSession(text: string): Pick<GuestSession, 'id' | 'startedAt' | 'spec'> | undefined {
  try {
    const value = JSON.parse(text) as { version?: unknown; id: string; startedAt: string; spec: MachineSpec };
    if (value.version !== VERSION) return undefined;
    // The id becomes part of a file's name here.
    if (!/^[\w-]{1,64}$/.test(value.id) || typeof value.spec.name !== 'string' || !Array.isArray(value.spec.passed))
      return undefined;
    return { id: value.id, startedAt: new Date(value.startedAt), spec: value.spec };
  } catch {
    return undefined;
  }
}

export async function guestEnd(connection: Connection, directory: string, options: RunOptions = {}): Promise<GuestEnd> {
  return parseEnd(await run(connection, ['state', directory], options));
}

/** Ends QEMU by signals, and whatever a start that was called off has left. */
export async function endGuest(connection: Connection, directory: string, options: RunOptions = {}): Promise<GuestEnd> {
  return parseEnd(await run(connection, ['end', directory], { timeoutMs: END_TIMEOUT_MS, ...options }));
}

/** Removes the directory of a guest that has ended. */
export async function forgetGuest(connection: Connection, directory: string): Promise<void> {
  await run(connection, ['forget', directory], {});
}

function parseEnd(text: string): GuestEnd {
  const newline = text.indexOf('\n');
  const [head = '', number] = text.slice(0, newline).split(' ');
  if (!['alive', 'exit', 'gone'].includes(head)) {
    throw new Failure('command-failed', { command: 'guests.sh', exitCode: 0, output: text });
  }
  return {
    alive: head === 'alive',
    ...(head === 'exit' ? { exitCode: Number(number) } : {}),
    output: text.slice(newline + 1).trim(),
  };
}
