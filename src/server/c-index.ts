import type { Location } from 'vscode-languageserver-types';
import { SourceText } from '../language/source-text.ts';
import { isSame, readText, stampOf, type Stamp } from './disk-files.ts';
import type { Slices } from './slices.ts';
import { uriOf } from './uris.ts';

const BUCKETS = 1024;
/** As many as have a number of 16 bits. */
const MOST_FILES = 0x1_0000;
const MOST_LOCATIONS = 2_000;
/** Files whose words have been looked up; a driver's are asked for again and again. */
const MOST_TEXTS = 32;

const UNDERSCORE = 95;
const [DIGIT, NAME] = [1, 2];
const classes = new Uint8Array(128);
for (let code = 48; code <= 57; code++) classes[code] = DIGIT;
for (let code = 65; code <= 90; code++) classes[code] = classes[code + 32] = NAME;
classes[UNDERSCORE] = NAME;

interface KnownText {
  readonly stamp: Stamp;
  readonly source: SourceText;
  readonly words: ReadonlyMap<string, readonly number[]>;
}

interface Bucket {
  entries: Float64Array;
  count: number;
  sorted: boolean;
}

/**
 * In which C sources a word stands. Only words with an underscore are known: all names that the tree's compilers generate
 * have one. What is kept is a number for each file and word, sorted where it is first needed; where a word stands in a
 * file is read when it is asked for.
 */
export class CIndex {
  /** The file's number in the low 16 bits, the word's hash above them. */
  readonly #buckets: Bucket[] = Array.from({ length: BUCKETS }, () => ({
    entries: new Float64Array(16),
    count: 0,
    sorted: true,
  }));
  readonly #files: string[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #texts = new Map<string, KnownText>();
  /** What the editor has, where that may not be what is on disk. */
  readonly #open = new Map<string, SourceText>();
  readonly #stale = new Set<string>();
  #isRead = false;

  /** Reads files, again if need be. */
  async read(files: readonly string[], slices: Slices, signal: AbortSignal): Promise<void> {
    for (const file of files) {
      if (slices.isOver) await slices.breathe();
      signal.throwIfAborted();
      this.update(file);
    }
    this.#isRead = true;
  }

  /** Whether it knows what it is to know. */
  get isRead(): boolean {
    return this.#isRead;
  }

  /** The editor has another version of a file; undefined: it has closed it. Read when somebody asks. */
  edited(file: string, source: SourceText | undefined): void {
    if (source) this.#open.set(file, source);
    else this.#open.delete(file);
    if (this.#numbers.has(file)) this.#stale.add(file);
  }

  /** Reads a file that has come, changed or gone. */
  update(file: string): void {
    this.#stale.delete(file);
    this.#texts.delete(file);
    const text = this.#textOf(file, stampOf(file));
    // Once a file has a number it keeps it, and the words that it had: `find` looks whether they are still there.
    const number = this.#numbers.get(file) ?? this.#numbers.size;
    if (text === undefined || number >= MOST_FILES) return;
    this.#files[number] = file;
    this.#numbers.set(file, number);
    const seen = new Set<number>();
    eachWord(text, (hash) => {
      if (seen.has(hash)) return;
      seen.add(hash);
      this.#add(hash, number);
    });
  }

  #textOf(file: string, stamp: Stamp | undefined): string | undefined {
    const open = this.#open.get(file);
    if (open) return open.text;
    const text = stamp && readText(file, stamp);
    return typeof text === 'string' ? text : undefined;
  }

  #add(hash: number, file: number): void {
    const bucket = this.#buckets[hash % BUCKETS];
    if (!bucket) return;
    if (bucket.count === bucket.entries.length) makeRoom(bucket, this.#isRead);
    bucket.entries[bucket.count++] = hash * 0x1_0000 + file;
    bucket.sorted = false;
  }

  /** Files that very probably have the word. */
  #filesWith(word: string): string[] {
    const hash = hashOf(word, 0, word.length);
    const bucket = this.#buckets[hash % BUCKETS];
    if (!bucket) return [];
    if (!bucket.sorted) {
      bucket.count = sortedOnce(bucket.entries.subarray(0, bucket.count));
      bucket.sorted = true;
    }
    const found: string[] = [];
    const first = hash * 0x1_0000;
    for (let at = lowerBound(bucket.entries, bucket.count, first); at < bucket.count; at++) {
      const entry = bucket.entries[at] ?? Infinity;
      if (entry >= first + 0x1_0000) break;
      const file = this.#files[entry - first];
      if (file !== undefined) found.push(file);
    }
    return found.sort();
  }

  find(word: string): Location[] {
    for (const file of this.#stale) this.update(file);
    const found: Location[] = [];
    for (const file of this.#filesWith(word)) {
      const known = this.#text(file);
      for (const offset of known?.words.get(word) ?? []) {
        if (found.length >= MOST_LOCATIONS || !known) return found;
        found.push({ uri: uriOf(file), range: known.source.range({ start: offset, end: offset + word.length }) });
      }
    }
    return found;
  }

  #text(file: string): KnownText | undefined {
    const stamp = stampOf(file);
    if (!stamp) return undefined;
    const known = this.#texts.get(file);
    if (known && isSame(known.stamp, stamp)) {
      this.#texts.delete(file); // the one used last goes to the end
      this.#texts.set(file, known);
      return known;
    }
    const text = this.#textOf(file, stamp);
    if (text === undefined) return undefined;
    const words = new Map<string, number[]>();
    eachWord(text, (_, start, end) => {
      const word = text.slice(start, end);
      const places = words.get(word);
      if (places) places.push(start);
      else words.set(word, [start]);
    });
    const read = { stamp, source: new SourceText(text), words };
    if (this.#texts.size >= MOST_TEXTS) this.#texts.delete(this.#texts.keys().next().value ?? '');
    this.#texts.set(file, read);
    return read;
  }
}

/** FNV-1a, in 32 bits. */
function hashOf(text: string, start: number, end: number): number {
  let hash = 0x81_1c_9d_c5;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01_00_01_93);
  return hash >>> 0;
}

/** Words with an underscore outside of comments and strings. */
function eachWord(text: string, take: (hash: number, start: number, end: number) => void): void {
  for (let at = 0; at < text.length;) {
    const code = text.charCodeAt(at);
    const kind = code < 128 ? classes[code] : 0;
    if (kind === NAME) {
      const start = at;
      let hash = 0x81_1c_9d_c5;
      let underscores = 0;
      for (let next = code; ; next = text.charCodeAt(at)) {
        if (!(next < 128) || classes[next] === 0) break;
        if (next === UNDERSCORE) underscores++;
        hash = Math.imul(hash ^ next, 0x01_00_01_93);
        at++;
      }
      if (underscores > 0) take(hash >>> 0, start, at);
    } else if (kind === DIGIT) {
      while (at < text.length && (classes[text.charCodeAt(at)] ?? 0) !== 0) at++;
    } else if (code === 47 && text.charCodeAt(at + 1) === 47) at = endOf(text, '\n', at);
    else if (code === 47 && text.charCodeAt(at + 1) === 42) at = endOf(text, '*/', at + 2);
    else if (code === 34) at = endOfString(text, at);
    else at++;
  }
}

function endOf(text: string, sign: string, from: number): number {
  const found = text.indexOf(sign, from);
  return found < 0 ? text.length : found + sign.length;
}

function endOfString(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 92) at++;
    else if (code === 34 || code === 10) return at + 1;
  }
  return text.length;
}

/** `isRead`: files have been read again, and their words are in it as often. */
function makeRoom(bucket: Bucket, isRead: boolean): void {
  if (isRead) bucket.count = sortedOnce(bucket.entries);
  if (bucket.count <= bucket.entries.length / 2) return;
  const wider = new Float64Array(bucket.entries.length * 2);
  wider.set(bucket.entries.subarray(0, bucket.count));
  bucket.entries = wider;
}

/** Sorts numbers, and leaves each only once, at the head. Returns how many there are. */
function sortedOnce(numbers: Float64Array): number {
  numbers.sort();
  let count = 0;
  let last = NaN;
  for (const number of numbers) if (number !== last) numbers[count++] = last = number;
  return count;
}

function lowerBound(sorted: Float64Array, count: number, value: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? Infinity) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
