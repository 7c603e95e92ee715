import { gdbArchitecture } from '../debug/session-arguments.ts';
import type { Architecture } from '../guest/machine.ts';
import { Failure } from '../host/failure.ts';
import { runProcess } from '../host/processes.ts';
import { gdbPath } from './settings.ts';

const USUAL = 'gdb';
/** Debian's gdb knows its own machine alone; this is the one for all. */
const FOR_ALL = 'gdb-multiarch';
const PROBE_MS = 20_000;

/** The gdb for a guest: as wished or set, else one that knows its architecture. Throws `no-gdb`. */
export async function gdbFor(architecture: Architecture, wished: string | undefined): Promise<string> {
  const set = wished ?? gdbPath();
  if (architecture === 'x86_64') return set;
  const programs = set === USUAL ? [USUAL, FOR_ALL] : [set];
  const name = gdbArchitecture(architecture);
  for (const program of programs) if (await knows(program, name)) return program;
  throw new Failure('no-gdb', { programs, architecture: name });
}

async function knows(program: string, architecture: string): Promise<boolean> {
  const argv = [program, '--batch', '-nx', '-ex', `set architecture ${architecture}`] as const;
  try {
    const { exitCode, stderr } = await runProcess(argv, { host: 'localhost', timeoutMs: PROBE_MS });
    // Older ones end well whatever a command has said.
    return exitCode === 0 && !stderr.includes('Undefined item');
  } catch (error) {
    if (Failure.is(error, 'program-missing')) return false;
    throw error;
  }
}
