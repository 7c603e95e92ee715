import type { MenuChange } from './menu-variant.ts';

/** kernel/include/logging.h, enum KERNEL_LOG_LEVEL: a name's place is its number. */
const LOG_LEVELS: readonly string[] = ['panic', 'error', 'warning', 'notice', 'debug'];
/** kernel/include/logging.h, enum KERNEL_SUBSYSTEM: a name's place is its bit. */
const SUBSYSTEMS: readonly string[] = ['startup', 'gdb', 'apic', 'elf', 'paging', 'syscall', 'caps', 'dispatch', 'io'];
/** lib/getopt/getopt.c, handle_int() asserts that a value is one; in hexadecimal it takes no sign. */
const LARGEST_INT = 0x7f_ff_ff_ff;
const ALL_SUBSYSTEMS = -1;

/** What the kernel takes (kernel/arch/x86/startup_x86.c, cmdargs). It knows a key by its beginning. */
const KEYS = [
  ['loglevel', 'number'],
  ['logmask', 'number'],
  ['ticks', 'truth'],
  ['timeslice', 'number'],
  ['serial', 'number'],
  ['bsp_coreid', 'number'],
] as const;

/** The number of a log level by its name or number; undefined for what is none. */
export function logLevel(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isInteger(value) && LOG_LEVELS[value] !== undefined ? value : undefined;
  const place = typeof value === 'string' ? LOG_LEVELS.indexOf(value) : -1;
  return place < 0 ? undefined : place;
}

/** The bit of a subsystem that the kernel logs debugging messages of; undefined for what is none. */
export function subsystemBit(name: unknown): number | undefined {
  const place = typeof name === 'string' ? SUBSYSTEMS.indexOf(name) : -1;
  return place < 0 ? undefined : 1 << place;
}

/** A mask as a number, or by `all` and `none`; undefined for what is none of these. */
export function logMask(value: unknown): number | undefined {
  if (value === 'all') return ALL_SUBSYSTEMS;
  if (value === 'none') return 0;
  if (typeof value !== 'number' || !Number.isInteger(value)) return undefined;
  return value >= 0 && value <= LARGEST_INT ? value : undefined;
}

/** Why the kernel would not take an argument: it stops with a failed assertion at a value that it can't read. */
export function kernelArgumentProblem(argument: string): 'one-word' | 'number' | 'truth' | undefined {
  // It splits at blanks and knows no quotes (lib/getopt/getopt.c, parse_commandline).
  if (!/^[!#-~]+$/.test(argument)) return 'one-word';
  const equals = argument.indexOf('=');
  if (equals < 0) return undefined;
  const kind = KEYS.find(([key]) => argument.slice(0, equals).startsWith(key))?.[1];
  const value = argument.slice(equals + 1);
  if (kind === 'truth') return /^(?:true|yes|false|no)/.test(value) ? undefined : 'truth';
  if (kind === undefined) return undefined;
  const number = /^(?:0x[0-9a-f]{1,8}|\d{1,10})$/i.test(value) ? Number(value) : LARGEST_INT + 1;
  return number <= LARGEST_INT ? undefined : 'number';
}

/**
 * What gives all cores these arguments. The kernel that boots gets those of the `kernel` line, since that is the
 * command line that QEMU hands over; the other cores' get those of the `cpu` module (usr/kaluga/start_cpu.c).
 */
export function kernelArgumentChanges(args: readonly string[]): MenuChange[] {
  const programs = [{ keyword: 'kernel' } as const, 'cpu'];
  return programs.flatMap((program) =>
    args.map((argument): MenuChange => ({ kind: 'set-argument', program, argument })),
  );
}
