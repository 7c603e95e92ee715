import { GrammarCursor } from './grammar-cursor.ts';
import type { Finding } from './language.ts';
import type { Definition, Outline, Use } from './outline.ts';
import { Kind, scan, type Lexicon } from './scanner.ts';
import type { Span } from './source-text.ts';
import { syntaxFindings } from './syntax-findings.ts';
import { findingAt } from './wrong.ts';

type Made = { -readonly [Key in keyof Definition]: Definition[Key] };

/** What a definition is at its beginning. */
export type Beginning = Pick<Definition, 'what' | 'symbol' | 'token'> &
  Partial<Pick<Definition, 'detail' | 'about'>> & { readonly start: number };

/** The base of the parsers of small languages: a cursor, and the outline that grows as it moves on. */
export class OutlineBuilder {
  readonly cursor: GrammarCursor;
  readonly #definitions: Definition[] = [];
  readonly #uses: Use[] = [];
  readonly #words: Span[] = [];
  readonly #blocks: Span[] = [];
  readonly #open: Made[] = [];
  readonly #sameCase: boolean;
  readonly #nests: boolean;

  /** `sameCase`: the words of the language are written in small letters only. */
  constructor(text: string, lexicon: Lexicon, sameCase: boolean) {
    this.cursor = new GrammarCursor(scan(text, lexicon));
    this.#sameCase = sameCase;
    this.#nests = lexicon.blockComment?.nested === true;
  }

  /** The present token, as a word of the language is compared with. */
  word(ahead = 0): string {
    if (this.cursor.kind(ahead) !== Kind.name) return '';
    const text = this.cursor.text(ahead);
    return this.#sameCase ? text : text.toLowerCase();
  }

  takeWord(word: string): Span | undefined {
    if (this.word() !== word) return undefined;
    const span = this.cursor.take();
    this.#words.push(span);
    return span;
  }

  /** A sign that has to stand here; where it is missing, that is said. */
  sign(sign: string, where: string): boolean {
    if (this.cursor.takeSign(sign)) return true;
    this.cursor.markError(syntaxFindings.expectedSign(sign, where));
    return false;
  }

  /** Begins a definition, in the one that is open, at a name. */
  open(name: string, at: Span, beginning: Beginning): Definition {
    const container = this.#open.at(-1);
    const made: Made = { detail: '', about: '', ...beginning, name, at, container, end: at.end, inside: [] };
    (container?.inside ?? this.#definitions).push(made);
    this.#open.push(made);
    return made;
  }

  /** Ends the definition that was opened last, behind the token that was taken last. */
  close(more: Partial<Pick<Definition, 'detail' | 'about'>> = {}): void {
    const made = this.#open.pop();
    if (made) Object.assign(made, more, { end: Math.max(made.end, this.cursor.lastEnd) });
  }

  /** What the file says about the definition that is open. */
  describe(about: string): void {
    const made = this.#open.at(-1);
    if (made) Object.assign(made, { about, detail: about });
  }

  /** `name` where it isn't what stands there. */
  use(span: Span, token: Use['token'], what: readonly string[], name = this.textOf(span)): Use {
    const use = { start: span.start, end: span.end, name, token, what, to: undefined };
    this.#uses.push(use);
    return use;
  }

  block(start: number): void {
    this.#blocks.push({ start, end: this.cursor.lastEnd });
  }

  outline(more: readonly Finding[] = []): Outline {
    const open = this.cursor.tokens.comments.find(({ closed }) => !closed);
    const wrong = this.#nests ? syntaxFindings.unclosedNest() : syntaxFindings.unclosedComment();
    // What is missing behind it may well be in it.
    const said = open ? this.cursor.findings.filter(({ start }) => start < open.start - 1) : this.cursor.findings;
    const comment = open ? [findingAt({ start: open.start, end: open.start + 2 }, wrong)] : [];
    return {
      tokens: this.cursor.tokens,
      definitions: this.#definitions,
      uses: this.#uses.sort((a, b) => a.start - b.start),
      words: this.#words,
      blocks: this.#blocks,
      unsure: this.cursor.unsure,
      findings: [...said, ...comment, ...more].sort((a, b) => a.start - b.start),
    };
  }

  /** A name, which none of the reserved words is; what stands there instead is said to be wrong, and not taken. */
  name(role: string, reserved: ReadonlySet<string>): Span | undefined {
    const { cursor } = this;
    const word = this.word();
    if (word === '') cursor.markError(syntaxFindings.expectedName(role));
    else if (reserved.has(word)) cursor.markError(syntaxFindings.reservedName(cursor.text(), role));
    else if (word.startsWith('_')) cursor.markToken(syntaxFindings.badName());
    else return cursor.take();
    return undefined;
  }

  textOf({ start, end }: Span): string {
    return this.cursor.tokens.text.slice(start, end);
  }

  /** A string on one line, as the tree's parsers want it; anything else is said to be wrong, and not taken. */
  string(role: string): Span | undefined {
    const { cursor } = this;
    const text = cursor.text();
    if (cursor.kind() === Kind.bad && text.startsWith('"')) {
      // With a backslash before the line's end and one behind it, a string goes on: rare enough to be left alone.
      if (!/\\\s*$/.test(text)) cursor.markToken(syntaxFindings.unclosedString());
      return undefined;
    }
    if (cursor.kind() !== Kind.string) {
      cursor.markError(syntaxFindings.expectedString(role));
      return undefined;
    }
    // What Parsec's stringLetter leaves out.
    if (/[\0-\x1a]/.test(text) && !/\\\s/.test(text)) cursor.markToken(syntaxFindings.badString());
    return cursor.take();
  }

  /** Without quotes and escapes. */
  stringText(span: Span): string {
    return this.cursor.tokens.text.slice(span.start + 1, span.end - 1).replaceAll(/\\(.)/g, '$1');
  }
}
