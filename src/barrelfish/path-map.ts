import path from 'node:path';

/** The same directory, as the build's machine or container calls it and as this machine does. Both absolute, or `there` as a Makefile writes it. */
export interface PathPair {
  there: string;
  here: string;
}

/** A line longer than this is handed on in parts. */
const LONGEST_LINE = 64 * 1024;

const IN_A_PATH = String.raw`\p{L}\p{N}_./@+~-`;
const AT_START = `(?<![${IN_A_PATH}])`;
const AT_END = String.raw`(?![\p{L}\p{N}_.@+~-])`;
/** `../source/usr/x.c:12:`, as gcc and GHC say it, and `"../source/if/x.if" (line 3`, as Parsec does. */
const RELATIVE = new RegExp(
  String.raw`${AT_START}((?:\.{1,2}/)*[\p{L}\p{N}_@+~][${IN_A_PATH}]*)(?=:\d+[:,]|" \(line \d)`,
  'gu',
);
/** `usr/init/Hakefile:3.20 - Parse error` or `usr/init/Hakefile:`, relative to the source tree (hake/Main.hs). */
const HAKEFILE = /^([^\s:/"][^\s:"]*)(?=:(?:\d+\.\d+ - |$))/;
const LOOKS_LIKE_A_FILE = /\/|\.(?:[chSs]|cc|cpp|hs|lhs|dev|if|sks|soc|fugu|hl|pleco|pl)$/;

function withoutSlash(text: string): string {
  return text.length > 1 ? text.replace(/\/+$/, '') : text;
}

/** Carries paths between where a build runs and this machine. */
export class PathMap {
  /** The longest first: it is the most specific. */
  readonly pairs: readonly PathPair[];
  readonly #directory: string;
  readonly #source: string;
  readonly #prefixes: RegExp | undefined;
  readonly #here: ReadonlyMap<string, string>;

  /** `directory`: what relative paths start from, here; `source`: what those of hake do. */
  constructor(pairs: readonly PathPair[], directory: string, source = directory) {
    this.#directory = directory;
    this.#source = source;
    this.pairs = pairs
      .map(({ there, here }) => ({ there: withoutSlash(there), here: withoutSlash(here) }))
      .filter(({ there, here }) => there !== '' && there !== '/' && there !== '.' && here !== '')
      .sort((a, b) => b.there.length - a.there.length);
    this.#here = new Map(this.pairs.map(({ there, here }) => [there, here]));
    const prefixes = this.pairs.map(({ there }) => there.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|');
    if (prefixes !== '') this.#prefixes = new RegExp(`${AT_START}(?:${prefixes})${AT_END}`, 'gu');
  }

  /** A path of this machine, as it is called where the build runs; unchanged where no pair says how. */
  there(file: string): string {
    const fitting = this.pairs
      .filter(({ there, here }) => there.startsWith('/') && (file === here || file.startsWith(`${here}/`)))
      .sort((a, b) => b.here.length - a.here.length)[0];
    return fitting ? fitting.there + file.slice(fitting.here.length) : file;
  }

  /** A path of where the build runs, as this machine calls it. */
  here(file: string): string {
    const fitting = this.pairs.find(({ there }) => file === there || file.startsWith(`${there}/`));
    return fitting ? fitting.here + file.slice(fitting.there.length) : file;
  }

  /** A line of output with its paths as this machine calls them, and those of diagnostics absolute. */
  line(text: string): string {
    const mapped = this.#prefixes ? text.replace(this.#prefixes, (there) => this.#here.get(there) ?? there) : text;
    if (mapped.includes('Hakefile:'))
      return mapped.replace(HAKEFILE, (file) => (file.endsWith('Hakefile') ? path.resolve(this.#source, file) : file));
    return mapped.replace(RELATIVE, (file: string) =>
      LOOKS_LIKE_A_FILE.test(file) ? path.resolve(this.#directory, file) : file,
    );
  }
}

/** Carries over text that comes in pieces. A line is kept until it is whole. */
export class OutputMapper {
  readonly #map: PathMap;
  #held: string[] = [];
  #length = 0;

  constructor(map: PathMap) {
    this.#map = map;
  }

  push(text: string): string {
    const end = text.lastIndexOf('\n');
    if (end === -1) {
      this.#held.push(text);
      this.#length += text.length;
      return this.#length > LONGEST_LINE ? this.end() : '';
    }
    const lines = [...this.#held, text.slice(0, end)].join('').split('\n');
    this.#held = [text.slice(end + 1)];
    this.#length = text.length - end - 1;
    return lines.map((line) => `${this.#map.line(line)}\n`).join('');
  }

  /** What is left: a last line without an end. */
  end(): string {
    const rest = this.#map.line(this.#held.join(''));
    this.#held = [];
    this.#length = 0;
    return rest;
  }
}
