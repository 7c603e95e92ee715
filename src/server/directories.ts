import { readdirSync } from 'node:fs';
import path from 'node:path';

/** A list of rules may ask for hundreds of files, with each keystroke. */
const KEPT_MS = 1000;
const MOST_KEPT = 2_000;

/** What is in directories: remembered for a moment, so that it may be asked for again and again. */
export class Directories {
  readonly #known = new Map<string, { at: number; names: readonly string[]; set: ReadonlySet<string> }>();

  /** In order, those of directories with a slash at their end; links are taken for what they lead to being files. */
  list(directory: string): readonly string[] {
    return this.#look(directory).names;
  }

  has(file: string): boolean {
    const { set } = this.#look(path.dirname(file));
    const name = path.basename(file);
    return set.has(name) || set.has(`${name}/`);
  }

  forget(): void {
    this.#known.clear();
  }

  #look(directory: string): { names: readonly string[]; set: ReadonlySet<string> } {
    const now = performance.now();
    const known = this.#known.get(directory);
    if (known && now - known.at < KEPT_MS) return known;
    const names = namesIn(directory);
    if (this.#known.size >= MOST_KEPT) this.#known.clear();
    const read = { at: now, names, set: new Set(names) };
    this.#known.set(directory, read);
    return read;
  }
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
      .sort();
  } catch {
    return [];
  }
}
