import { GrammarCursor } from '../grammar-cursor.ts';
import { Kind, scan } from '../scanner.ts';
import type { Span } from '../source-text.ts';
import { type Code, finding, wrong } from './findings.ts';
import type { MessageDeclaration, Name, TypeDeclaration } from './syntax.ts';
import { lexicon, reserved } from './words.ts';

export const NAME = /^[A-Za-z][A-Za-z0-9_']*$/;
const NUMBER = /^(?:0[xX][0-9a-fA-F]+|0[oO][0-7]+|[0-9]+)$/;

/** A place in a Flounder file: the words and signs that all productions are made of. */
export class FlounderCursor extends GrammarCursor {
  readonly types: TypeDeclaration[] = [];
  readonly messages: MessageDeclaration[] = [];
  #marked = -1;

  constructor(text: string) {
    super(scan(text, lexicon));
    for (const { closed, start } of this.tokens.comments) {
      if (!closed) this.report('comment-not-closed', { start, end: start + 2 });
    }
  }

  name(what: string): Name | undefined {
    const span = this.span();
    const text = this.text();
    if (this.kind() !== Kind.name) {
      this.expected(what);
      return undefined;
    }
    // A word that begins a declaration is left to it: something is missing before it.
    if (reserved.has(text.toLowerCase())) {
      if (!this.mark()) return undefined;
      this.report('name-reserved', span, text);
      if (this.startsDeclaration() && this.kind(1) === Kind.name) return undefined;
    } else if (!NAME.test(text)) this.report('name-malformed', span, text);
    this.take();
    return { ...span, text };
  }

  number(): number | undefined {
    const span = this.span();
    const text = this.text();
    if (this.kind() !== Kind.number) {
      this.expected('a number');
      return undefined;
    }
    this.take();
    if (!NUMBER.test(text)) {
      this.report('number-malformed', span, text);
      return undefined;
    }
    return Number(text);
  }

  isWord(word: string): boolean {
    return this.kind() === Kind.name && this.text().toLowerCase() === word;
  }

  isMessage(): boolean {
    if (this.isSign('@') || this.isWord('message') || this.isWord('rpc')) return true;
    return (this.isWord('call') || this.isWord('response')) && this.kind(1) === Kind.name && this.isSign('(', 2);
  }

  /** Whether here a declaration begins, as far as one can tell while something before it is not complete. */
  startsDeclaration(): boolean {
    if (this.isWord('typedef') || this.isWord('interface')) return true;
    if (this.isWord('alias')) return this.kind(1) === Kind.name && this.kind(2) === Kind.name;
    return this.isMessage();
  }

  lineBreak(): boolean {
    return /[\r\n]/.test(this.tokens.text.slice(this.lastEnd, this.start));
  }

  semicolon(): void {
    if (this.expect(';') || this.startsDeclaration() || this.isSign('}')) return;
    this.resync(() => this.isSign(';') || this.isSign('}') || this.startsDeclaration());
    this.takeSign(';');
  }

  expect(sign: string): boolean {
    if (this.takeSign(sign)) return true;
    this.expected(sign);
    return false;
  }

  expected(what: string): void {
    const found = this.atEnd ? '' : this.text().slice(0, 40);
    if (this.mark()) this.markError(wrong('syntax-expected', what, found));
  }

  /** Whether something may be reported about the present token: once only. */
  mark(): boolean {
    if (this.#marked === this.index) return false;
    this.#marked = this.index;
    return true;
  }

  report(code: Code, span: Span, ...words: string[]): void {
    this.findings.push(finding(code, span, ...words));
  }
}
