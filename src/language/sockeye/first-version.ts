import { SymbolKind } from 'vscode-languageserver-types';
import type { Definition, Use } from '../outline.ts';
import { OutlineBuilder } from '../outline-builder.ts';
import { Kind, scan, type Lexicon, type Tokens } from '../scanner.ts';
import type { Span } from '../source-text.ts';
import { NODES, type Import, type SockeyeTree } from './syntax.ts';
import { DOMAINS, RELATIONS } from './words.ts';

/*
 * The first version of Sockeye (tools/sockeye/v1/SockeyeParser.hs), of which some files are left. Read for names only:
 *
 *   file    = { "import" PATH } { "module" name [ "(" … ")" ] "{" { port } { net } "}" } { net }
 *   port    = ( "input" | "output" ) id "/" number { "," id "/" number }
 *   net     = id { "," id } ( "is" | "are" ) node | name [ "(" … ")" ] "as" id [ "with" … ]
 *   node    = … "to" id … "over" id "/" number …
 *   id      = name [ "{" … "}" [ … ] ]
 */
const LEXICON: Lexicon = {
  lineComments: ['//'],
  blockComment: { open: '/*', close: '*/', nested: false },
  nameSigns: '-',
};
const WORDS: ReadonlySet<string> = new Set(
  'import module input output in as with is are accept map reserved over to at nat addr'.split(' '),
);
const NEW_WORDS: ReadonlySet<string> = new Set([...RELATIONS, 'instance', 'forall', 'extern', 'type', 'const']);

/** Whether the words of a file are those of the first version; the first telling one decides. */
export function isFirstVersion(text: string): boolean {
  const tokens = scan(text, LEXICON);
  for (let index = 0; index < tokens.count; index++) {
    if (tokens.kind(index) !== Kind.name) continue;
    const word = tokens.textOf(index);
    const next = tokens.textOf(index + 1);
    if (NEW_WORDS.has(word) || (DOMAINS.includes(word) && next === '(')) return false;
    if ((word === 'is' || word === 'are') && isNodeWord(tokens, index + 1)) return true;
    if ((word === 'accept' || word === 'map') && next === '[') return true;
    if ((word === 'input' || word === 'output') && ['/', '{'].includes(tokens.textOf(index + 2))) return true;
  }
  return false;
}

function isNodeWord(tokens: Tokens, index: number): boolean {
  return ['core', 'device', 'memory', 'accept', 'map', 'reserved', 'over'].includes(tokens.textOf(index));
}

export function parseFirstVersion(text: string): SockeyeTree {
  return new FirstVersionParser(text).file();
}

class FirstVersionParser extends OutlineBuilder {
  readonly #imports: Import[] = [];
  readonly #moduleOf = new Map<Definition, Use>();
  /** Names that are to be found in the module that they are in, if in one. */
  readonly #pending: { readonly use: Use; readonly module: Definition | undefined }[] = [];
  #module: Definition | undefined;
  #braces = 0;

  constructor(text: string) {
    super(text, LEXICON, true);
  }

  file(): SockeyeTree {
    const { cursor } = this;
    while (!cursor.atEnd) this.#next();
    while (this.#module) this.#endModule();
    const outline = this.outline();
    const top = new Map(outline.definitions.map((each) => [each.name, each]));
    for (const { use, module } of this.#pending) {
      const found = module?.inside.find(({ name }) => name === use.name) ?? top.get(use.name);
      if (found && use.what.includes(found.what)) use.to = found;
    }
    return { ...outline, findings: [], version: 1, imports: this.#imports, ports: [], moduleOf: this.#moduleOf };
  }

  #next(): void {
    const { cursor } = this;
    const { start } = cursor;
    const word = this.word();
    if (word === 'import') {
      this.#import();
      return;
    }
    if (word === 'module') {
      while (this.#module) this.#endModule();
      this.takeWord(word);
      const at = this.#id();
      if (!at) return;
      const beginning = { start, what: 'module', symbol: SymbolKind.Class, token: 'struct' } as const;
      this.#module = this.open(this.textOf(at), at, beginning);
      this.#braces = 0;
      return;
    }
    if (word === 'input' || word === 'output') {
      this.takeWord(word);
      do this.#named(start, this.#id(), `${word} port`, SymbolKind.Interface);
      while (this.#isComma());
      return;
    }
    if (word === 'to' || word === 'over') {
      this.takeWord(word);
      this.#target();
      while (word === 'to' && this.#isComma()) this.#target();
      return;
    }
    if (word !== '' && WORDS.has(word)) this.takeWord(word);
    else if (word !== '') this.#net(start);
    else {
      if (cursor.isSign('{')) this.#braces++;
      if (cursor.isSign('}')) this.#braces--;
      cursor.take();
      if (this.#module && this.#braces <= 0 && cursor.tokens.text[cursor.lastEnd - 1] === '}') this.#endModule();
    }
  }

  #endModule(): void {
    this.close();
    this.#module = undefined;
  }

  #import(): void {
    const { cursor } = this;
    this.takeWord('import');
    const { start } = cursor;
    let end = start;
    while (cursor.start === end && (cursor.kind() === Kind.name || cursor.isSign('/'))) end = cursor.take().end;
    const at = { start, end };
    if (end > start) this.#imports.push({ path: this.textOf(at), at, names: undefined });
  }

  /** Nodes that are declared, or an instance of a module; anything else is passed over. */
  #net(start: number): void {
    const { cursor } = this;
    const ids: Span[] = [];
    do {
      const id = this.#id();
      if (id) ids.push(id);
    } while (this.#isComma());
    if (this.word() === 'is' || this.word() === 'are') {
      for (const id of ids) this.#named(id.start, id, 'node', SymbolKind.Variable);
      return;
    }
    const [module] = ids;
    if (cursor.isSign('(')) cursor.resync(() => cursor.isSign(')') || cursor.isSign('{') || cursor.isSign('}'));
    cursor.takeSign(')');
    if (!module || ids.length > 1 || !this.takeWord('as')) return;
    const use = this.use(module, 'struct', ['module']);
    this.#pending.push({ use, module: undefined });
    const made = this.#named(start, this.#id(), 'instance', SymbolKind.Object, `of ${use.name}`);
    if (made) this.#moduleOf.set(made, use);
  }

  #named(start: number, at: Span | undefined, what: string, symbol: SymbolKind, detail = ''): Definition | undefined {
    if (!at) return undefined;
    const made = this.open(this.textOf(at), at, { start, what, symbol, token: 'variable', detail });
    this.close();
    return made;
  }

  #target(): void {
    const at = this.#id();
    if (at) this.#pending.push({ use: this.use(at, 'variable', NODES), module: this.#module });
  }

  /** A name; its braces, in which a range stands, are passed over. */
  #id(): Span | undefined {
    const { cursor } = this;
    if (cursor.kind() !== Kind.name || WORDS.has(this.word())) return undefined;
    const at = cursor.take();
    if (cursor.isSign('{') && cursor.start === at.end) {
      cursor.resync(() => cursor.isSign('}'));
      cursor.takeSign('}');
    }
    return at;
  }

  #isComma(): boolean {
    const { cursor } = this;
    if (cursor.isSign('/') && cursor.kind(1) === Kind.number && cursor.isSign(',', 2)) {
      cursor.take();
      cursor.take();
    }
    return cursor.takeSign(',') !== undefined;
  }
}
