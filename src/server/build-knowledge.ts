import path from 'node:path';
import { readBuildDirectory, type BuildDirectory } from '../barrelfish/build-directory.ts';
import { MakeCache } from '../barrelfish/make-cache.ts';
import type { MakeTargets } from '../barrelfish/make-targets.ts';
import type { BuildFacts } from '../language/language.ts';
import type { Directories } from './directories.ts';
import { isBuildDirectory } from './tree-walk.ts';

/** A build directory, as far as the editor or a file in it has told. */
export type KnownBuild = Pick<BuildDirectory, 'path' | 'sourceDirectory' | 'architectures'>;

interface Goals {
  readonly sorted: readonly string[];
  readonly set: ReadonlySet<string>;
  readonly programDirectories: ReadonlySet<string>;
}

/** The build directories there are, and what their Makefiles can make. */
export class BuildKnowledge {
  readonly #directories: Directories;
  readonly #cache: MakeCache;
  readonly #changed: () => void;
  readonly #goals = new Map<string, Goals>();
  #builds: readonly KnownBuild[] = [];
  #found: readonly KnownBuild[] = [];

  /** `changed` is called when something more is known. */
  constructor(directories: Directories, storage: string, changed: () => void) {
    this.#directories = directories;
    this.#cache = new MakeCache(storage);
    this.#changed = changed;
  }

  get all(): readonly KnownBuild[] {
    return [...this.#builds, ...this.#found.filter((each) => !this.#builds.some(({ path: own }) => own === each.path))];
  }

  /** The chosen one first. */
  set(builds: readonly KnownBuild[]): void {
    this.#builds = builds;
    this.#goals.clear();
    this.#changed();
  }

  /** Looks whether a file lies in a build directory that nobody has told of. */
  async discover(file: string): Promise<void> {
    for (let at = path.dirname(file); at !== path.dirname(at); at = path.dirname(at)) {
      if (this.all.some((each) => each.path === at)) return;
      if (!isBuildDirectory(at)) continue;
      const build = await readBuildDirectory(at).catch(() => undefined);
      if (!build) return;
      this.#found = [...this.#found, build];
      this.#changed();
      return;
    }
  }

  /** Of a file: the build directory that it is in, else the first of its source tree; without a tree the chosen one. */
  of(file: string | undefined, sourceRoot: string | undefined): KnownBuild | undefined {
    const all = this.all;
    const around = all.filter((each) => file?.startsWith(`${each.path}/`) === true);
    const [nearest] = around.sort((a, b) => b.path.length - a.path.length);
    if (nearest) return nearest;
    if (sourceRoot === undefined) return all[0];
    return all.find(({ sourceDirectory }) => sourceDirectory === sourceRoot);
  }

  facts(build: KnownBuild): BuildFacts {
    const goals = this.#goalsOf(build);
    return {
      directory: build.path,
      architectures: build.architectures,
      exists: (file) => this.#directories.has(path.join(build.path, file)),
      makes: (file) => {
        if (!goals) return undefined;
        if (goals.set.has(file)) return true;
        // The list has programs and what lies in the directory itself; of anything else it can't tell.
        const directory = path.posix.dirname(file);
        const isListed = directory === '.' ? file.includes('.') : goals.programDirectories.has(directory);
        return isListed ? false : undefined;
      },
      targets: (prefix) => (goals ? startingWith(goals.sorted, prefix) : []),
    };
  }

  /** Reading a Makefile takes a second the first time; until then nothing is known. */
  #goalsOf(build: KnownBuild): Goals | undefined {
    const known = this.#goals.get(build.path);
    if (known) return known.sorted.length === 0 ? undefined : known;
    this.#goals.set(build.path, goalsOf([]));
    this.#cache.targets(build.path).then(
      (targets) => {
        this.#goals.set(build.path, goalsOf(namesOf(targets)));
        this.#changed();
      },
      () => undefined, // no Makefile: nothing is known of its targets
    );
    return undefined;
  }
}

function namesOf({ modules, others }: MakeTargets): string[] {
  return [...modules.map(({ target }) => target), ...others];
}

function goalsOf(names: readonly string[]): Goals {
  const sorted = [...new Set(names)].sort();
  const inside = sorted.filter((name) => name.includes('/')).map((name) => path.posix.dirname(name));
  return { sorted, set: new Set(sorted), programDirectories: new Set(inside) };
}

function startingWith(sorted: readonly string[], prefix: string): readonly string[] {
  return sorted.filter((name) => name.startsWith(prefix));
}
