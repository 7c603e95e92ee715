import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { Failure } from '../host/failure.ts';
import { isObject } from '../host/plain-object.ts';
import { isGoal, readMakeTargets, type MakeTargets } from './make-targets.ts';

/** Another number makes all that is cached be read anew. */
const VERSION = 2;

interface Entry {
  version: number;
  file: string;
  modifiedMs: number;
  size: number;
  targets: MakeTargets;
}

/** Targets of Makefiles, kept below a directory for as long as neither time nor size of the Makefile changes. */
export class MakeCache {
  readonly #directory: string;
  /** What is being read or was, by Makefile. */
  readonly #known = new Map<string, { stamp: string; targets: Promise<MakeTargets> }>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** The targets of the Makefile of a build directory. Throws `file-missing`. */
  async targets(buildDirectory: string): Promise<MakeTargets> {
    const file = path.join(buildDirectory, 'Makefile');
    const found = await stat(file).catch(() => {
      throw new Failure('file-missing', { path: file, neededBy: 'make' });
    });
    const key = { version: VERSION, file, modifiedMs: found.mtimeMs, size: found.size };
    const stamp = JSON.stringify(key);
    const known = this.#known.get(file);
    if (known?.stamp === stamp) return known.targets;
    const targets = this.#read(key);
    this.#known.set(file, { stamp, targets });
    targets.catch(() => this.#known.delete(file));
    return targets;
  }

  async #read(key: Omit<Entry, 'targets'>): Promise<MakeTargets> {
    const cached = path.join(
      this.#directory,
      `${createHash('sha256').update(key.file).digest('hex').slice(0, 32)}.json`,
    );
    const kept = parseEntry(await readFile(cached, 'utf8').catch(() => ''), key);
    if (kept) return kept;
    const targets = await readMakeTargets(key.file);
    await this.#keep(cached, { ...key, targets }).catch(() => undefined); // a full disk: read anew next time
    return targets;
  }

  /** In one step, so that another window never reads half of it. */
  async #keep(cached: string, entry: Entry): Promise<void> {
    await mkdir(this.#directory, { recursive: true });
    const draft = `${cached}.${String(process.pid)}`;
    await writeFile(draft, JSON.stringify(entry));
    await rename(draft, cached);
  }
}

/** The list, if each of it has a proper target; whoever can write to the cache can't make make do something else. */
function listOf<T extends { target: string }>(value: unknown, other: keyof T & string): T[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const fits = (each: unknown): each is T =>
    isObject(each) &&
    typeof each['target'] === 'string' &&
    isGoal(each['target']) &&
    ['string', 'undefined'].includes(typeof each[other]);
  return value.every(fits) ? value : undefined;
}

function isGoals(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string' && isGoal(each));
}

function parseEntry(text: string, key: Omit<Entry, 'targets'>): MakeTargets | undefined {
  let entry: unknown;
  try {
    entry = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(entry) || !isObject(entry['targets'])) return undefined;
  const record = entry;
  if (Object.entries(key).some(([name, value]) => record[name] !== value)) return undefined;
  const { platforms, bootTargets, installs, modules, others, files } = entry['targets'];
  const lists = {
    platforms: listOf<MakeTargets['platforms'][number]>(platforms, 'description'),
    bootTargets: listOf<MakeTargets['bootTargets'][number]>(bootTargets, 'description'),
    modules: listOf<MakeTargets['modules'][number]>(modules, 'directory'),
  };
  if (!lists.platforms || !lists.bootTargets || !lists.modules) return undefined;
  if (!isGoals(installs) || !isGoals(others) || typeof files !== 'number') return undefined;
  return {
    platforms: lists.platforms,
    bootTargets: lists.bootTargets,
    modules: lists.modules,
    installs,
    others,
    files,
  };
}
