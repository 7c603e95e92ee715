import { Kind, type Tokens } from './scanner.ts';
import type { Finding } from './language.ts';
import type { Span } from './source-text.ts';
import type { Wrong } from './wrong.ts';

const NUMBER = /^(?:\d+|0[xX][\da-fA-F]+|0[oO][0-7]+|0[bB][01]+)$/;

/** Where a parser stands in the words of a text. What it finds wrong is collected here; reading on is always possible. */
export class GrammarCursor {
  readonly tokens: Tokens;
  readonly findings: Finding[] = [];
  #index = 0;
  #marked = -1;
  #unsure = false;

  constructor(tokens: Tokens) {
    this.tokens = tokens;
  }

  /** Number of the present token: grows with every `take`, until the end. */
  get index(): number {
    return this.#index;
  }

  /** Whether something was not said, because it may be right. */
  get unsure(): boolean {
    return this.#unsure;
  }

  get atEnd(): boolean {
    return this.kind() === Kind.end;
  }

  /** Where the present token begins. */
  get start(): number {
    return this.tokens.start(this.#index);
  }

  /** Where the last token that was taken ends. */
  get lastEnd(): number {
    return this.#index === 0 ? 0 : this.tokens.end(this.#index - 1);
  }

  kind(ahead = 0): Kind {
    return this.tokens.kind(this.#index + ahead);
  }

  /** Of the present token, or of one behind it. */
  text(ahead = 0): string {
    return this.tokens.textOf(this.#index + ahead);
  }

  span(): Span {
    return { start: this.start, end: this.tokens.end(this.#index) };
  }

  isSign(sign: string, ahead = 0): boolean {
    return this.kind(ahead) === Kind.sign && this.text(ahead) === sign;
  }

  take(): Span {
    const span = this.span();
    if (!this.atEnd) this.#index++;
    return span;
  }

  takeSign(sign: string): Span | undefined {
    return this.isSign(sign) ? this.take() : undefined;
  }

  /**
   * Says that something is missing before the present token: never twice at one. What is missing at the end of a line is
   * said there, and not where the next line begins.
   */
  markError(wrong: Wrong): void {
    const gap = this.tokens.text.slice(this.lastEnd, this.start);
    const behind = this.lastEnd > 0 && (this.atEnd || gap.includes('\n') || gap.includes('\r'));
    this.#mark(behind ? { start: this.lastEnd - 1, end: this.lastEnd } : this.span(), wrong);
  }

  /** Says that the present token is wrong itself. */
  markToken(wrong: Wrong): void {
    this.#mark(this.span(), wrong);
  }

  #mark({ start, end }: Span, wrong: Wrong): void {
    if (this.#marked === this.#index) return;
    this.#marked = this.#index;
    if (this.#isUnsure()) this.#unsure = true;
    else this.findings.push({ start, end, ...wrong });
  }

  /** What the tree's parsers may take and the scanner doesn't: letters of other alphabets, and `0bits` for `0 bits`. */
  #isUnsure(): boolean {
    if (this.kind() === Kind.bad && this.tokens.text.charCodeAt(this.start) > 127) return true;
    const before = this.#index - 1;
    return before >= 0 && this.tokens.kind(before) === Kind.number && !NUMBER.test(this.tokens.textOf(before));
  }

  /** To the first token at which reading can go on; at the end in any case. */
  resync(stop: () => boolean): void {
    while (!this.atEnd && !stop()) this.#index++;
  }
}
