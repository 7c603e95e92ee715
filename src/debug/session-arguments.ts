import type { Architecture } from '../guest/machine.ts';

/** What gdb is to do, as cdt-gdb-adapter's attach request wants it. */
export interface SessionArguments {
  gdb: string;
  target: { type: 'remote'; parameters: string[] };
  preConnectCommands: string[];
  initCommands: string[];
  preRunCommands: string[];
}

export interface SessionWish {
  gdb: string;
  /** A PC unless set. */
  architecture?: Architecture | undefined;
  /** QEMU's gdb server: a unix socket on the editor's side. */
  socket: string;
  /** Symbol files, with the distance between where each was linked to and where it runs. */
  symbols: readonly { file: string; offset: bigint }[];
  /** Directories of debugging information, as it calls them and as this machine does; the first that fits counts. */
  sourceMap?: readonly (readonly [from: string, to: string])[] | undefined;
  /** Physical address to stop at before anything else, for a guest that hasn't run yet. */
  stopAt?: bigint | undefined;
  /** The user's own, after ours. */
  commands: readonly string[];
}

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
    target: { type: 'remote', parameters: [wish.socket] },
    // A kernel's first function has no caller, and what is on its stack is no end.
    preConnectCommands: [
      ...['set confirm off', `set architecture ${gdbArchitecture(wish.architecture ?? 'x86_64')}`],
      'set backtrace limit 64',
      ...(wish.sourceMap ?? []).map(([from, to]) => `set substitute-path ${word(from)} ${word(to)}`),
    ],
    initCommands: [
      ...wish.symbols.map(({ file, offset }) => `add-symbol-file ${word(file)} -o ${hex(offset)}`),
      ...wish.commands,
    ],
    // A hardware breakpoint: the memory behind it is not loaded yet, and firmware would overwrite a software one.
    preRunCommands: wish.stopAt === undefined ? [] : [`thbreak *${hex(wish.stopAt)}`],
  };
}
