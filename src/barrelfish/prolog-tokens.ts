/** Where something stands. */
export interface Place {
  /** Both counted from 1; columns in UTF-16 units, as editors have them. */
  line: number;
  column: number;
  length: number;
}

/** What has to follow; a closing sign may be a comma as well. */
export type Expected = 'value' | 'field' | ':' | '.' | ')' | ']' | '}';

/** What a reader can't make sense of. */
export type SyntaxProblem = Place &
  (
    | { code: 'unclosed-quote' }
    | { code: 'unclosed-comment' }
    | { code: 'not-a-number'; text: string }
    | { code: 'unexpected'; found: string; expected: Expected }
    /** A clause that goes on where the next one begins, or at the end of the file. */
    | { code: 'no-full-stop' }
    | { code: 'too-deep' }
  );

export type Token = { at: Place } & (
  | { kind: 'number'; value: number; text: string }
  /** An atom or a string, without quotes and escapes. */
  | { kind: 'text'; text: string; quoted: boolean }
  | { kind: 'variable'; text: string }
  | { kind: 'sign'; text: string }
  /** The full stop of a clause, or the end of the file. */
  | { kind: 'end'; text: '.' | '' }
);

const SPACE = /[\s\0]+/y;
const RADIX = /(\d+)'([0-9A-Za-z]+)/y;
const PREFIXED = /0(?:x[0-9A-Fa-f]+|o[0-7]+|b[01]+)/y;
const CHARACTER = /0'(?:\\[^]|[^\\])/y;
const DECIMAL = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const NAME = /[\p{L}\p{N}_]+/uy;
const SYMBOLS = /[-+*/\\^<>=`~:.?@#&$]+/y;
/** Escapes of one letter (ECLiPSe User Manual, appendix on syntax). */
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', v: '\v', a: '\x07' };

/** Splits ECLiPSe Prolog into tokens; the last one is an `end`. Nothing is thrown, and time grows with the length only. */
export function tokensOf(text: string): { tokens: Token[]; problems: SyntaxProblem[] } {
  const tokens: Token[] = [];
  const problems: SyntaxProblem[] = [];
  let offset = text.startsWith('\uFEFF') ? 1 : 0;
  let line = 1;
  let lineStart = offset;
  let counted = offset;

  /** Called with offsets that only grow. */
  const place = (start: number, length: number): Place => {
    for (; counted < start; counted += 1) {
      if (text[counted] !== '\n') continue;
      line += 1;
      lineStart = counted + 1;
    }
    return { line, column: start - lineStart + 1, length };
  };
  const match = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = offset;
    return pattern.exec(text) ?? undefined;
  };
  const number = (): Token => {
    const start = offset;
    const radix = match(RADIX);
    // After `0'` comes a character, whatever it is.
    const character = radix?.[1] === '0' || !radix ? match(CHARACTER) : undefined;
    const found = character ?? radix ?? match(PREFIXED) ?? match(DECIMAL);
    const written = found?.[0] ?? '';
    offset += written.length;
    let value = character ? (written.codePointAt(2) ?? 0) : Number(written);
    if (!character && radix) value = radixValue(Number(radix[1]), radix[2] ?? '');
    // Letters that follow a number without a gap were meant to be part of it.
    const rest = character ? undefined : (match(NAME)?.[0] ?? (text[offset] === "'" ? "'" : undefined));
    offset += rest?.length ?? 0;
    const at = place(start, offset - start);
    const whole = text.slice(start, offset);
    if (rest !== undefined || Number.isNaN(value)) {
      problems.push({ ...at, code: 'not-a-number', text: whole });
    }
    return { kind: 'number', value, text: whole, at };
  };
  const quoted = (quote: string): Token => {
    const start = offset;
    let content = '';
    offset += 1;
    for (;;) {
      const char = text[offset];
      if (char === undefined || char === '\n') {
        const end = text[offset - 1] === '\r' ? offset - 1 : offset;
        problems.push({ ...place(start, end - start), code: 'unclosed-quote' });
        break;
      }
      offset += 1;
      if (char === quote) {
        if (text[offset] !== quote) break;
        offset += 1;
        content += quote;
      } else if (char === '\\') {
        const next = text[offset] ?? '';
        offset += next === '\n' || next === '' ? 0 : 1;
        content += ESCAPES[next] ?? (next === '\n' ? '' : next);
      } else content += char;
    }
    return { kind: 'text', text: content, quoted: true, at: place(start, offset - start) };
  };

  for (;;) {
    offset += match(SPACE)?.[0].length ?? 0;
    const char = text[offset];
    if (char === undefined) break;
    if (char === '%') {
      const end = text.indexOf('\n', offset);
      offset = end < 0 ? text.length : end;
    } else if (char === '/' && text[offset + 1] === '*') {
      const end = text.indexOf('*/', offset + 2);
      if (end < 0) problems.push({ ...place(offset, 2), code: 'unclosed-comment' });
      offset = end < 0 ? text.length : end + 2;
    } else if (char === '.' && /^[\s%]?$/.test(text.slice(offset + 1, offset + 2))) {
      tokens.push({ kind: 'end', text: '.', at: place(offset, 1) });
      offset += 1;
    } else if (char >= '0' && char <= '9') tokens.push(number());
    else if (char === '"' || char === "'") tokens.push(quoted(char));
    else {
      const name = match(NAME)?.[0];
      const written = name ?? match(SYMBOLS)?.[0] ?? char;
      const at = place(offset, written.length);
      offset += written.length;
      if (name === undefined) tokens.push({ kind: 'sign', text: written, at });
      else if (/^[\p{Lu}_]/u.test(name)) tokens.push({ kind: 'variable', text: name, at });
      else tokens.push({ kind: 'text', text: name, quoted: false, at });
    }
  }
  tokens.push({ kind: 'end', text: '', at: place(text.length, 0) });
  return { tokens, problems };
}

/** `16'15b3`: digits to a base of 2 to 36. */
function radixValue(base: number, digits: string): number {
  if (base < 2 || base > 36) return NaN;
  let value = 0;
  for (const digit of digits) {
    const one = parseInt(digit, 36);
    if (one >= base) return NaN;
    value = value * base + one;
  }
  return value;
}
