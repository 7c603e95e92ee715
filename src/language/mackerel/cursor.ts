import type { Finding } from '../language.ts';
import { Kind, type Tokens } from '../scanner.ts';
import type { Span } from '../source-text.ts';

/** Where a parser stands in the words of a text, and what it has found wrong. From `limit` on it sees only the end. */
export class Cursor {
  readonly tokens: Tokens;
  readonly findings: Finding[] = [];
  readonly #limit: number;
  #index: number;
  #marked = -1;
  #text: string | undefined;

  constructor(tokens: Tokens, from = 0, limit = tokens.count - 1) {
    this.tokens = tokens;
    this.#index = from;
    this.#limit = limit;
  }

  get index(): number {
    return this.#index;
  }

  get atEnd(): boolean {
    return this.#index >= this.#limit || this.tokens.kind(this.#index) === Kind.end;
  }

  get kind(): Kind {
    return this.#index >= this.#limit ? Kind.end : this.tokens.kind(this.#index);
  }

  /** Empty at the end. */
  get text(): string {
    this.#text ??= this.atEnd ? '' : this.tokens.textOf(this.#index);
    return this.#text;
  }

  get start(): number {
    return this.tokens.start(this.#index);
  }

  get end(): number {
    return this.tokens.end(this.#index);
  }

  /** Behind the last word that was taken. */
  get previousEnd(): number {
    return this.#index === 0 ? 0 : this.tokens.end(this.#index - 1);
  }

  advance(): void {
    if (this.atEnd) return;
    this.#index++;
    this.#text = undefined;
  }

  isSign(sign: string): boolean {
    return this.kind === Kind.sign && this.text === sign;
  }

  isWord(word: string): boolean {
    return this.kind === Kind.name && this.text === word;
  }

  takeSign(sign: string): boolean {
    if (!this.isSign(sign)) return false;
    this.advance();
    return true;
  }

  /** Tells an error at the current word, or at a place that belongs to it; never twice for one word. */
  markError(code: string, message: string, span: Span = { start: this.start, end: this.end }): void {
    if (this.#marked === this.#index) return;
    this.#marked = this.#index;
    this.findings.push({ ...span, code, severity: 'error', message });
  }

  /** Goes on to the first word, from the current one on, at which `stop` holds, or to the end. */
  resync(stop: () => boolean): void {
    while (!this.atEnd && !stop()) this.advance();
  }
}
