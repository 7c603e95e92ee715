import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Connection, RunOptions } from '../host/connection.ts';
import { runPlan, type AskPassword } from '../host/elevation.ts';
import type { HostFacts } from '../host/facts.ts';
import { Failure } from '../host/failure.ts';
import type { Plan } from '../host/plan.ts';
import type { MachineSpec } from './machine.ts';
import { qemuArguments } from './qemu-arguments.ts';
import { qemuVersion, tooOld } from './qemu-version.ts';
import { endGuest, forgetGuest, guestEnd, linesOf, sessionText, type GuestSession } from './session.ts';

const script = readFileSync(new URL('./launch.sh', import.meta.url), 'utf8');
const MIB = 1024 * 1024;
/** What vfio locks beside the guest's memory: firmware, and room for what else QEMU maps. */
const MEMLOCK_HEADROOM_MIB = 16;
const GO_TIMEOUT_MS = 60_000;

/** What a start is busy with. */
export type StartProgress = 'preparing' | 'raising-memory-limit' | 'starting-qemu' | 'connecting';

export interface LaunchOptions {
  signal?: AbortSignal | undefined;
  askPassword?: AskPassword | undefined;
  onProgress?: ((progress: StartProgress) => void) | undefined;
}

/**
 * Bytes that QEMU has to be allowed to lock: the guest's devices may read and write all of its memory at any time, so
 * vfio pins all of it. With an IOMMU inside the guest each device has an address space that is counted by itself.
 */
export function lockedBytes(spec: MachineSpec): number {
  if (spec.passed.length === 0) return 0;
  const guestIommu = spec.extraArguments.some((argument) => /\b(?:intel|amd|virtio)-iommu\b/.test(argument));
  return (spec.memoryMiB + MEMLOCK_HEADROOM_MIB) * (guestIommu ? spec.passed.length : 1) * MIB;
}

/** The plan that lets one process lock what the machine needs; undefined when it may already. Root always may. */
export function memoryPlan(spec: MachineSpec, facts: HostFacts, pid: number): Plan | undefined {
  const bytes = lockedBytes(spec);
  if (facts.uid === 0 || facts.memlock >= bytes) return undefined;
  return { steps: [{ do: { op: 'memlock', pid, bytes, uid: facts.uid } }] };
}

/**
 * Starts QEMU on a host, paused. It runs in a session of its own below a keeper and so outlives the connection. Throws
 * `guest-start-failed` when QEMU ends at once; nothing is left behind when the start fails or is called off.
 */
export async function launch(
  connection: Connection,
  facts: HostFacts,
  spec: MachineSpec,
  options: LaunchOptions = {},
): Promise<GuestSession> {
  const { signal, onProgress } = options;
  onProgress?.('preparing');
  const id = `${new Date().toISOString().slice(0, 10)}-${randomBytes(4).toString('hex')}`;
  const startedAt = new Date();
  // The host knows best where the directory can be: until it has said so, a mark stands for it.
  const mark = `@${randomBytes(8).toString('hex')}`;
  const argv = [spec.program, ...qemuArguments(spec, linesOf(mark))];
  const when = memoryPlan(spec, facts, 0) ? 'later' : 'now';
  // Not called off half way: what has been started must be known before it can be ended.
  const text = sessionText({ id, startedAt, spec });
  const started = await command(connection, ['start', id, when, mark, spec.directory, text, ...argv], {});
  const [, keeper, directory = ''] = /^(\d+) (.*)$/s.exec(started) ?? [];
  try {
    throwIfCancelled(signal);
    const plan = memoryPlan(spec, facts, Number(keeper));
    if (plan) {
      onProgress?.('raising-memory-limit');
      const { askPassword } = options;
      await runPlan(connection, facts, plan, {
        ...(signal ? { signal } : {}),
        ...(askPassword ? { askPassword } : {}),
      });
    }
    throwIfCancelled(signal);
    onProgress?.('starting-qemu');
    const [word, number] = (await command(connection, ['go', directory], { signal, timeoutMs: GO_TIMEOUT_MS })).split(
      ' ',
    );
    if (word !== 'pid') throw await startFailure(connection, directory, spec);
    return { id, directory, pid: Number(number), startedAt, spec };
  } catch (error) {
    await discard(connection, directory);
    throw error;
  }
}

/** Ends what a start has begun, however far it got. */
export async function discard(connection: Connection, directory: string): Promise<void> {
  // A connection that is lost can't tell the keeper: it gives up by itself.
  await endGuest(connection, directory).catch(() => undefined);
  await forgetGuest(connection, directory).catch(() => undefined);
}

/** Why QEMU ended. */
export async function startFailure(connection: Connection, directory: string, spec: MachineSpec): Promise<Failure> {
  const { exitCode = -1, output } = await guestEnd(connection, directory);
  if (exitCode === 127 && output.includes('not found')) {
    return new Failure('program-missing', { program: spec.program, host: connection.name });
  }
  // One that is too old may have ended over an option that it doesn't know.
  const version = await qemuVersion(connection, spec.program).catch(() => undefined);
  return (version && tooOld(version)) ?? new Failure('guest-start-failed', { exitCode, output });
}

async function command(connection: Connection, args: readonly string[], options: RunOptions): Promise<string> {
  const { stdout, stderr, exitCode } = await connection.run(['/bin/sh', '-c', script, 'sh', ...args], options);
  if (exitCode !== 0) {
    throw /No space left on device|Disk quota exceeded/.test(stderr)
      ? new Failure('disk-full', { path: /^in (.*)$/m.exec(stderr)?.[1] ?? '' })
      : new Failure('command-failed', { command: `launch.sh ${args[0] ?? ''}`, exitCode, output: stderr.trim() });
  }
  return stdout.toString('utf8').trim();
}

function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new Failure('cancelled', undefined);
}
