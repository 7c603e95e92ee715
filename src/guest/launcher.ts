import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Argv, Connection } from '../host/connection.ts';
import { runPlan, type AskPassword, type WayUp } from '../host/elevation.ts';
import type { HostFacts } from '../host/facts.ts';
import { Failure } from '../host/failure.ts';
import { kernelLogSince } from '../host/kernel-log.ts';
import type { Plan } from '../host/plan.ts';
import { MEMLOCK_HEADROOM_MIB } from '../host/readiness.ts';
import type { MachineSpec } from './machine.ts';
import { qemuCommand } from './qemu-arguments.ts';
import { qemuVersion, tooOld } from './qemu-version.ts';
import { endGuest, forgetGuest, guestEnd, linesOf, sessionText, type GuestSession } from './session.ts';

const script = readFileSync(new URL('./launch.sh', import.meta.url), 'utf8');
const MIB = 1024 * 1024;
const GO_TIMEOUT_MS = 60_000;

/** What a start is busy with. */
export type StartProgress = 'preparing' | 'raising-memory-limit' | 'starting-qemu' | 'connecting';

export interface LaunchOptions {
  signal?: AbortSignal | undefined;
  askPassword?: AskPassword | undefined;
  way?: WayUp | undefined;
  onProgress?: ((progress: StartProgress) => void) | undefined;
}

/** What counts for the memory that is pinned. */
interface Pinning extends Pick<MachineSpec, 'memoryMiB' | 'extraArguments'> {
  passed: readonly unknown[];
}

/**
 * Bytes that QEMU has to be allowed to lock: the guest's devices may read and write all of its memory at any time, so
 * vfio pins all of it. With an IOMMU inside the guest each device has an address space that is counted by itself.
 */
export function lockedBytes(spec: Pinning): number {
  if (spec.passed.length === 0) return 0;
  return (spec.memoryMiB + MEMLOCK_HEADROOM_MIB) * (hasOwnIommu(spec) ? spec.passed.length : 1) * MIB;
}

/** Whether the guest sees an IOMMU. */
export function hasOwnIommu({ extraArguments }: Pick<MachineSpec, 'extraArguments'>): boolean {
  return extraArguments.some((argument) => /\b(?:intel|amd|virtio)-iommu\b/.test(argument));
}

/** The plan that lets one process lock what the machine needs; undefined when it may already. Root always may. */
export function memoryPlan(spec: Pinning, facts: HostFacts, pid: number): Plan | undefined {
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
  throwIfCancelled(signal);
  onProgress?.('preparing');
  const began = performance.now();
  const startedAt = new Date();
  const id = `${startedAt
    .toISOString()
    .replaceAll(/[-:]|\..*/g, '')
    .replace('T', '-')}-${randomBytes(2).toString('hex')}`;
  // The host knows best where the directory can be: until it has said so, a mark stands for it.
  const mark = `@${randomBytes(8).toString('hex')}`;
  const when = memoryPlan(spec, facts, 0) ? 'later' : 'now';
  const text = sessionText({ id, startedAt, spec });
  const argv = qemuCommand(spec, linesOf(mark));
  // Not called off before it has said what it started: that couldn't be ended.
  await using program = await connection.open(argvOf(['start', id, when, mark, spec.directory, text, ...argv]));
  const said = program.lines[Symbol.asyncIterator]();
  const started = await said.next();
  if (started.done) throw commandFailure('start', await program.ended);
  const [, keeper, directory = ''] = /^(\d+) (.*)$/s.exec(started.value) ?? [];
  try {
    throwIfCancelled(signal);
    const plan = memoryPlan(spec, facts, Number(keeper));
    if (plan) {
      onProgress?.('raising-memory-limit');
      const { askPassword, way } = options;
      await runPlan(connection, facts, plan, {
        ...(signal ? { signal } : {}),
        ...(askPassword ? { askPassword } : {}),
        ...(way ? { way } : {}),
      });
      throwIfCancelled(signal);
    }
    onProgress?.('starting-qemu');
    const answer = plan ? await go(connection, directory, signal) : await orCancelled(said.next(), signal);
    const pid = /^pid (\d+)$/.exec(answer)?.[1];
    if (pid === undefined) throw await startFailure(connection, directory, spec, began);
    return { id, directory, pid: Number(pid), startedAt, spec };
  } catch (error) {
    await discard(connection, directory);
    throw error;
  }
}

async function go(connection: Connection, directory: string, signal: AbortSignal | undefined): Promise<string> {
  const result = await connection.run(argvOf(['go', directory]), { signal, timeoutMs: GO_TIMEOUT_MS });
  if (result.exitCode !== 0) throw commandFailure('go', result);
  return result.stdout.toString('utf8').trim();
}

/** The next line that is said; empty when there is none. */
async function orCancelled(line: Promise<IteratorResult<string>>, signal: AbortSignal | undefined): Promise<string> {
  const cancelled = Promise.withResolvers<never>();
  const cancel = (): void => {
    cancelled.reject(new Failure('cancelled', undefined));
  };
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    const next = await Promise.race([line, cancelled.promise]);
    return next.done ? '' : next.value;
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
}

/** Ends what a start has begun, however far it got. */
export async function discard(connection: Connection, directory: string): Promise<void> {
  // A connection that is lost can't tell the keeper: it gives up by itself.
  await endGuest(connection, directory).catch(() => undefined);
  await forgetGuest(connection, directory).catch(() => undefined);
}

/** Why QEMU ended. `began`, of performance.now(): when it was all begun. */
export async function startFailure(
  connection: Connection,
  directory: string,
  spec: MachineSpec,
  began: number,
): Promise<Failure> {
  const { exitCode = -1, output } = await guestEnd(connection, directory);
  if (exitCode === 127 && /not found|^\/usr\/bin\/env: .*No such file/m.test(output)) {
    return new Failure('program-missing', { program: spec.program, host: connection.name });
  }
  // One that is too old may have ended over an option that it doesn't know.
  const version = await qemuVersion(connection, spec.program).catch(() => undefined);
  const old = version && tooOld(version);
  if (old) return old;
  const devices = spec.passed.map(({ host }) => host);
  const log = devices.length === 0 ? {} : await kernelLogSince(connection, began, devices);
  return new Failure('guest-start-failed', { exitCode, output, ...log });
}

function argvOf(args: readonly string[]): Argv {
  return ['/bin/sh', '-c', script, 'sh', ...args];
}

function commandFailure(name: string, { exitCode, stderr }: { exitCode: number; stderr: string }): Failure {
  return /No space left on device|Disk quota exceeded/.test(stderr)
    ? new Failure('disk-full', { path: /^in (.*)$/m.exec(stderr)?.[1] ?? '' })
    : new Failure('command-failed', { command: `launch.sh ${name}`, exitCode, output: stderr.trim() });
}

function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new Failure('cancelled', undefined);
}
