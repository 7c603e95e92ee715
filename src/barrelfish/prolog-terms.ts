import { tokensOf, type Expected, type Place, type SyntaxProblem, type Token } from './prolog-tokens.ts';

export type Term = { at: Place } & (
  | { kind: 'number'; value: number }
  /** An atom or a string. */
  | { kind: 'text'; text: string }
  | { kind: 'variable' }
  | { kind: 'list'; items: readonly Term[] }
  /** `name(A, B)`. */
  | { kind: 'compound'; name: string; items: readonly Term[] }
  /** `name{field: A}`: a structure of which some arguments are named. */
  | { kind: 'struct'; name: string; fields: readonly StructField[] }
);

export interface StructField {
  name: string;
  at: Place;
  value: Term;
}

/** What a file states. Rules are left out: nothing here runs them. */
interface Clauses {
  facts: readonly Term[];
  /** Structures that are declared, `:- local struct(name(field, …))`: their fields in order. */
  structs: ReadonlyMap<string, readonly string[]>;
  problems: readonly SyntaxProblem[];
}

/** No term of a database is nested so deep; one that is would overflow the stack. */
const DEEPEST = 64;

class SyntaxStop extends Error {
  readonly problem: SyntaxProblem;
  constructor(problem: SyntaxProblem) {
    super(problem.code);
    this.problem = problem;
  }
}

/**
 * Reads the facts of a file of ECLiPSe Prolog that are built of numbers, texts, variables, lists and structures. A clause
 * that can't be read is a problem, and the next one is read again: it begins behind a full stop, or where a structure's
 * name stands in the first column.
 */
export function readClauses(text: string): Clauses {
  return new Reader(text).read();
}

class Reader {
  readonly #tokens: readonly Token[];
  readonly #problems: SyntaxProblem[];
  readonly #facts: Term[] = [];
  readonly #structs = new Map<string, readonly string[]>();
  /** Tokens that are damaged in themselves, in their order: the clause is lost, and what follows is not said again. */
  readonly #damage: readonly SyntaxProblem[];
  #nextDamage = 0;
  #next = 0;
  /** Name of the structure that the present clause is. */
  #name = '';

  constructor(text: string) {
    const { tokens, problems } = tokensOf(text);
    this.#tokens = tokens;
    this.#damage = problems;
    this.#problems = [...problems];
  }

  read(): Clauses {
    while (!this.#isLast()) {
      const first = this.#peek().at.line;
      try {
        const fact = this.#clause();
        if (fact && !this.#damagedSince(first)) this.#facts.push(fact);
      } catch (error) {
        if (!(error instanceof SyntaxStop)) throw error;
        if (!this.#damagedSince(first)) this.#problems.push(error.problem);
        this.#skip();
      }
    }
    this.#problems.sort((a, b) => a.line - b.line || a.column - b.column);
    return { facts: this.#facts, structs: this.#structs, problems: this.#problems };
  }

  /** The fact that the clause is; undefined for a rule or a directive. */
  #clause(): Term | undefined {
    const first = this.#peek();
    const isStruct = this.#startsStruct(this.#next);
    this.#name = isStruct ? first.text : '';
    if (isStruct) {
      const term = this.#term(0);
      const after = this.#peek();
      if (after.kind !== 'sign' || !/^(?::-|-->)$/.test(after.text)) {
        this.#fullStop();
        return term;
      }
    } else if (first.kind === 'sign' && first.text === ':-') {
      this.#next += 1;
      this.#directive();
    }
    this.#skip();
    return undefined;
  }

  #directive(): void {
    const [local, struct] = [this.#peek(), this.#peek(1)];
    if (isText(local, 'local') && isText(struct, 'struct')) {
      this.#next += 1;
      const term = this.#term(0);
      const declared = term.kind === 'compound' ? term.items[0] : undefined;
      if (declared?.kind === 'compound') {
        const fields = declared.items.map((item) => (item.kind === 'text' ? item.text : ''));
        this.#structs.set(declared.name, fields);
      }
    }
  }

  /** Whether a token between a line and where the reader is can't be read. */
  #damagedSince(line: number): boolean {
    const before = this.#tokens[this.#next - 1]?.at.line ?? 0;
    for (; (this.#damage[this.#nextDamage]?.line ?? Infinity) < line; this.#nextDamage += 1);
    return (this.#damage[this.#nextDamage]?.line ?? Infinity) <= before;
  }

  #term(depth: number): Term {
    const token = this.#peek();
    const { at } = token;
    if (depth > DEEPEST) throw new SyntaxStop({ ...at, code: 'too-deep' });
    switch (token.kind) {
      case 'number':
        this.#next += 1;
        return { kind: 'number', value: token.value, at };
      case 'variable':
        this.#next += 1;
        return { kind: 'variable', at };
      case 'text': {
        // No structure contains one of its own kind: it is the next clause, and the end of this one is missing.
        if (depth > 0 && token.text === this.#name && this.#isNextClause()) throw this.#unexpected('value');
        this.#next += 1;
        const opening = this.#peek();
        if (opening.kind !== 'sign') return { kind: 'text', text: token.text, at };
        if (opening.text === '{') return { kind: 'struct', name: token.text, fields: this.#fields(depth), at };
        if (opening.text !== '(') return { kind: 'text', text: token.text, at };
        return { kind: 'compound', name: token.text, items: this.#items(')', depth), at };
      }
      case 'sign': {
        if (token.text === '[') return { kind: 'list', items: this.#items(']', depth), at };
        const number = this.#peek(1);
        if ((token.text === '-' || token.text === '+') && number.kind === 'number') {
          this.#next += 2;
          return { kind: 'number', value: token.text === '-' ? -number.value : number.value, at };
        }
        break;
      }
      case 'end':
        break;
    }
    throw this.#unexpected('value');
  }

  /** From the opening sign to the closing one. */
  #items(closing: ')' | ']', depth: number): Term[] {
    this.#next += 1;
    const items: Term[] = [];
    if (this.#accept(closing)) return items;
    for (;;) {
      items.push(this.#term(depth + 1));
      if (this.#accept(closing)) return items;
      if (!this.#accept(',')) throw this.#unexpected(closing);
    }
  }

  #fields(depth: number): StructField[] {
    this.#next += 1;
    const fields: StructField[] = [];
    if (this.#accept('}')) return fields;
    for (;;) {
      const name = this.#peek();
      if (name.kind !== 'text' || this.#isNextClause()) throw this.#unexpected('field');
      this.#next += 1;
      if (!this.#accept(':')) throw this.#unexpected(':');
      fields.push({ name: name.text, at: name.at, value: this.#term(depth + 1) });
      if (this.#accept('}')) return fields;
      if (!this.#accept(',')) throw this.#unexpected('}');
    }
  }

  #fullStop(): void {
    const token = this.#peek();
    if (token.kind === 'end' && token.text === '.') this.#next += 1;
    else throw this.#unexpected('.');
  }

  /** To the next clause. */
  #skip(): void {
    while (!this.#isLast()) {
      const token = this.#peek();
      // A structure in the first column is a new clause, unless something before it waits for a goal or a value.
      const before = this.#tokens[this.#next - 1];
      const waits = before?.kind === 'sign' && /^(?::-|[,;([|])$/.test(before.text);
      const isSame = token.kind === 'text' && token.text === this.#name;
      if ((!waits || isSame) && this.#isNextClause()) return;
      this.#next += 1;
      if (token.kind === 'end') return;
    }
  }

  #startsStruct(index: number): boolean {
    const [name, opening] = [this.#tokens[index], this.#tokens[index + 1]];
    return name?.kind === 'text' && !name.quoted && opening?.kind === 'sign' && opening.text === '{';
  }

  #isNextClause(): boolean {
    return this.#peek().at.column === 1 && this.#startsStruct(this.#next);
  }

  #unexpected(expected: Expected): SyntaxStop {
    const token = this.#peek();
    const before = this.#tokens[this.#next - 1];
    // Said where the clause should have ended, not where the next one stands.
    if (before && (this.#isNextClause() || (token.kind === 'end' && token.text === ''))) {
      return new SyntaxStop({ ...before.at, code: 'no-full-stop' });
    }
    return new SyntaxStop({ ...token.at, code: 'unexpected', found: token.text, expected });
  }

  #accept(sign: string): boolean {
    const token = this.#peek();
    if (token.kind !== 'sign' || token.text !== sign) return false;
    this.#next += 1;
    return true;
  }

  #peek(ahead = 0): Token {
    const token = this.#tokens[Math.min(this.#next + ahead, this.#tokens.length - 1)];
    if (!token) throw new Error('There is always an end.');
    return token;
  }

  /** Whether nothing but the end of the file is left. */
  #isLast(): boolean {
    return this.#next >= this.#tokens.length - 1;
  }
}

function isText(token: Token, text: string): boolean {
  return token.kind === 'text' && token.text === text;
}
