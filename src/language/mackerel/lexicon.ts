import { Kind, scan, Tokens, type Lexicon } from '../scanner.ts';

const LEXICON: Lexicon = {
  lineComments: ['//'],
  blockComment: { open: '/*', close: '*/', nested: true },
  nameSigns: "'",
};

/** Words that can't be names, however they are spelled. Others, such as `addr`, are keywords only where they are expected. */
const RESERVED: ReadonlySet<string> = new Set([
  'also',
  'bytewise',
  'constants',
  'datatype',
  'device',
  'io',
  'lsbfirst',
  'many',
  'msbfirst',
  'pci',
  'regarray',
  'register',
  'regtype',
  'stepwise',
  'type',
  'valuewise',
]);

export function isReserved(word: string): boolean {
  return RESERVED.has(word) || RESERVED.has(word.toLowerCase());
}

/** Whether a word can be the name of something. A name begins with a letter: `_` alone is the field without a name. */
export function isName(word: string): boolean {
  return /^[A-Za-z][A-Za-z0-9_']*$/.test(word) && !isReserved(word);
}

const WHOLE_NUMBER = /^(?:\d+|0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|1s)$/;
const NUMBER_AHEAD = /0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|1s|\d+/y;

/** The words of a Mackerel file. The compiler needs no space between a number and what follows (`4mbz`), nor behind `_` (`_4`). */
export function scanMackerel(text: string): Tokens {
  const tokens = scan(text, LEXICON);
  for (let index = 0; index < tokens.count; index++) if (isJoined(tokens, index)) return apart(tokens);
  return tokens;
}

function isJoined(tokens: Tokens, index: number): boolean {
  const kind = tokens.kind(index);
  const start = tokens.start(index);
  if (kind === Kind.name) {
    return tokens.text.charCodeAt(start) === 95 && isDigit(tokens.text.charCodeAt(start + 1));
  }
  return kind === Kind.number && !isPlain(tokens, index) && !WHOLE_NUMBER.test(tokens.textOf(index));
}

/** Decimal digits only, without cutting the word out: nearly all numbers are. */
function isPlain(tokens: Tokens, index: number): boolean {
  const end = tokens.end(index);
  for (let at = tokens.start(index); at < end; at++) if (!isDigit(tokens.text.charCodeAt(at))) return false;
  return true;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function apart(tokens: Tokens): Tokens {
  const kinds: Kind[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  const push = (kind: Kind, start: number, end: number): void => {
    kinds.push(kind);
    starts.push(start);
    ends.push(end);
  };
  for (let index = 0; index < tokens.count; index++) {
    const end = tokens.end(index);
    let at = tokens.start(index);
    if (!isJoined(tokens, index)) {
      push(tokens.kind(index), at, end);
      continue;
    }
    if (tokens.kind(index) === Kind.name) push(Kind.name, at, ++at);
    NUMBER_AHEAD.lastIndex = at;
    const number = NUMBER_AHEAD.exec(tokens.text)?.[0] ?? '';
    const behind = Math.min(at + number.length, end);
    const isPrefix = number === '0' && /[xX]/.test(tokens.text.charAt(behind)); // `0x` and nothing that is hexadecimal
    push(isPrefix ? Kind.bad : Kind.number, at, isPrefix ? end : behind);
    if (!isPrefix && behind < end) push(Kind.name, behind, end);
  }
  return new Tokens(
    tokens.text,
    Uint8Array.from(kinds),
    Uint32Array.from(starts),
    Uint32Array.from(ends),
    tokens.comments,
  );
}

/** The longest integer that is read in full; a longer one is taken for a huge one. */
const MOST_DIGITS = 512;

/** An integer as the compiler reads it: `010` is ten, `1s` is all ones, that is −1. */
export function integerOf(text: string): bigint {
  if (text === '1s') return -1n;
  if (text.length > MOST_DIGITS) return 1n << 2048n;
  return BigInt(text);
}
