import { readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { BuildDirectory } from './build-directory.ts';
import { parseErrorNames, type ErrorName } from './error-names.ts';

type Where = Pick<BuildDirectory, 'path' | 'sourceDirectory'>;

/** Where errors are defined, in the source tree. */
const ERROR_NAMES = 'errors/errno.fugu';
/** The real one has 60 kB. */
const MOST_BYTES = 4 * 1024 * 1024;
const MOST_KEPT = 5000;
/** A file that is built or removed is noticed after so long. */
const KEPT_MS = 10_000;

interface KnownErrors {
  mtimeMs: number;
  size: number;
  names: ReadonlyMap<string, ErrorName>;
}

/** Files of a source tree that a guest or its debugging information names. */
export class SourceFiles {
  readonly #found = new Map<string, { at: number; file: Promise<string | undefined> }>();
  readonly #errors = new Map<string, KnownErrors>();

  /**
   * The file of a path: relative to the build directory, or to the source tree, or as `here` maps it. Only files in one of
   * the two; links that lead out of them lead nowhere.
   */
  async find(build: Where, name: string, here: (path: string) => string = (same) => same): Promise<string | undefined> {
    const key = `${build.path}\n${name}`;
    const known = this.#found.get(key);
    if (known && performance.now() - known.at < KEPT_MS) return known.file;
    if (this.#found.size >= MOST_KEPT) this.#found.clear();
    const file = look(build, here(name));
    this.#found.set(key, { at: performance.now(), file });
    return file;
  }

  /** What errors/errno.fugu defines, and where that file is; undefined where there is none. */
  async errorNames(build: Where): Promise<{ file: string; names: ReadonlyMap<string, ErrorName> } | undefined> {
    const file = path.join(build.sourceDirectory, ERROR_NAMES);
    const status = await stat(file).catch(() => undefined);
    if (!status?.isFile() || status.size > MOST_BYTES) return undefined;
    const { mtimeMs, size } = status;
    let known = this.#errors.get(file);
    if (known?.mtimeMs !== mtimeMs || known.size !== size) {
      const text = await readFile(file, 'utf8').catch(() => '');
      known = { mtimeMs, size, names: parseErrorNames(text) };
      this.#errors.set(file, known);
    }
    return { file, names: known.names };
  }
}

async function look(build: Where, name: string): Promise<string | undefined> {
  const roots = [build.path, build.sourceDirectory];
  for (const root of roots) {
    const file = path.resolve(root, name);
    if (!roots.some((each) => isBelow(each, file))) continue;
    const status = await stat(file).catch(() => undefined);
    if (!status?.isFile()) continue;
    const real = await realpath(file);
    const realRoots = await Promise.all(roots.map((each) => realpath(each).catch(() => each)));
    if (realRoots.some((each) => isBelow(each, real))) return file;
  }
  return undefined;
}

function isBelow(directory: string, file: string): boolean {
  return file.startsWith(directory.endsWith('/') ? directory : `${directory}/`);
}
