import path from 'node:path';
import { Failure } from '../host/failure.ts';
import type { GdbAbilities } from './gdb-abilities.ts';
import type { SessionArguments } from './session-arguments.ts';

/** Who speaks the Debug Adapter Protocol in a session: `engine` of its launch.json. */
export interface Engine {
  /** The adapter's command line; `adapter` is ours, with gdb's Python beside it. */
  command(session: Pick<SessionArguments, 'gdb' | 'gdbArguments'>, adapter: string): readonly [string, ...string[]];
  /** The first release of gdb that has what it needs, with Python; undefined for any gdb. */
  since?: number;
}

export type EngineName = 'bundled' | 'gdb';

export const engines: Readonly<Record<EngineName, Engine>> = {
  /** VS Code runs `node` itself where no node is installed. */
  bundled: { command: (_session, adapter) => ['node', adapter] },
  /**
   * gdb's own, with our Python in it. The first, of release 14, answers before that is there, and doesn't tell Python why the
   * machine has stopped (gdb's NEWS for release 15).
   */
  gdb: {
    since: 15,
    command: ({ gdb, gdbArguments }, adapter) => {
      const script = path.join(path.dirname(adapter), 'barrelfish_dap.py');
      // `source` takes the rest of the line as it is.
      return [gdb, ...gdbArguments, '--interpreter=dap', '-ex', `source ${script}`];
    },
  },
};

/** That of a launch.json's `engine`; ours unless it is said. Throws `no-engine`. */
export function engineNamed(wished: unknown): EngineName {
  const name = wished === undefined ? 'bundled' : wished;
  if (typeof name === 'string' && Object.hasOwn(engines, name)) return name as EngineName;
  const text = typeof name === 'string' ? name : JSON.stringify(name);
  throw new Failure('no-engine', { engine: text, known: Object.keys(engines) });
}

/** Whether a gdb has what an engine needs. */
export function runsEngine(name: EngineName, { version, python }: GdbAbilities): boolean {
  const { since } = engines[name];
  return since === undefined || (python && (version?.major ?? 0) >= since);
}
