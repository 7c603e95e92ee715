import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { Argv } from '../host/connection.ts';
import { Failure } from '../host/failure.ts';
import { remoteCommand } from '../host/remote-command.ts';
import type { BuildDirectory } from './build-directory.ts';
import { isGoal } from './make-targets.ts';
import { PathMap, type PathPair } from './path-map.ts';

/** How commands reach the place where the build runs. */
export interface BuildPlace {
  /** What stands in front of each command, with `${source}` and `${build}`; empty: nothing. */
  wrapper: readonly string[];
  /** Path there → path here, with the same placeholders. */
  pathMap: Readonly<Record<string, string>>;
}

/** What is started, where, and how its output is read. */
export interface BuildCommand {
  argv: Argv;
  /** Working directory, on this machine. */
  directory: string;
  paths: PathMap;
}

type Where = Pick<BuildDirectory, 'path' | 'sourceDirectory'> & Partial<Pick<BuildDirectory, 'sourceReference'>>;

/** Architectures that hake.sh can be asked for (its usage text). */
export const ARCHITECTURES = ['x86_64', 'k1om', 'armv7', 'armv8'] as const;

function fill(text: string, { path: build, sourceDirectory }: Where): string {
  return text.replaceAll('${source}', () => sourceDirectory).replaceAll('${build}', () => build);
}

/** How paths of a build are called here. */
export function pathMapOf(build: Where, place: Pick<BuildPlace, 'pathMap'>): PathMap {
  const pairs: PathPair[] = Object.entries(place.pathMap).map(([there, here]) => ({
    there: fill(there, build),
    here: path.resolve(build.path, fill(here, build)),
  }));
  const reference = build.sourceReference;
  // "../source" of a build that runs elsewhere leads nowhere on this machine.
  if (reference !== undefined && path.resolve(build.path, reference) !== build.sourceDirectory)
    pairs.push({ there: reference, here: build.sourceDirectory });
  return new PathMap(pairs, build.path, build.sourceDirectory);
}

/** Options of ssh with a value, which may be the next word (ssh.c). */
const SSH_OPTION_WITH_VALUE = /^-[^BbcDEeFIiJLlmOoPpQRSWw]*[BbcDEeFIiJLlmOoPpQRSWw]$/;

/** How many of ssh's arguments stand before the command: its options and the destination. */
function beforeCommandOfSsh(words: readonly string[]): number {
  let hasDestination = false;
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (word === '--') {
      if (hasDestination) return index + 1;
    } else if (word.length > 1 && word.startsWith('-')) {
      if (SSH_OPTION_WITH_VALUE.test(word)) index += 1;
    } else if (hasDestination) return index;
    else hasDestination = true;
  }
  return words.length;
}

/** A command as it reaches the place where builds run. */
export function wrapped(command: Argv, build: Where, place: BuildPlace): Argv {
  const [first, ...rest] = place.wrapper.map((word) => fill(word, build));
  if (first === undefined) return command;
  if (path.posix.basename(first) !== 'ssh') return [first, ...rest, ...command];
  // ssh joins what it gets, and a shell takes it apart again: only so do words with blanks stay what they are.
  const end = beforeCommandOfSsh(rest);
  const [program = '', ...others] = [...rest.slice(end), ...command];
  return [first, ...rest.slice(0, end), remoteCommand([program, ...others])];
}

/** `make` for targets of a build directory. Throws `bad-target` for what make would take for something else. */
export function makeCommand(
  build: Where,
  targets: readonly string[],
  options: { place: BuildPlace; jobs?: number | undefined },
): BuildCommand {
  const bad = targets.find((target) => !isGoal(target));
  if (bad !== undefined) throw new Failure('bad-target', { target: bad });
  const paths = pathMapOf(build, options.place);
  const jobs = options.jobs !== undefined && options.jobs >= 1 ? Math.floor(options.jobs) : availableParallelism();
  const argv: Argv = ['make', '-C', paths.there(build.path), `-j${String(jobs)}`, ...targets];
  return { argv: wrapped(argv, build, options.place), directory: build.path, paths };
}

/** Hake, to make a build directory for some architectures, or to make its Makefile anew. */
export function hakeCommand(build: Where, architectures: readonly string[], place: BuildPlace): BuildCommand {
  const paths = pathMapOf(build, place);
  const there = paths.there(build.sourceDirectory);
  // Hake writes into its Makefile what it is given here; relative is what the tree's own instructions use.
  const source = there === build.sourceDirectory ? path.relative(build.path, there) || '.' : there;
  const words = architectures.flatMap((architecture) => ['-a', architecture]);
  const hake: Argv = [path.posix.join(there, 'hake', 'hake.sh'), '-s', source, ...words];
  // hake.sh works in its current directory, which a wrapper need not keep.
  const argv: Argv = place.wrapper.length === 0 ? hake : ['env', '-C', paths.there(build.path), ...hake];
  return { argv: wrapped(argv, build, place), directory: build.path, paths };
}
