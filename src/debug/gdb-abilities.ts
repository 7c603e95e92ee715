import { gdbArchitecture } from './session-arguments.ts';
import type { Architecture } from '../guest/machine.ts';

/** What a gdb can do. */
export interface GdbAbilities {
  /** Undefined where it doesn't say. */
  version: { major: number; minor: number } | undefined;
  /** Whether it runs Python: without, domains can't be told apart. */
  python: boolean;
  architecture: boolean;
}

const MARK = 'gdb has Python';

/** Asks all of it in one start of gdb. A command that fails doesn't end the others. */
export function abilitiesProbe(program: string, architecture: Architecture): readonly [string, ...string[]] {
  const ask = [`set architecture ${gdbArchitecture(architecture)}`, `python print("${MARK}")`, 'show version'];
  return [program, '--batch', '-nx', ...ask.flatMap((command) => ['-ex', command])];
}

/** What the probe has said. `GNU gdb (Debian 13.1-3) 13.1`: what is in brackets is the packager's. */
export function readAbilities({ stdout, stderr }: { stdout: string; stderr: string }): GdbAbilities {
  const line = stdout.split('\n').find((each) => each.startsWith('GNU gdb')) ?? '';
  const version = /(\d{1,4})\.(\d{1,4})(?:\.[\d.]{1,20})?\S{0,40}$/.exec(line.trim());
  return {
    version: version ? { major: Number(version[1]), minor: Number(version[2]) } : undefined,
    python: stdout.includes(MARK),
    architecture: !stderr.includes('Undefined item'),
  };
}
