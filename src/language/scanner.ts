import { madeOnce } from './made-once.ts';
import type { Span } from './source-text.ts';

/** What the scanner tells apart. */
export const Kind = {
  end: 0,
  name: 1,
  number: 2,
  string: 3,
  /** One character of punctuation, or one of the operators that the language names. */
  sign: 4,
  /** A character that begins nothing, or a string that is not closed in its line. */
  bad: 5,
} as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

/** How the words of a language look. */
export interface Lexicon {
  readonly lineComments: readonly string[];
  /** Where comments begin and end, and whether they nest. */
  readonly blockComment?: { readonly open: string; readonly close: string; readonly nested: boolean };
  /** May stand in a name behind its first character, beside letters, digits and `_`. */
  readonly nameSigns?: string;
  /** Signs of more than one character, the longer ones first. */
  readonly operators?: readonly string[];
  readonly quotes?: string;
  /** Strings may go on over the end of a line. */
  readonly longStrings?: boolean;
}

/** A comment, whole, with its signs. */
export interface Comment extends Span {
  readonly block: boolean;
  /** Of a block comment: false when the file ends in it. */
  readonly closed: boolean;
}

const OTHER = 0;
const SPACE = 1;
const NAME = 2;
const DIGIT = 3;
const QUOTE = 4;
/** May begin a comment or a long operator. */
const HEAD = 5;

interface Tables {
  readonly classes: Uint8Array;
  readonly inName: Uint8Array;
  readonly operators: readonly string[];
}

const tablesOf = madeOnce((lexicon: Lexicon): Tables => {
  const classes = new Uint8Array(128);
  const inName = new Uint8Array(128);
  const put = (table: Uint8Array, characters: string, value: number): void => {
    for (const character of characters) table[character.charCodeAt(0)] = value;
  };
  const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_';
  put(classes, ' \t\r\n\v\f', SPACE);
  put(classes, letters, NAME);
  put(classes, '0123456789', DIGIT);
  put(classes, lexicon.quotes ?? '"', QUOTE);
  put(inName, `${letters}0123456789${lexicon.nameSigns ?? ''}`, 1);
  const operators = lexicon.operators ?? [];
  const heads = [...lexicon.lineComments, ...operators, lexicon.blockComment?.open ?? ''];
  for (const head of heads) put(classes, head.slice(0, 1), HEAD);
  return { classes, inName, operators };
});

/** The words of a text, in three arrays, and its comments beside them. The last token is of kind `end`. */
export class Tokens {
  readonly text: string;
  readonly comments: readonly Comment[];
  readonly count: number;
  readonly #kinds: Uint8Array;
  readonly #starts: Uint32Array;
  readonly #ends: Uint32Array;

  constructor(text: string, kinds: Uint8Array, starts: Uint32Array, ends: Uint32Array, comments: readonly Comment[]) {
    this.text = text;
    this.comments = comments;
    this.count = kinds.length;
    this.#kinds = kinds;
    this.#starts = starts;
    this.#ends = ends;
  }

  /** Behind the last token stands the end, however far one asks. */
  kind(index: number): Kind {
    return (this.#kinds[index] ?? Kind.end) as Kind;
  }

  start(index: number): number {
    return this.#starts[index] ?? this.text.length;
  }

  end(index: number): number {
    return this.#ends[index] ?? this.text.length;
  }

  textOf(index: number): string {
    return this.text.slice(this.start(index), this.end(index));
  }

  /** The first token that ends behind an offset. */
  at(offset: number): number {
    let low = 0;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.end(middle) > offset) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** Splits a text into words: in linear time, and whatever it holds. */
export function scan(text: string, lexicon: Lexicon): Tokens {
  const { classes, inName, operators } = tablesOf(lexicon);
  let kinds = new Uint8Array(Math.max(16, text.length >> 2));
  let starts = new Uint32Array(kinds.length);
  let ends = new Uint32Array(kinds.length);
  const comments: Comment[] = [];
  let count = 0;
  const push = (kind: Kind, start: number, end: number): void => {
    if (count === kinds.length) {
      const room = count * 2;
      kinds = grown(kinds, new Uint8Array(room));
      starts = grown(starts, new Uint32Array(room));
      ends = grown(ends, new Uint32Array(room));
    }
    kinds[count] = kind;
    starts[count] = start;
    ends[count] = end;
    count++;
  };
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0; // a byte order mark
  while (at < text.length) {
    const code = text.charCodeAt(at);
    const kind = code < 128 ? (classes[code] ?? OTHER) : OTHER;
    if (kind === SPACE) {
      at++;
      continue;
    }
    const start = at;
    if (kind === NAME || kind === DIGIT) {
      at++;
      while (at < text.length && inName[text.charCodeAt(at)] === 1) at++;
      push(kind === NAME ? Kind.name : Kind.number, start, at);
      continue;
    }
    if (kind === QUOTE) {
      const end = endOfString(text, at, lexicon.longStrings === true);
      at = Math.abs(end);
      push(end < 0 ? Kind.bad : Kind.string, start, at);
      continue;
    }
    if (kind === HEAD) {
      const comment = commentAt(text, at, lexicon);
      if (comment) {
        comments.push(comment);
        at = comment.end;
        continue;
      }
      const operator = operators.find((each) => text.startsWith(each, at));
      at += operator?.length ?? 1;
      push(Kind.sign, start, at);
      continue;
    }
    at++;
    if (code > 32 && code < 127) push(Kind.sign, start, at);
    else if (!isWideSpace(code)) push(Kind.bad, start, at);
  }
  push(Kind.end, text.length, text.length);
  return new Tokens(text, kinds.slice(0, count), starts.slice(0, count), ends.slice(0, count), comments);
}

function grown<T extends Uint8Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

function isWideSpace(code: number): boolean {
  return code === 0xa0 || code === 0xfeff || code === 0x2028 || code === 0x2029;
}

/** Behind the closing quote; as a negative number where the string is not closed. */
function endOfString(text: string, from: number, long: boolean): number {
  const quote = text.charCodeAt(from);
  for (let at = from + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) return at + 1;
    if (code === 92) at++;
    else if (!long && (code === 10 || code === 13)) return -at;
  }
  return -text.length;
}

function commentAt(text: string, start: number, { lineComments, blockComment }: Lexicon): Comment | undefined {
  if (blockComment && text.startsWith(blockComment.open, start)) return blockCommentAt(text, start, blockComment);
  if (!lineComments.some((sign) => text.startsWith(sign, start))) return undefined;
  let end = start;
  while (end < text.length && text.charCodeAt(end) !== 10 && text.charCodeAt(end) !== 13) end++;
  return { start, end, block: false, closed: true };
}

function blockCommentAt(text: string, start: number, signs: NonNullable<Lexicon['blockComment']>): Comment {
  const { open, close, nested } = signs;
  let at = start + open.length;
  let opening = nested ? text.indexOf(open, at) : -1;
  let closing = text.indexOf(close, at);
  for (let depth = 1; closing >= 0;) {
    if (opening >= 0 && opening < closing) {
      depth++;
      at = opening + open.length;
      opening = text.indexOf(open, at);
      if (closing < at) closing = text.indexOf(close, at);
      continue;
    }
    depth--;
    at = closing + close.length;
    if (depth === 0) return { start, end: at, block: true, closed: true };
    closing = text.indexOf(close, at);
    if (opening >= 0 && opening < at) opening = text.indexOf(open, at);
  }
  return { start, end: text.length, block: true, closed: false };
}
