import { readFileSync } from 'node:fs';
import type { Connection, RunOptions } from './connection.ts';
import type { KernelLog } from './failure.ts';
import type { PciAddress } from './pci-address.ts';
import type { Watch } from './watch.ts';

const script = readFileSync(new URL('./kernel-log.sh', import.meta.url), 'utf8');
const RECENT_TIMEOUT_MS = 5_000;

/**
 * Hands on the lines of a kernel log that are not older than a moment, without their time. The log's clock stands still
 * while the machine sleeps (dmesg(1), "-T"), and uptime does not: of such a machine only what is new is handed on.
 */
class Since {
  readonly #seconds: number;
  #oldest = Infinity;
  #newest = Infinity;

  /** `seconds` before the moment at which the log is read. */
  constructor(seconds: number) {
    this.#seconds = seconds;
  }

  /** What a line says; undefined for one that is older. */
  take(line: string): string | undefined {
    const [, uptime, newest] = /^uptime (\d+\.\d+) (\d+\.\d+)?$/.exec(line) ?? [];
    if (uptime !== undefined) {
      this.#oldest = Number(uptime) - this.#seconds;
      this.#newest = Number(newest ?? 0);
    }
    const [, at, text] = /^\[ *(\d+\.\d+)\] (.*)$/.exec(line) ?? [];
    return Number(at) >= this.#oldest || Number(at) > this.#newest ? text : undefined;
  }

  /** Whether a line that was taken was there already when the reading began. */
  isPast(line: string): boolean {
    return Number(/^\[ *(\d+\.\d+)\]/.exec(line)?.[1]) <= this.#newest;
  }
}

/** What the kernel has said in the last `seconds`; empty where this user may not read it. */
export async function recentKernelLog(
  connection: Connection,
  seconds: number,
  options: RunOptions = {},
): Promise<string> {
  const { stdout } = await connection.run(['/bin/sh', '-c', script, 'sh', 'recent'], {
    timeoutMs: RECENT_TIMEOUT_MS,
    ...options,
  });
  const since = new Since(seconds);
  const lines = stdout.toString('utf8').split('\n');
  return lines.flatMap((line) => since.take(line) ?? []).join('\n');
}

/** What the kernel has said since `began` (of performance.now()), for a failure about some devices. Never throws. */
export async function kernelLogSince(
  connection: Connection,
  began: number,
  devices: readonly PciAddress[],
): Promise<{ kernelLog?: KernelLog }> {
  try {
    const text = await recentKernelLog(connection, (performance.now() - began) / 1000);
    return text === '' ? {} : { kernelLog: { text, devices } };
  } catch {
    return {}; // the failure itself is what matters
  }
}

/** Hands on what the kernel says, from `seconds` ago on, line by line; `past`: it was said before this began. */
export async function followKernelLog(
  connection: Connection,
  seconds: number,
  onLine: (line: string, past: boolean) => void,
): Promise<Watch> {
  const program = await connection.open(['/bin/sh', '-c', script, 'sh', 'follow']);
  const read = async (): Promise<'unavailable' | 'ended'> => {
    const since = new Since(seconds);
    for await (const line of program.lines) {
      if (line === 'unavailable') return 'unavailable';
      const text = since.take(line);
      if (text !== undefined) onLine(text, since.isPast(line));
    }
    return 'ended';
  };
  return { ended: read(), [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() };
}
