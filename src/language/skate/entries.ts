import { OutlineBuilder } from '../outline-builder.ts';
import { Kind, type Lexicon } from '../scanner.ts';
import type { Span } from '../source-text.ts';
import { syntaxFindings } from '../syntax-findings.ts';
import { skateFindings } from './findings.ts';
import { DECLARATIONS, RESERVED } from './words.ts';

const LEXICON: Lexicon = { lineComments: ['//'], blockComment: { open: '/*', close: '*/', nested: false } };

/** The parts that all declarations of Skate are made of: names, numbers, and entries in braces. */
export class SkateEntries extends OutlineBuilder {
  constructor(text: string) {
    super(text, LEXICON, false);
  }

  /** From `{` to `};`. The entries of a text have no semicolon of their own. */
  protected entries(what: string, entry: () => boolean, word = ''): void {
    const { cursor } = this;
    if (!cursor.takeSign('{')) {
      cursor.markError(syntaxFindings.expectedSign('{', `before what is in ${what}`));
      cursor.resync(() => this.isBodySign());
      if (!cursor.takeSign('{')) {
        cursor.takeSign(';');
        return;
      }
    }
    if (cursor.isSign('}')) cursor.markError(skateFindings.empty(what));
    // A fact may be the type of an attribute: it is a declaration only where a description follows its name.
    const next = (): boolean =>
      word !== '' && this.isDeclaration() && cursor.kind(1) !== Kind.sign && this.#looksWhole();
    while (!cursor.atEnd && !cursor.isSign('}') && !next()) {
      const { index } = cursor;
      if (entry() || this.#takeOpenText()) continue;
      cursor.resync(() => cursor.isSign(';') || cursor.isSign('}') || (cursor.index > index && next()));
      cursor.takeSign(';');
      if (cursor.index === index) cursor.take();
    }
    if (!cursor.takeSign('}')) cursor.markError(syntaxFindings.expectedSign('};', `at the end of ${what}`));
    else this.sign(';', `at the end of ${what}`);
  }

  /** A text that is not closed in its line ends with that, and the entry with it. */
  #takeOpenText(): boolean {
    const { cursor } = this;
    const text = cursor.kind() === Kind.bad ? cursor.text() : '';
    if (!text.startsWith('"') || /\\\s*$/.test(text)) return false;
    cursor.take();
    return true;
  }

  #looksWhole(): boolean {
    const { cursor } = this;
    const { index, tokens } = cursor;
    for (let ahead = 1; ahead < 5; ahead++) {
      if (tokens.kind(index + ahead) === Kind.string) return cursor.isSign('{', ahead + 1);
    }
    return false;
  }

  protected skateName(role: string): Span | undefined {
    const { cursor } = this;
    const text = cursor.text();
    if (cursor.kind() !== Kind.name || !text.includes('_')) return this.name(role, RESERVED);
    cursor.markToken(skateFindings.badSkateName(text));
    return undefined;
  }

  protected number(what: string): string | undefined {
    const { cursor } = this;
    const { start } = cursor;
    const signed = (cursor.isSign('-') || cursor.isSign('+')) && cursor.kind(1) === Kind.number;
    if (signed) cursor.take();
    if (cursor.kind() === Kind.number) return this.textOf({ start, end: cursor.take().end });
    cursor.markError(skateFindings.expectedNumber(what));
    return undefined;
  }

  protected isDeclaration(): boolean {
    const word = this.word();
    return DECLARATIONS.some((each) => each === word);
  }

  protected isBodySign(): boolean {
    const { cursor } = this;
    return cursor.isSign('{') || cursor.isSign('}') || cursor.isSign(';');
  }
}
