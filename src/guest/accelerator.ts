import { readFileSync } from 'node:fs';
import type { Connection, RunOptions } from '../host/connection.ts';
import { Failure } from '../host/failure.ts';
import type { Accelerator } from './machine.ts';

/** Why guests run the way they do. */
export type AcceleratorReason =
  | { code: 'kvm-works' }
  /** By the setting. */
  | { code: 'chosen' }
  | { code: 'no-kvm-device' }
  /** The group of users that may use /dev/kvm. */
  | { code: 'no-kvm-permission'; group: string }
  /** QEMU could not make a virtual machine. */
  | { code: 'kvm-refuses'; output: string }
  /** A virtual machine was made, but it didn't execute anything. */
  | { code: 'kvm-does-not-run'; output: string };

export interface AcceleratorChoice {
  accelerator: Accelerator;
  reason: AcceleratorReason;
}

const script = readFileSync(new URL('./probe-kvm.sh', import.meta.url), 'utf8');
/** Two instructions need none of them, but a busy host starts QEMU slowly. */
const PROBE_SECONDS = 5;
/** What isa-debug-exit makes of the 0x10 that the probe writes: value << 1 | 1. */
const RAN = 33;
const TIMED_OUT: ReadonlySet<number> = new Set([124, 137]); // timeout(1): by SIGTERM, by SIGKILL

/** KVM where it really runs guests, else the emulator. */
export async function chooseAccelerator(
  connection: Connection,
  program: string,
  options: Pick<RunOptions, 'signal'> = {},
): Promise<AcceleratorChoice> {
  const args = [program, PROBE_SECONDS.toString()];
  const { stdout, stderr, exitCode } = await connection.run(['/bin/sh', '-c', script, 'sh', ...args], options);
  const reason = parseProbe(stdout.toString('utf8'));
  if (!reason) throw new Failure('command-failed', { command: 'probe-kvm.sh', exitCode, output: stderr });
  return { accelerator: reason.code === 'kvm-works' ? 'kvm' : 'tcg', reason };
}

/** Reads the answer of probe-kvm.sh. */
export function parseProbe(answer: string): AcceleratorReason | undefined {
  const [head = '', ...rest] = answer.split('\n');
  const [word, value = ''] = head.split(' ');
  const output = rest.join('\n').trim();
  if (word === 'no-device') return { code: 'no-kvm-device' };
  if (word === 'no-permission') return { code: 'no-kvm-permission', group: value };
  if (word !== 'ended' || value === '') return undefined;
  if (Number(value) === RAN) return { code: 'kvm-works' };
  return TIMED_OUT.has(Number(value)) ? { code: 'kvm-does-not-run', output } : { code: 'kvm-refuses', output };
}
