import path from 'node:path';
import type { FileSummary, Language, ParsedFile } from '../language/language.ts';
import { SourceText } from '../language/source-text.ts';
import { CIndex } from './c-index.ts';
import { isDirectory, isSame, readText, stampOf, type Stamp } from './disk-files.ts';
import { digest, type IndexCache, type Remembered } from './index-cache.ts';
import { languageOf } from './languages.ts';
import { NameIndex } from './name-index.ts';
import type { Slices } from './slices.ts';
import { isCSource, walk } from './tree-walk.ts';
import { pathOf, uriOf } from './uris.ts';

/** Files of other documents that have been read as a whole, for their trees; a device imports a few others. */
const MOST_PARSED = 48;
const MOST_PARSED_CHARACTERS = 4_000_000;

interface DiskFile extends Partial<Remembered> {
  readonly uri: string;
}

interface KeptFile {
  readonly stamp: Stamp;
  readonly file: ParsedFile<unknown>;
}

export interface ReadOptions {
  readonly slices: Slices;
  readonly signal: AbortSignal;
  readonly cache: IndexCache | undefined;
  readonly log: (message: string) => void;
  readonly progress: (done: number, all: number) => void;
}

const NOTHING: FileSummary = { declared: [], used: [] };

/**
 * The files of a source tree that are written in one of the languages: what each declares and uses. A file of the editor's
 * counts as it is there. Without marks of a tree, a directory alone takes its place.
 */
export class Tree {
  readonly root: string;
  /** False for a directory that is no source tree. */
  readonly isTree: boolean;
  readonly names = new NameIndex();
  readonly c = new CIndex();
  #cFiles: ReadonlySet<string> = new Set();
  readonly #onDisk = new Map<string, DiskFile>();
  /** URIs of what the editor has. */
  readonly #open = new Set<string>();
  readonly #parsed = new Map<string, KeptFile>();
  #parsedCharacters = 0;
  #isChanged = false;

  constructor(root: string, isTree: boolean) {
    this.root = root;
    this.isTree = isTree;
  }

  get cFiles(): ReadonlySet<string> {
    return this.#cFiles;
  }

  get size(): number {
    return this.#onDisk.size;
  }

  has(file: string): boolean {
    return this.isTree ? file.startsWith(`${this.root}/`) : path.dirname(file) === this.root;
  }

  /** Looks through all files, and reads those that are not as they were. */
  async read(options: ReadOptions): Promise<void> {
    const { slices, signal, cache, progress } = options;
    const [found, remembered] = await Promise.all([
      walk(this.root, { recursive: this.isTree, slices, signal }),
      cache?.read() ?? new Map<string, Remembered>(),
    ]);
    this.#cFiles = new Set(found.c);
    const gone = new Set(this.#onDisk.keys());
    for (const [index, file] of found.own.entries()) {
      if (slices.isOver) {
        progress(index, found.own.length);
        await slices.breathe();
      }
      signal.throwIfAborted();
      gone.delete(file);
      this.#readFile(file, this.#onDisk.get(file) ?? remembered.get(file), options.log);
    }
    for (const file of gone) this.#forget(file);
  }

  /** Whether there is something that is worth keeping on disk and wasn't the last time. */
  takeChanged(): boolean {
    const was = this.#isChanged;
    this.#isChanged = false;
    return was;
  }

  /** What is worth keeping on disk. */
  remembered(): Map<string, Remembered> {
    const found = new Map<string, Remembered>();
    for (const [file, { stamp, hash, summary }] of this.#onDisk)
      if (stamp && hash !== undefined && summary) found.set(file, { stamp, hash, summary });
    return found;
  }

  /**
   * A file, or a directory with all in it, has come, changed or gone. `own`: files in one of the languages are other ones
   * now; `directory`: what is in it is not known yet.
   */
  fileChanged(file: string, log: (message: string) => void): 'own' | 'directory' | undefined {
    if (languageOf(file)) {
      this.#readFile(file, this.#onDisk.get(file), log);
      return 'own';
    }
    if (isCSource(file)) {
      if (!this.#cFiles.has(file)) this.#cFiles = new Set([...this.#cFiles, file]);
      if (this.c.isRead) this.c.update(file);
      return undefined;
    }
    if (this.isTree && isDirectory(file)) return 'directory';
    const below = [...this.#onDisk.keys()].filter((each) => each.startsWith(`${file}/`));
    for (const each of below) this.#readFile(each, this.#onDisk.get(each), log);
    return below.length > 0 ? 'own' : undefined;
  }

  #readFile(file: string, before: Partial<Remembered> | undefined, log: (message: string) => void): void {
    const language = languageOf(file);
    const stamp = stampOf(file);
    if (!language || !stamp) {
      this.#forget(file);
      return;
    }
    const uri = this.#onDisk.get(file)?.uri ?? uriOf(file);
    const isKnown = before?.stamp && isSame(before.stamp, stamp) && before.summary;
    const read = isKnown ? before : this.#summarize(language, uri, file, stamp, before, log);
    if (read !== before) this.#isChanged = true;
    this.#onDisk.set(file, { uri, ...read });
    if (!this.#open.has(uri)) this.names.put(uri, language.id, read.summary ?? NOTHING);
  }

  #summarize(
    language: Language<unknown>,
    uri: string,
    file: string,
    stamp: Stamp,
    before: Partial<Remembered> | undefined,
    log: (message: string) => void,
  ): Remembered {
    this.#drop(uri);
    const text = readText(file, stamp);
    if (typeof text !== 'string') {
      log(`${file} is left out: ${text.refused}.`);
      return { stamp, hash: '', summary: NOTHING };
    }
    const hash = digest(text);
    if (before?.hash === hash && before.summary) return { stamp, hash, summary: before.summary };
    return { stamp, hash, summary: summaryOf(language, { uri, text }, log) };
  }

  #forget(file: string): void {
    const known = this.#onDisk.get(file);
    const uri = known?.uri ?? uriOf(file);
    if (this.#onDisk.delete(file)) this.#isChanged = true;
    this.#drop(uri);
    if (!this.#open.has(uri)) this.names.drop(uri);
  }

  /** The editor has another version of a file. */
  documentChanged(file: ParsedFile<unknown>, language: Language<unknown>): void {
    this.#open.add(file.uri);
    this.names.put(file.uri, language.id, language.summarize(file));
  }

  /** The file counts as it is on disk again. */
  documentClosed(uri: string): void {
    if (!this.#open.delete(uri)) return;
    const file = pathOf(uri);
    const language = file === undefined ? undefined : languageOf(file);
    const known = file === undefined ? undefined : this.#onDisk.get(file);
    if (known?.summary && language) this.names.put(uri, language.id, known.summary);
    else this.names.drop(uri);
  }

  /** A file as it is on disk, whole. */
  parsed({ id }: Pick<Language<unknown>, 'id'>, uri: string): ParsedFile<unknown> | undefined {
    const file = pathOf(uri);
    const language = file === undefined ? undefined : languageOf(file);
    // A language may ask with a part of itself.
    if (file === undefined || language?.id !== id) return undefined;
    const stamp = stampOf(file);
    const known = this.#parsed.get(uri);
    if (stamp && known && isSame(known.stamp, stamp)) {
      this.#parsed.delete(uri); // the one used last goes to the end
      this.#parsed.set(uri, known);
      return known.file;
    }
    this.#drop(uri);
    const text = stamp ? readText(file, stamp) : undefined;
    if (!stamp || typeof text !== 'string') return undefined;
    const source = new SourceText(text);
    const read = { uri, source, tree: language.parse(source, uri) };
    this.#parsed.set(uri, { stamp, file: read });
    this.#parsedCharacters += text.length;
    for (const oldest of this.#parsed.keys()) {
      if (this.#parsed.size <= MOST_PARSED && this.#parsedCharacters <= MOST_PARSED_CHARACTERS) break;
      if (oldest !== uri) this.#drop(oldest);
    }
    return read;
  }

  #drop(uri: string): void {
    const known = this.#parsed.get(uri);
    if (!known) return;
    this.#parsedCharacters -= known.file.source.text.length;
    this.#parsed.delete(uri);
  }
}

/** Whatever goes wrong with a file is its own affair. */
function summaryOf(
  language: Language<unknown>,
  { uri, text }: { uri: string; text: string },
  log: (message: string) => void,
): FileSummary {
  try {
    const source = new SourceText(text);
    return language.summarize({ uri, source, tree: language.parse(source, uri) });
  } catch (error) {
    log(`${uri} could not be read: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return NOTHING;
  }
}
