import { Kind, type Tokens } from '../scanner.ts';
import type { Span } from '../source-text.ts';
import { Cursor } from './cursor.ts';
import { syntaxMessage, type SyntaxCode } from './findings.ts';
import { integerOf, isReserved } from './lexicon.ts';
import type { Integer, Name, Text } from './syntax.ts';

/** What the grammar allows at the end of a text that stops short: what completion offers there. */
export type Expectation =
  | 'import'
  | 'import-name'
  | 'device'
  | 'device-name'
  | 'order'
  | 'argument-type'
  | 'declaration'
  | 'addressing'
  | 'access-register'
  | 'access-field'
  | 'access-data'
  | 'also'
  | 'place'
  | 'base'
  | 'type'
  | 'type-register'
  | 'type-field'
  | 'type-member'
  | 'width';

/** Where a declaration begins. `space` can be a name, too: only what follows tells. */
const BEGINNINGS: ReadonlySet<string> = new Set(['constants', 'datatype', 'regarray', 'register', 'regtype']);

const ESCAPE =
  /\\(?:[abfnrtv\\"']|\d{1,7}|o[0-7]{1,7}|x[\da-fA-F]{1,6}|\^[A-Z@[\]\\^_]|&|\s+\\|NUL|S(?:OH|TX|O|I|YN|UB|P)|E(?:TX|OT|NQ|TB|M|SC)|ACK|B(?:EL|S)|[HV]T|LF|FF|CR|D(?:LE|C[1-4]|EL)|NAK|CAN|[FGRU]S)/y;

/** What may be wrong in a text; nearly all have nothing of it. */
const TO_BE_CHECKED = /[\\\0-\x1a]/;

/** What the productions of the grammar are made of. A method returns undefined when it has told an error. */
export class Terminals {
  protected readonly cursor: Cursor;
  /** With what they are about, where that matters: the device in front of a point. */
  readonly expected = new Map<Expectation, string>();
  #settled = false;

  constructor(tokens: Tokens, from: number, limit: number) {
    this.cursor = new Cursor(tokens, from, limit);
  }

  /** Tells that something could stand here. */
  protected offer(what: Expectation, about = ''): void {
    if (this.cursor.atEnd && !this.#settled) this.expected.set(what, about);
  }

  protected fail(code: SyntaxCode, about = '', span?: Span): undefined {
    if (this.cursor.atEnd) this.#settled = true;
    this.cursor.markError(code, syntaxMessage(code, about), span ?? this.#place(code));
    return undefined;
  }

  /** Where the current word is; for something missing, behind the last one where that is on a line before. */
  #place(code: SyntaxCode): Span {
    const { cursor } = this;
    const { previousEnd } = cursor;
    const isMissing = code.endsWith('-expected') && code !== 'declaration-expected' && code !== 'device-expected';
    if (previousEnd > 0 && (cursor.atEnd || (isMissing && this.onNewLine())))
      return { start: previousEnd - 1, end: previousEnd };
    return { start: cursor.start, end: cursor.end };
  }

  protected onNewLine(): boolean {
    const { text } = this.cursor.tokens;
    for (let at = this.cursor.previousEnd; at < this.cursor.start; at++) {
      const code = text.charCodeAt(at);
      if (code === 10 || code === 13) return true;
    }
    return false;
  }

  /** Keywords are known in capitals, too. */
  protected isWord(word: string): boolean {
    if (this.cursor.kind !== Kind.name) return false;
    const { text } = this.cursor;
    return text === word || (text.length === word.length && text.toLowerCase() === word);
  }

  protected takeWord(word: string): boolean {
    if (!this.isWord(word)) return false;
    this.cursor.advance();
    return true;
  }

  protected sign(sign: string, about = ''): boolean {
    if (this.cursor.takeSign(sign)) return true;
    this.fail('sign-expected', about === '' ? sign : `${sign}\n${about}`);
    return false;
  }

  /** The `;` at the end: where it is missing and a new line begins, all goes on as if it were there. */
  protected semicolon(about: string): boolean {
    return this.sign(';', about) || (!this.cursor.atEnd && this.onNewLine());
  }

  protected get atName(): boolean {
    if (this.cursor.kind !== Kind.name) return false;
    const { text } = this.cursor;
    return text.charCodeAt(0) !== 95 && !isReserved(text);
  }

  protected name(about: string): Name | undefined {
    const { cursor } = this;
    if (this.atName) {
      const name = { text: cursor.text, start: cursor.start, end: cursor.end };
      cursor.advance();
      return name;
    }
    if (cursor.kind !== Kind.name) {
      this.fail('name-expected', about);
      return undefined;
    }
    if (cursor.text.startsWith('_')) this.fail('name-underscore');
    else this.fail('name-reserved', cursor.text);
    return undefined;
  }

  protected get atInteger(): boolean {
    return this.cursor.kind === Kind.number || this.cursor.isSign('-') || this.cursor.isSign('+');
  }

  /** integer = [ "+" | "-" ] ( decimal | "0x" hex | "0o" octal ) | "0b" binary | "1s" . */
  protected bigInteger(about: string): { start: number; end: number; value: bigint } | undefined {
    const { cursor } = this;
    const { start } = cursor;
    const negative = cursor.isSign('-');
    const signed = negative || cursor.isSign('+');
    if (signed) cursor.advance();
    if (cursor.kind !== Kind.number) {
      this.fail('integer-expected', about);
      return undefined;
    }
    const { text, end } = cursor;
    if (signed && /^(?:0[bB]|1s$)/.test(text)) {
      this.fail('integer-signed');
      return undefined;
    }
    cursor.advance();
    const value = integerOf(text);
    return { start, end, value: negative ? -value : value };
  }

  protected integer(about: string): Integer | undefined {
    const { kind, start, end, text } = this.cursor;
    if (kind === Kind.number && text !== '1s') {
      this.cursor.advance();
      return { start, end, value: Number(text) };
    }
    const read = this.bigInteger(about);
    return read && { start: read.start, end: read.end, value: Number(read.value) };
  }

  protected get atText(): boolean {
    return this.cursor.kind === Kind.string;
  }

  /** A text without its closing quote: it takes the rest of its line, and what follows can be read. */
  protected get atOpenText(): boolean {
    return this.cursor.kind === Kind.bad && this.cursor.text.startsWith('"');
  }

  protected text(about: string): Text | undefined {
    const { cursor } = this;
    if (!this.atText) {
      if (this.atOpenText) {
        this.fail('text-open');
        cursor.advance();
      } else this.fail('text-expected', about);
      return undefined;
    }
    const { start, end, text } = cursor;
    this.#checkText(text, start);
    cursor.advance();
    return { start, end, value: text.slice(1, -1) };
  }

  #checkText(text: string, start: number): void {
    if (!TO_BE_CHECKED.test(text)) return;
    for (let at = 1; at < text.length - 1; at++) {
      const code = text.charCodeAt(at);
      if (code === 92) {
        ESCAPE.lastIndex = at;
        const escape = ESCAPE.exec(text);
        if (!escape || at + escape[0].length >= text.length) {
          this.cursor.markError('text-escape', syntaxMessage('text-escape', text.slice(at, at + 2)), {
            start: start + at,
            end: start + Math.min(at + 2, text.length),
          });
          return undefined;
        }
        at += escape[0].length - 1;
      } else if (code <= 26) {
        const place = { start: start + at, end: start + at + 1 };
        this.cursor.markError('text-control', syntaxMessage('text-control', code === 9 ? 'tab' : ''), place);
        return undefined;
      }
    }
  }

  /** Whether a declaration begins here. */
  protected get atBeginning(): boolean {
    const { cursor } = this;
    if (cursor.kind !== Kind.name) return false;
    const { text } = cursor;
    if (BEGINNINGS.has(text) || BEGINNINGS.has(text.toLowerCase())) return true;
    if (text.toLowerCase() !== 'space') return false;
    const { tokens, index } = cursor;
    return tokens.kind(index + 1) === Kind.name && tokens.textOf(index + 2) === '(';
  }
}
