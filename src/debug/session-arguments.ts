import type { Architecture } from '../guest/machine.ts';

/** What gdb is to do, as cdt-gdb-adapter's attach request wants it. */
export interface SessionArguments {
  gdb: string;
  gdbArguments: string[];
  target: { type: 'remote' | 'core'; parameters: string[] };
  preConnectCommands: string[];
  initCommands: string[];
  preRunCommands: string[];
  /** Ours: the machine stays as it was found, stopped. */
  postMortem?: true;
}

/** What gdb is told of Barrelfish, for a gdb that has Python. All are absolute paths. */
interface BarrelfishWish {
  /** gdb/barrelfish.py, with the others beside it. */
  script: string;
  /** errors/errno.fugu of the source tree: the names and texts of errors. */
  errors?: string | undefined;
  /** Below is x86_64's alone. The file with the CPU driver's symbols: its copies are found and followed. */
  kernel?: string | undefined;
  /** The boot loader's symbols, for a guest that hasn't run yet; without, kernels are looked for in what runs. */
  loader?: string | undefined;
  /** Where programs lie, as NAME.full or NAME, to have symbols of whatever domain gdb stops in. */
  programs?: string | undefined;
  /** Programs whose breakpoints stop only in the domain of that name. */
  debugged?: readonly { name: string; file: string }[] | undefined;
}

/** Where a guest is to stop first: a physical address, a function of the CPU driver, or a domain's `main`. */
export type FirstStop = { address: bigint } | { function: string } | { domain: string };

export interface SessionWish {
  gdb: string;
  /** Major number of its release; undefined where that isn't known. */
  gdbRelease?: number | undefined;
  /** A PC unless set. */
  architecture?: Architecture | undefined;
  /** QEMU's gdb server: a unix socket on the editor's side; with `dump`, a file. */
  socket: string;
  /** Symbol files, with the distance between where each was linked to and where it runs. */
  symbols: readonly { file: string; offset: bigint }[];
  /** Directories of debugging information, as it calls them and as this machine does; the first that fits counts. */
  sourceMap?: readonly (readonly [from: string, to: string])[] | undefined;
  barrelfish?: BarrelfishWish | undefined;
  /** For a guest that hasn't run yet. A function or a domain is one that gdb is told of by `barrelfish`. */
  stopAt?: FirstStop | undefined;
  /** At the other end is the stub of a kernel that has stopped, on its serial line; the machine stays stopped. */
  stub?: boolean | undefined;
  /** What there is, is the memory that a guest had, as QEMU has saved it. */
  dump?: boolean | undefined;
  /** The user's own, after ours. */
  commands: readonly string[];
}

/**
 * Nothing that lies in a workspace or beside a program runs (.gdbinit, NAME-gdb.py, scripts in a section), and no server is
 * asked for debug information that a Barrelfish program can't have there. gdb 18 would colour and frame what it says.
 */
const OURS_ALONE = [
  ...['-q', '-nx', '-iex', 'set auto-load off', '-iex', 'set debuginfod enabled off'],
  ...['-iex', 'set style enabled off'],
] as const;

/**
 * The stub knows few requests, and leaves some without an answer (lib/../kernel gdb_stub.c): gdb is not to wait long. It
 * takes no signals, and reads no user memory.
 */
const STUB = ['set remotetimeout 2', 'set trust-readonly-sections on', 'handle all nopass'] as const;

/** The architectures as gdb calls them. */
const ARCHITECTURES: Record<Architecture, string> = { x86_64: 'i386:x86-64', armv7: 'arm', armv8: 'aarch64' };

export function gdbArchitecture(architecture: Architecture): string {
  return ARCHITECTURES[architecture];
}

/** As gdb's buildargv takes words apart (libiberty): quotes group, a backslash keeps the next character. */
function word(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

const hex = (value: bigint): string => (value < 0n ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`);

/**
 * No `file`: the guest goes through 16, 32 and 64 bits, and gdb takes the wrong register set for a program of the
 * others (`Remote 'g' packet reply is too long`). Symbols alone are added once connected, when QEMU has told the
 * registers.
 */
export function sessionArguments(wish: SessionWish): SessionArguments {
  return {
    gdb: wish.gdb,
    gdbArguments: [...OURS_ALONE],
    target: { type: wish.dump === true ? 'core' : 'remote', parameters: [targetOf(wish)] },
    // A kernel's first function has no caller, and what is on its stack is no end.
    preConnectCommands: [
      // In a shell without a locale gdb would refuse whatever isn't ASCII: names of threads, values.
      'set charset UTF-8',
      ...['set confirm off', `set architecture ${gdbArchitecture(wish.architecture ?? 'x86_64')}`],
      'set backtrace limit 64',
      ...(wish.stub === true ? STUB : []),
      ...(wish.sourceMap ?? []).map(([from, to]) => `set substitute-path ${word(from)} ${word(to)}`),
      ...(wish.barrelfish ? knowledge(wish.barrelfish) : []),
    ],
    initCommands: [
      ...(wish.barrelfish ? machine(wish.barrelfish) : []),
      ...wish.symbols.map(({ file, offset }) => `add-symbol-file ${word(file)} -o ${hex(offset)}`),
      ...wish.commands,
    ],
    preRunCommands: wish.stopAt === undefined ? [] : [breakOnce(wish.stopAt)],
    ...(wish.stub === true || wish.dump === true ? { postMortem: true } : {}),
  };
}

/** The first release that takes the name of a dump as a word; before, it is the rest of the line as it is. */
const WORDS_SINCE = 16;

function targetOf({ socket, dump, gdbRelease = 0 }: SessionWish): string {
  return dump === true && gdbRelease >= WORDS_SINCE ? word(socket) : socket;
}

function breakOnce(at: FirstStop): string {
  // A hardware breakpoint: the memory behind it is not loaded yet, and firmware would overwrite a software one.
  if ('address' in at) return `thbreak *${hex(at.address)}`;
  if ('function' in at) return `tbreak ${at.function}`;
  // All programs have theirs at about the same place: gdb must have the symbols of the one that is meant, too.
  return `tbreak main if $_barrelfish_here() && ($_barrelfish_in(${word(at.domain)}))`;
}

/** What can be known before there is a machine. Breakpoints are bound to programs by it, wherever those are to run. */
function knowledge({ script, errors, kernel, programs, debugged }: BarrelfishWish): string[] {
  return [
    `source ${script}`, // takes the rest of the line as it is
    ...(errors === undefined ? [] : [`barrelfish errors ${word(errors)}`]),
    ...(kernel === undefined ? [] : [`barrelfish kernel ${word(kernel)}`]),
    ...(programs === undefined ? [] : [`barrelfish files ${word(programs)}`]),
    ...(debugged ?? []).map(({ name, file }) => `barrelfish debug ${word(name)} ${word(file)}`),
  ];
}

function machine({ kernel, loader }: BarrelfishWish): string[] {
  if (kernel === undefined) return [];
  return [loader === undefined ? 'barrelfish running' : `barrelfish loader ${word(loader)}`];
}
