import type { Definition, Use } from '../outline.ts';
import { OutlineBuilder } from '../outline-builder.ts';
import { Kind, type Lexicon } from '../scanner.ts';
import type { Span } from '../source-text.ts';
import { syntaxFindings } from '../syntax-findings.ts';
import { sockeyeFindings } from './findings.ts';
import { VARIABLES } from './syntax.ts';
import { RESERVED } from './words.ts';

/*
 *   address    = "(" set { ";" set } ")"
 *   set        = "*" | range { "," range }                             "*" in addresses and indices only.
 *   range      = sum [ ( "bits" | "to" ) sum ]
 *   sum        = term { ( "*" | "+" | "-" | "++" ) term }
 *   term       = ( "(" sum ")" | name | number ) [ "[" range "]" ]
 *   property   = [ "!" ] ( "(" property ")" | name ) { ( "&&" | "||" ) property }
 */
const LEXICON: Lexicon = {
  lineComments: ['//'],
  blockComment: { open: '/*', close: '*/', nested: false },
  operators: ['++', '&&', '||'],
};
const OPERATORS: ReadonlySet<string> = new Set(['*', '+', '-', '++']);
const DEEPEST = 200;

/** The sets, ranges and expressions of Sockeye. A production returns false when it had to say something. */
export class SockeyeExpressions extends OutlineBuilder {
  /** Variables of the “forall”s around. */
  protected readonly loops: Definition[] = [];
  /** Names whose definitions may still come. */
  protected readonly pending: Use[] = [];
  #depth = 0;

  constructor(text: string) {
    super(text, LEXICON, true);
  }

  protected nameOf(role: string): Span | undefined {
    return this.name(role, RESERVED);
  }

  protected sets(open: string, close: string, wildcard: boolean): boolean {
    if (!this.sign(open, 'before the set')) return false;
    do {
      if (!this.#set(wildcard)) return false;
    } while (this.cursor.takeSign(';'));
    return this.sign(close, 'behind the set');
  }

  #set(wildcard: boolean): boolean {
    const { cursor } = this;
    if (wildcard && cursor.takeSign('*')) return true;
    do {
      if (!this.#range()) return false;
    } while (cursor.takeSign(','));
    return true;
  }

  #range(): boolean {
    if (!this.sum()) return false;
    return this.takeWord('bits') || this.takeWord('to') ? this.sum() : true;
  }

  protected sum(): boolean {
    const { cursor } = this;
    if (++this.#depth > DEEPEST) {
      cursor.markToken(syntaxFindings.tooDeep());
      cursor.resync(() => false);
    }
    let good = this.#term();
    while (good && cursor.kind() === Kind.sign && OPERATORS.has(cursor.text())) {
      cursor.take();
      good = this.#term();
    }
    this.#depth--;
    return good;
  }

  #term(): boolean {
    const { cursor } = this;
    if (cursor.takeSign('(')) {
      if (!this.sum() || !this.sign(')', 'behind the expression')) return false;
    } else if (cursor.kind() === Kind.number) cursor.take();
    else if (cursor.kind() === Kind.name) {
      const at = this.nameOf('value');
      if (!at) return false;
      this.#variable(at);
    } else {
      cursor.markError(sockeyeFindings.expectedValue());
      return false;
    }
    return cursor.takeSign('[') ? this.#range() && this.sign(']', 'behind the bits') : true;
  }

  #variable(at: Span): void {
    const use = this.use(at, 'parameter', VARIABLES);
    use.to = this.loops.findLast(({ name }) => name === use.name);
    if (!use.to) this.pending.push(use);
  }

  protected property(): boolean {
    const { cursor } = this;
    let good: boolean;
    do {
      cursor.takeSign('!');
      if (++this.#depth > DEEPEST) {
        cursor.markToken(syntaxFindings.tooDeep());
        cursor.resync(() => false);
      }
      // Properties are free words: nothing declares them.
      if (cursor.takeSign('(')) good = this.property() && this.sign(')', 'behind the properties');
      else good = this.nameOf('property') !== undefined;
      this.#depth--;
    } while (good && (cursor.takeSign('&&') ?? cursor.takeSign('||')));
    return good;
  }
}
