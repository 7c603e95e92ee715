/*
 * A Hakefile is an expression in Haskell: a list of rules. It is hake's, and GHC's, to say whether that is right; here it is
 * only looked through, so that nothing in it is ever an error:
 *
 * file  = (block | made | string | any)* .
 * block = name "{" field ("," field)* "}" .                field = name "=" any* .
 * made  = ("platform" | "boot" | …) string .               list  = "[" [function … variable "|" variable "<-"] any* "]" .
 */
import { Kind, scan, type Tokens } from '../scanner.ts';
import type { Span } from '../source-text.ts';
import { PROGRAMS, type Block, type Entry, type Field, type HakefileTree, type Role } from './syntax.ts';
import { lexicon, vocabulary } from './vocabulary.ts';

export function readHakefile(text: string): HakefileTree {
  return new Reader(scan(text, lexicon)).file();
}

type Draft<T> = { -readonly [Key in keyof T]: T[Key] };

interface Bracket {
  readonly sign: string;
  /** Token that opens it. */
  readonly index: number;
  /** The block that it begins. */
  readonly block: (Draft<Block> & { fields: Field[] }) | undefined;
  /** What the strings in it name, when a function says so. */
  readonly role: Role | undefined;
  /** Whether they are names as they stand. */
  readonly plain: boolean;
  /** The field that is being read, of a block. */
  field: OpenField | undefined;
  /** That of the nearest block around it which has one. */
  readonly fieldAround: OpenField | undefined;
}

type OpenField = Draft<Field> & { entries: Entry[] };

const CLOSING: Readonly<Record<string, string>> = { '{': '}', '[': ']', '(': ')' };
const OPENING: Readonly<Record<string, string>> = { '}': '{', ']': '[', ')': '(' };
const MAKERS: ReadonlySet<string> = new Set([
  'platform',
  'boot',
  'compileHaskell',
  'buildTechNote',
  'staticLibrary',
  'testJob',
]);
/** What stands before a list whose strings are taken as they are. */
const PLAIN_BEFORE: ReadonlySet<string> = new Set(['=', '++', '(', '[', ',', 'libDeps', 'then', 'else', 'in', '']);

/** Of a string that no field or function says anything about. */
function roleByLooks(text: string): Role | undefined {
  if (text.startsWith(PROGRAMS)) return 'program';
  return /^[\w./+-]*[\w+-]\.[A-Za-z]+$/.test(text) ? 'source' : undefined;
}

class Reader {
  readonly #tokens: Tokens;
  readonly #open: Bracket[] = [];
  /** How many of each sign are open. */
  readonly #depths = new Map<string, number>();
  readonly #blocks: Block[] = [];
  readonly #entries: Entry[] = [];
  readonly #made: { by: string; entry: Entry; span: Span }[] = [];
  readonly #brackets: Span[] = [];

  constructor(tokens: Tokens) {
    this.#tokens = tokens;
  }

  file(): HakefileTree {
    const tokens = this.#tokens;
    for (let index = 0; index < tokens.count; index++) {
      const kind = tokens.kind(index);
      if (kind === Kind.sign) this.#sign(index);
      else if (kind === Kind.string || (kind === Kind.bad && this.#text(index).startsWith('"'))) this.#string(index);
    }
    while (this.#open.length > 0) this.#close(tokens.count - 1);
    return { tokens, blocks: this.#blocks, entries: this.#entries, made: this.#made, brackets: this.#brackets };
  }

  #sign(index: number): void {
    const sign = this.#text(index);
    const inside = this.#open.at(-1);
    if (sign in CLOSING) this.#push(this.#bracket(sign, index));
    else if (sign === ',' && inside?.field) this.#endField(inside, index);
    else if (sign === '=' && inside?.block && !inside.field) this.#beginField(inside, index);
    else if ((this.#depths.get(OPENING[sign] ?? '') ?? 0) > 0) {
      // Where brackets don't match, those that are in the way are closed with it.
      let closed: string | undefined;
      do closed = this.#close(index);
      while (closed !== undefined && CLOSING[closed] !== sign);
    }
  }

  #push(bracket: Bracket): void {
    this.#open.push(bracket);
    this.#depths.set(bracket.sign, (this.#depths.get(bracket.sign) ?? 0) + 1);
  }

  #bracket(sign: string, index: number): Bracket {
    const before = this.#text(index - 1);
    const isBlock = sign === '{' && this.#tokens.kind(index - 1) === Kind.name;
    const block = isBlock
      ? { ...this.#spanOf(index - 1), kind: before, kindSpan: this.#spanOf(index - 1), fields: [] }
      : undefined;
    if (block) this.#blocks.push(block);
    const outer = this.#open.at(-1);
    const drawn = before === '<-' ? this.#roleOfVariable(index - 2, outer) : undefined;
    const role = drawn ?? (sign === '{' ? undefined : (vocabulary.get(before)?.role ?? this.#role()));
    const plain =
      drawn !== undefined || (PLAIN_BEFORE.has(before) && (outer?.plain ?? true) && !this.#isComprehension(index));
    const fieldAround = outer?.field ?? outer?.fieldAround;
    return { sign, index, block, role, plain: sign === '{' || plain, field: undefined, fieldAround };
  }

  /** `f (options arch) x | x <- [ … ]`: the strings are what the function takes last. */
  #roleOfVariable(variable: number, outer: Bracket | undefined): Role | undefined {
    if (!outer) return undefined;
    let at = variable;
    const least = Math.max(outer.index, variable - 200);
    while (at > least && this.#text(at) !== '|') at--;
    if (at === least || this.#text(at - 1) !== this.#text(variable)) return undefined;
    const taker = this.#text(outer.index + 1);
    return taker === `"${PROGRAMS}"` ? 'program' : vocabulary.get(taker)?.role;
  }

  /** Whether a bar stands in a list, outside of the brackets in it. Looks only so far that all of it stays linear. */
  #isComprehension(index: number): boolean {
    if (this.#text(index) !== '[') return false;
    let depth = 0;
    for (let at = index + 1; at < this.#tokens.count && at < index + 200; at++) {
      if (this.#tokens.kind(at) !== Kind.sign) continue;
      const sign = this.#text(at);
      if (sign in CLOSING) depth++;
      else if (sign === ']' || sign === ')' || sign === '}') {
        if (depth === 0) return false;
        depth--;
      } else if (sign === '|' && depth === 0) return true;
    }
    return false;
  }

  #role(): Role | undefined {
    const inside = this.#open.at(-1);
    return inside?.block ? vocabulary.get(inside.field?.name ?? '')?.role : inside?.role;
  }

  #beginField(inside: Bracket, index: number): void {
    if (this.#tokens.kind(index - 1) !== Kind.name) return;
    const nameSpan = this.#spanOf(index - 1);
    inside.field = { ...nameSpan, nameSpan, name: this.#text(index - 1), entries: [] };
  }

  #endField(inside: Bracket, index: number): void {
    if (!inside.field) return;
    inside.field.end = this.#tokens.end(index - 1);
    inside.block?.fields.push(inside.field);
    inside.field = undefined;
  }

  /** The sign that it closes. */
  #close(index: number): string | undefined {
    const bracket = this.#open.pop();
    if (!bracket) return undefined;
    this.#depths.set(bracket.sign, (this.#depths.get(bracket.sign) ?? 1) - 1);
    this.#endField(bracket, index);
    const span = { start: this.#tokens.start(bracket.index), end: this.#tokens.end(index) };
    if (bracket.block) bracket.block.end = span.end;
    this.#brackets.push(span);
    return bracket.sign;
  }

  #string(index: number): void {
    const span = this.#spanOf(index);
    const raw = this.#text(index);
    const closed = this.#tokens.kind(index) === Kind.string;
    const [before, behind] = [this.#text(index - 1), this.#text(index + 1)];
    const inside = this.#open.at(-1);
    const isLiteral = /^[[,(=]?$/.test(before) && /^[\],)}]?$/.test(behind);
    const certain = closed && isLiteral && (inside?.plain ?? true) && !raw.includes('\\');
    const path = /^(?:In|Dep)$/.test(this.#text(index - 3)) && this.#text(index - 2) === 'SrcTree';
    const text = raw.slice(1, closed ? -1 : undefined);
    const role = path ? 'source' : this.#roleOf(index);
    // In a list that has a name of its own, it is only a guess what a string stands for.
    const guessed = role ?? (isLiteral ? roleByLooks(text) : undefined);
    const entry: Entry = {
      ...span,
      text,
      role: guessed,
      certain: certain && (role !== undefined || guessed === undefined),
    };
    this.#entries.push(entry);
    (inside?.field ?? inside?.fieldAround)?.entries.push(entry);
    if (MAKERS.has(before))
      this.#made.push({ by: before, entry, span: { start: this.#tokens.start(index - 1), end: span.end } });
  }

  /** In `("spawn", ["rpcclient"])` the first names an interface, and the others are backends. */
  #roleOf(index: number): Role | undefined {
    const role = vocabulary.get(this.#text(index - 1))?.role ?? this.#role();
    const inside = this.#open.at(-1);
    const field = inside?.field ?? inside?.fieldAround;
    if (role !== 'interface' || !field?.name.startsWith('flounderExtra')) return role;
    const outer = this.#open.at(-2);
    return inside?.sign === '[' && outer?.sign === '(' ? 'backend' : role;
  }

  #text(index: number): string {
    return index < 0 ? '' : this.#tokens.textOf(index);
  }

  #spanOf(index: number): Span {
    return { start: this.#tokens.start(index), end: this.#tokens.end(index) };
  }
}
