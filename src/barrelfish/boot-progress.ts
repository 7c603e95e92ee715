import type { SerialEvent } from './serial-events.ts';

/** How far a boot has come, in their order. */
const STAGES = ['nothing', 'loader', 'kernel', 'init', 'monitor', 'spawning', 'driver', 'network', 'usable'] as const;

type BootStage = (typeof STAGES)[number];

/** A device that Kaluga has started a driver for. */
export interface DriverMatch {
  binary: string;
  module: string;
  /** The guest's, as formatGuestAddress writes it: `05:00.0`. */
  address: string;
  /** The module's instance is there. */
  created: boolean;
  /** Of the serial log, counted from 0. */
  line: number;
}

/** What has gone wrong last. After the first three the kernel stands still; after the others one domain is gone. */
export interface BootFailure {
  kind: 'panicked' | 'exception' | 'waiting-for-gdb' | 'faulted' | 'asserted';
  line: number;
  core?: number | undefined;
  domain?: string | undefined;
  reason?: string | undefined;
}

/** What the serial line has told of a boot. Never changes. */
export interface BootProgress {
  stage: BootStage;
  /** The program that was spawned last, or the driver that was started last; of the stages `spawning` and `driver`. */
  about?: string;
  /** Cores whose CPU driver is up, and where it is (hexadecimal with 0x) where that was said. */
  cores: readonly { apicId: number; base?: string }[];
  /** Bases that were announced by a loader whose CPU driver has said nothing yet. */
  bases: readonly string[];
  drivers: readonly DriverMatch[];
  network?: { state: 'starting' | 'up'; address?: string | undefined };
  /** The guest has been told of no IOMMU. */
  noDmar?: boolean;
  failure?: BootFailure;
}

export const NO_PROGRESS: BootProgress = { stage: 'nothing', cores: [], bases: [], drivers: [] };

/** The guest may say what it likes: of that so much is kept. */
const MOST_CORES = 256;
const MOST_DRIVERS = 256;

/** Kaluga's match for a device of the guest: the last one. */
export function driverAt({ drivers }: BootProgress, address: string): DriverMatch | undefined {
  return drivers.findLast((each) => each.address === address);
}

export function isKernelFailure({ kind }: BootFailure): boolean {
  return kind === 'panicked' || kind === 'exception' || kind === 'waiting-for-gdb';
}

/** What is known after one more event; the same value when it tells nothing new. */
export function advance(progress: BootProgress, event: SerialEvent): BootProgress {
  return step(revived(progress, event), event);
}

function step(progress: BootProgress, event: SerialEvent): BootProgress {
  switch (event.kind) {
    case 'kernel-base':
      return kernelBase(progress, event.base);
    case 'kernel-up':
      return kernelUp(progress, event.core);
    case 'init-up':
      return reached(progress, 'init');
    case 'monitor-up':
      return reached(progress, 'monitor');
    case 'spawning':
      return reached(progress, 'spawning', event.program.slice(event.program.lastIndexOf('/') + 1));
    case 'driver-starting':
      return driverStarting(progress, event);
    case 'driver-created':
      return driverCreated(progress, event.module);
    case 'network-starting':
      return progress.network ? progress : { ...reached(progress, 'network'), network: { state: 'starting' } };
    case 'network-up':
      return networkUp(progress, event.address);
    case 'usable':
      return reached(progress, 'usable');
    case 'no-dmar':
      return progress.noDmar ? progress : { ...progress, noDmar: true };
    case 'kernel-panic':
      return failed(progress, { kind: 'panicked', line: event.line, core: event.core, reason: event.reason });
    case 'kernel-exception':
      return failed(progress, { kind: 'exception', line: event.line, core: event.core, reason: event.what });
    case 'waiting-for-gdb': {
      const reason = progress.failure?.kind === 'exception' ? progress.failure.reason : undefined;
      return failed(progress, { kind: 'waiting-for-gdb', line: event.line, core: event.core, reason });
    }
    case 'domain-fault':
      return failed(progress, { kind: 'faulted', line: event.line, core: event.core, domain: event.domain });
    case 'domain-assertion':
      if (isAftermath(progress, event)) return progress;
      return failed(progress, {
        kind: 'asserted',
        line: event.line,
        core: event.core,
        domain: event.domain,
        reason: event.expression,
      });
    default:
      return progress;
  }
}

/** Stages never go back; `about` follows what happens within one. */
function reached(progress: BootProgress, stage: BootStage, about?: string): BootProgress {
  const [now, next] = [STAGES.indexOf(progress.stage), STAGES.indexOf(stage)];
  if (next < now || (next === now && about === progress.about)) return progress;
  const { about: _, ...rest } = progress;
  return { ...rest, stage, ...(about === undefined ? {} : { about }) };
}

/** x86's loader says it before the CPU driver greets; armv8's CPU driver says it itself, and afterwards. */
function kernelBase(progress: BootProgress, base: string): BootProgress {
  const { cores, bases } = progress;
  const last = cores.at(-1);
  if (last && last.base === undefined) return { ...progress, cores: [...cores.slice(0, -1), { ...last, base }] };
  return bases.length < MOST_CORES ? { ...reached(progress, 'loader'), bases: [...bases, base] } : progress;
}

/** A core that comes up a second time has been reset. */
function kernelUp(progress: BootProgress, apicId: number): BootProgress {
  const again = progress.cores.some((core) => core.apicId === apicId);
  const base = progress.bases.at(-1);
  const core = { apicId, ...(base === undefined ? {} : { base }) };
  if (again) return { ...NO_PROGRESS, stage: 'kernel', cores: [core] };
  if (progress.cores.length >= MOST_CORES) return progress;
  return { ...reached(progress, 'kernel'), cores: [...progress.cores, core], bases: [] };
}

function driverStarting(
  progress: BootProgress,
  event: Extract<SerialEvent, { kind: 'driver-starting' }>,
): BootProgress {
  if (progress.drivers.length >= MOST_DRIVERS) return progress;
  const hex = (value: number): string => value.toString(16).padStart(2, '0');
  const address = `${hex(event.bus)}:${hex(event.device)}.${event.function.toString()}`;
  const match: DriverMatch = { binary: event.binary, module: event.module, address, created: false, line: event.line };
  return { ...reached(progress, 'driver', event.binary), drivers: [...progress.drivers, match] };
}

/** Drivers are created one after the other, so the oldest of its module that waits is meant. */
function driverCreated(progress: BootProgress, module: string): BootProgress {
  const index = progress.drivers.findIndex((each) => each.module === module && !each.created);
  if (index === -1) return progress;
  return {
    ...progress,
    drivers: progress.drivers.map((each, at) => (at === index ? { ...each, created: true } : each)),
  };
}

function networkUp(progress: BootProgress, address: string | undefined): BootProgress {
  const known = address ?? progress.network?.address;
  if (progress.network?.state === 'up' && progress.network.address === known) return progress;
  return { ...reached(progress, 'network'), network: { state: 'up', ...(known ? { address: known } : {}) } };
}

/**
 * Whether an event only follows from the fault before it: the dispatcher that has to handle one asserts that it isn't
 * doing so already (lib/barrelfish/dispatch.c, disp_disable), and names no core.
 */
export function isAftermath({ failure }: BootProgress, event: SerialEvent): boolean {
  if (event.kind !== 'domain-assertion' || event.core !== undefined) return false;
  return failure?.kind === 'faulted' && failure.domain === event.domain;
}

/** While the kernel stands still, what its domains said meanwhile is the lesser news. */
function failed(progress: BootProgress, failure: BootFailure): BootProgress {
  if (progress.failure && isKernelFailure(progress.failure) && !isKernelFailure(failure)) return progress;
  return { ...progress, failure };
}

/**
 * A kernel that stands still says nothing: when the only core goes on, somebody has only printed the words. Of several
 * cores the others go on.
 */
function revived(progress: BootProgress, { kind }: SerialEvent): BootProgress {
  const { failure, ...rest } = progress;
  if (!failure || !isKernelFailure(failure) || progress.cores.length > 1) return progress;
  const ofFailure = ['dump', 'kernel-address', 'waiting-for-gdb', 'kernel-panic', 'kernel-exception'].includes(kind);
  return ofFailure ? progress : rest;
}
