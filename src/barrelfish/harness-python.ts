import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Argv, RunResult } from '../host/connection.ts';
import { Failure } from '../host/failure.ts';
import { pathMapOf, wrapped, type BuildPlace } from './build-command.ts';
import type { BuildDirectory } from './build-directory.ts';

const driver = readFileSync(new URL('./harness.py', import.meta.url), 'utf8');

/** What only Python 2 takes. */
const PYTHON_2 = /^[ \t]*(?:print[ \t]+(?:["'\w]|%)|except[ \t]+[\w.]+[ \t]*,[ \t]*\w+[ \t]*:)/m;
const PROBE = 'import json; print(json.dumps("Python"))';

/** Whether a tree's harness is written in Python 2, as the public one is. */
export async function isPython2(tree: string): Promise<boolean> {
  const harness = path.join(tree, 'tools', 'harness');
  const files = ['scalebench.py', 'harness.py', path.join('tests', 'common.py')];
  const texts = await Promise.all(files.map((file) => readFile(path.join(harness, file), 'utf8').catch(() => '')));
  return texts.some((text) => PYTHON_2.test(text));
}

/**
 * The Python that runs a tree's tests: the first that works. `run` starts a program in the place where it will run. Throws
 * `program-missing`.
 */
export async function findPython(
  tree: string,
  run: (argv: Argv) => Promise<Pick<RunResult, 'exitCode'>>,
): Promise<string> {
  // Python 3 runs Python 2 too, translated; the other way round nothing helps.
  const candidates = [...((await isPython2(tree)) ? ['python2', 'python2.7'] : []), 'python3', 'python'];
  for (const python of candidates) {
    try {
      // A version manager's stand-in is there without what it stands for.
      if ((await run([python, '-c', PROBE])).exitCode === 0) return python;
    } catch (error) {
      if (!Failure.is(error, 'program-missing')) throw error;
    }
  }
  throw new Failure('program-missing', { program: 'python3', host: 'localhost' });
}

/** How Python is started, on this machine or, with `place`, where builds run. */
export interface PythonPlace {
  build: BuildDirectory;
  place?: BuildPlace | undefined;
}

export function placedCommand(command: Argv, { build, place }: PythonPlace): Argv {
  return place ? wrapped(command, build, place) : command;
}

/** harness.py as a program, with paths as they are called where it runs. The script is an argument: nothing is installed. */
export function harnessCommand(
  python: string,
  tree: string,
  where: PythonPlace,
  what: { file: string; test?: string; architecture?: string; cores?: number },
): Argv {
  const { build, place } = where;
  const there = (file: string): string => (place ? pathMapOf(build, place).there(file) : file);
  const { file, test, architecture = 'x86_64', cores = 1 } = what;
  const words =
    test === undefined
      ? ['list', there(tree), file]
      : ['run', there(tree), there(build.path), architecture, cores.toString(), file, test];
  return placedCommand([python, '-c', driver, ...words], where);
}
