import { engines, runsEngine, type EngineName } from '../debug/engines.ts';
import { abilitiesProbe, readAbilities, type GdbAbilities } from '../debug/gdb-abilities.ts';
import { gdbArchitecture } from '../debug/session-arguments.ts';
import type { Architecture } from '../guest/machine.ts';
import { Failure } from '../host/failure.ts';
import { runProcess } from '../host/processes.ts';
import { gdbPath } from './settings.ts';

const USUAL = 'gdb';
/** Debian's gdb knows its own machine alone; this is the one for all. */
const FOR_ALL = 'gdb-multiarch';
const PROBE_MS = 20_000;
/** The first whose Python says where a breakpoint is (gdb's NEWS: `gdb.Breakpoint.locations`). */
const PYTHON_SINCE = 13;

export interface Gdb {
  program: string;
  /** Major number of its release; undefined where that isn't known. */
  release: number | undefined;
  /** Whether it can be told of Barrelfish's domains. */
  scriptable: boolean;
}

const probed = new Map<string, Promise<GdbAbilities | undefined>>();

/** The gdb for a guest: as wished or set, else one that knows its architecture. Throws `no-gdb`. */
export async function gdbFor(architecture: Architecture, wished: string | undefined): Promise<Gdb> {
  const set = wished ?? gdbPath();
  if (architecture === 'x86_64') {
    // One that is missing, or hangs, is said to when the session starts it.
    const abilities = await abilitiesOf(set, architecture).catch(() => undefined);
    const release = abilities?.version?.major;
    return { program: set, release, scriptable: abilities?.python === true && (release ?? 0) >= PYTHON_SINCE };
  }
  const programs = set === USUAL ? [USUAL, FOR_ALL] : [set];
  for (const program of programs) {
    const abilities = await abilitiesOf(program, architecture);
    if (abilities?.architecture === true) return { program, release: abilities.version?.major, scriptable: false };
  }
  throw new Failure('no-gdb', { programs, architecture: gdbArchitecture(architecture) });
}

/** Throws `no-gdb-adapter` unless the gdb for a PC, as wished or set, has what the engine needs. */
export async function checkEngine(engine: EngineName, wished: string | undefined): Promise<void> {
  const { since } = engines[engine];
  if (since === undefined) return;
  const program = wished ?? gdbPath();
  const abilities = await abilitiesOf(program, 'x86_64').catch(() => undefined);
  if (abilities && runsEngine(engine, abilities)) return;
  const { version, python = false } = abilities ?? {};
  const said = version && { version: `${version.major.toString()}.${version.minor.toString()}` };
  throw new Failure('no-gdb-adapter', { program, wished: wished !== undefined, ...said, python, needed: since });
}

/** Asked once; what couldn't be asked is asked again. */
async function abilitiesOf(program: string, architecture: Architecture): Promise<GdbAbilities | undefined> {
  const key = JSON.stringify([program, architecture]);
  const asked = probed.get(key) ?? probe(program, architecture);
  probed.set(key, asked);
  try {
    const found = await asked;
    if (!found) probed.delete(key);
    return found;
  } catch (error) {
    probed.delete(key);
    throw error;
  }
}

/** Undefined where there is no such program, or it fails. */
async function probe(program: string, architecture: Architecture): Promise<GdbAbilities | undefined> {
  try {
    const argv = abilitiesProbe(program, architecture);
    const { exitCode, stdout, stderr } = await runProcess(argv, { host: 'localhost', timeoutMs: PROBE_MS });
    return exitCode === 0 ? readAbilities({ stdout: stdout.toString('utf8'), stderr }) : undefined;
  } catch (error) {
    if (Failure.is(error, 'program-missing')) return undefined;
    throw error;
  }
}
