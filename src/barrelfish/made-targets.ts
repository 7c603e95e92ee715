import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Argv, RunResult } from '../host/connection.ts';
import type { BuildDirectory } from './build-directory.ts';

type Where = Pick<BuildDirectory, 'path' | 'sourceDirectory'>;

/** How a source tree was when make began, and how make left the targets. */
interface Made {
  source: string;
  targets: ReadonlyMap<string, string | undefined>;
}

/**
 * Remembers what make has brought up to date. make itself takes seconds to find nothing to do, most of them for reading
 * the Makefile of the whole tree; that no file of the tree has changed since is known after a tenth of one.
 */
export class MadeTargets {
  /** Runs a program of this machine to its end. */
  readonly #run: (argv: Argv) => Promise<Pick<RunResult, 'exitCode' | 'stdout'>>;
  readonly #made = new Map<string, Made>();

  constructor(run: (argv: Argv) => Promise<Pick<RunResult, 'exitCode' | 'stdout'>>) {
    this.#run = run;
  }

  /**
   * Calls `make`, unless the same targets have been made and neither they nor the source tree have changed since. What is
   * not in the tree, such as a compiler, isn't looked at.
   */
  async bringUpToDate(build: Where, targets: readonly string[], make: () => Promise<void>): Promise<void> {
    const source = await this.#sourceState(build);
    const known = this.#made.get(build.path);
    const before = await targetStates(build, targets);
    const isSame = source !== undefined && known?.source === source;
    if (isSame && [...before].every(([name, state]) => state !== undefined && state === known.targets.get(name)))
      return;
    await make();
    if (source === undefined) return;
    // An edit during the build makes the next state another one.
    const others = known?.source === source ? known.targets : [];
    const after = await targetStates(build, targets);
    this.#made.set(build.path, { source, targets: new Map([...others, ...after]) });
  }

  /** Changes with each file of the source tree, and with the Makefile; undefined where there is no telling. */
  async #sourceState(build: Where): Promise<string | undefined> {
    // Times of change: unlike those of modification they can't be set, so that an older file that is put back counts too.
    const list: Argv = [
      ...(['find', '-H', build.sourceDirectory, '-mindepth', '1'] as const),
      ...['(', '-name', '.?*', '-o', '-samefile', build.path, ')', '-prune', '-o', '-printf', '%i %s %C@\\n'],
    ];
    const [found, makefile] = await Promise.all([
      this.#run(list).catch(() => undefined),
      stateOf(path.join(build.path, 'Makefile')),
    ]);
    if (found?.exitCode !== 0 || found.stdout.length === 0 || makefile === undefined) return undefined;
    return createHash('sha256').update(makefile).update('\n').update(found.stdout).digest('base64');
  }
}

async function targetStates(
  build: Where,
  targets: readonly string[],
): Promise<ReadonlyMap<string, string | undefined>> {
  const states = await Promise.all(targets.map((target) => stateOf(path.join(build.path, target))));
  return new Map(targets.map((target, index) => [target, states[index]]));
}

function stateOf(file: string): Promise<string | undefined> {
  return stat(file).then(
    ({ ino, ctimeMs, size }) => `${String(ino)} ${String(ctimeMs)} ${String(size)}`,
    () => undefined,
  );
}
