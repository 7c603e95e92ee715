// Terminals and guests start sessions of their own, so a server's process group does not hold them. All of them inherit
// its environment though: a variable with a unique value finds them again.
import { readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';

const GRACE_MS = 2000;

export interface Mark {
  readonly name: string;
  readonly value: string;
}

export function markedProcesses(mark: Mark): number[] {
  const entry = `${mark.name}=${mark.value}`;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(entry);
      } catch {
        return false; // Gone in the meantime, or another user's.
      }
    })
    .map(Number);
}

/** Empty for a process that is gone. */
export function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

export function signalMarked(mark: Mark, signal: 'SIGTERM' | 'SIGKILL'): number {
  const pids = markedProcesses(mark);
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // Gone in the meantime.
    }
  }
  return pids.length;
}

/** Asks every marked process to end, and makes those end that have not after a moment. */
export async function endMarked(mark: Mark): Promise<void> {
  const deadline = Date.now() + GRACE_MS;
  while (signalMarked(mark, Date.now() < deadline ? 'SIGTERM' : 'SIGKILL') > 0) await delay(50);
}
