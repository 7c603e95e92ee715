/** What the serial line tells, by its kind. Addresses are hexadecimal with 0x, as the guest has them. */
interface SerialFacts {
  /** A core's CPU driver is loaded, and jumps to where it will run. */
  'kernel-base': { base: string };
  'kernel-up': { architecture: string; core: number };
  /** The first domain of a core. */
  'init-up': object;
  'monitor-up': object;
  /** `program` is a path or a name, as the guest has it. */
  spawning: { program: string; core?: number | undefined };
  /** Kaluga starts a driver's instance for a device. */
  'driver-starting': { binary: string; module: string; bus: number; device: number; function: number; core?: number };
  /** The module's instance is there. */
  'driver-created': { module: string };
  /** Kaluga leaves a driver out: without the argument `auto`, or since it has its only instance. */
  'driver-left-out': { driver: string; why: 'not-auto' | 'taken' };
  'network-starting': object;
  'network-up': { address?: string | undefined };
  /** The shell is there. */
  usable: object;
  /** The shell asks for a command: whatever else has happened, somebody runs. */
  prompt: object;
  'no-dmar': object;
  'kernel-panic': { core: number; reason: string };
  'kernel-exception': { core: number; exception: number; what: string };
  /** Where the kernel was, as addr2line wants it of cpu.full; it belongs to the exception before. */
  'kernel-address': { address: string };
  'waiting-for-gdb': { core: number };
  'domain-fault': { domain: string; core?: number | undefined; at?: string | undefined; ip: string; trap?: number };
  'domain-assertion': { domain: string; core?: number | undefined; expression: string; path: string; pathLine: number };
  'domain-error': { domain: string; core: number; function: string; path: string; pathLine: number };
  'domain-aborted': object;
  /** Registers and memory after an exception or a fault, up to the line `last`. */
  dump: { last: number };
}

export type SerialKind = keyof SerialFacts;

/** Where it stands: line of the serial log, counted from 0, and columns of that line; `to` is behind the last. */
export interface SerialPlace {
  line: number;
  from: number;
  to: number;
}

export type SerialEvent = { [K in SerialKind]: { kind: K } & SerialPlace & SerialFacts[K] }[SerialKind];

/** An event before it has a place. */
export type SerialFact = { [K in SerialKind]: { kind: K } & SerialFacts[K] }[SerialKind];
