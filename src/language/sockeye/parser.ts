import { SymbolKind } from 'vscode-languageserver-types';
import type { Definition, Use } from '../outline.ts';
import { Kind } from '../scanner.ts';
import type { Span } from '../source-text.ts';
import { syntaxFindings } from '../syntax-findings.ts';
import { SockeyeDefinitions } from './definitions.ts';
import { sockeyeFindings } from './findings.ts';
import { VARIABLES, type Import, type SockeyeTree } from './syntax.ts';
import { DOMAINS } from './words.ts';

/*
 * Sockeye, the second version (tools/sockeye/SockeyeParser.hs). Definitions: see definitions.ts; sets and
 * expressions: see expressions.ts.
 *
 *   file      = { import } { module | type }
 *   import    = "import" PATH [ "(" alias { "," alias } ")" ]
 *   alias     = name [ "as" name ]
 *   type      = "type" name address
 *   module    = [ "extern" ] "module" name [ "(" [ parameter { "," parameter } ] ")" ] "{" { body } "}"
 *   parameter = "(" set ")" name
 *   body      = constant | instance | node | definition
 *   constant  = "const" name number
 *   instance  = "instance" name [ size ] "of" name
 *   node      = [ "input" | "output" ] domain type [ "to" domain [ type ] ] name [ size ]
 *   domain    = "memory" | "intr" | "power" | "clock"
 *   type      = address | "(" name ")"
 */

export function parseSockeye(text: string): SockeyeTree {
  return new SockeyeParser(text).file();
}

class SockeyeParser extends SockeyeDefinitions {
  readonly #imports: Import[] = [];
  readonly #moduleOf = new Map<Definition, Use>();

  file(): SockeyeTree {
    const { cursor } = this;
    while (this.word() === 'import') this.#import();
    while (!cursor.atEnd) {
      const { index } = cursor;
      if (this.word() === 'module' || this.word() === 'extern') this.#module();
      else if (this.word() === 'type') this.#type();
      else {
        cursor.markToken(this.word() === 'import' ? sockeyeFindings.lateImport() : sockeyeFindings.expectedTop());
        if (this.word() === 'import') this.#import();
        cursor.resync(() => this.isTop());
      }
      if (cursor.index === index) cursor.take();
    }
    const outline = this.outline();
    const globals = new Map(outline.definitions.map((each) => [each.name, each]));
    for (const use of this.global) {
      const found = globals.get(use.name);
      if (found && use.what.includes(found.what)) use.to = found;
    }
    for (const { use, instance } of this.ports) use.to = this.#portOf(use, instance);
    return { ...outline, version: 2, imports: this.#imports, ports: this.ports, moduleOf: this.#moduleOf };
  }

  #portOf(use: Use, instance: Use): Definition | undefined {
    const module = instance.to && this.#moduleOf.get(instance.to)?.to;
    return module?.inside.find(({ name, what }) => name === use.name && use.what.includes(what));
  }

  #import(): void {
    const { cursor } = this;
    this.takeWord('import');
    const { start } = cursor;
    let end = start;
    const isPath = (): boolean =>
      cursor.kind() === Kind.name || cursor.kind() === Kind.number || cursor.isSign('/') || cursor.isSign('-');
    while (cursor.start === end && isPath()) end = cursor.take().end;
    if (end === start) cursor.markError(sockeyeFindings.expectedPath());
    const at = { start, end };
    const names: { name: string; alias: string; at: Span }[] = [];
    const some = cursor.takeSign('(') !== undefined;
    if (some) {
      do {
        const name = this.nameOf('name of a module or a type');
        if (!name) break;
        const alias = this.takeWord('as') ? this.nameOf('other name') : undefined;
        names.push({ name: this.textOf(name), alias: this.textOf(alias ?? name), at: name });
        for (const each of [name, alias]) if (each) this.use(each, 'struct', ['module', 'type']);
      } while (cursor.takeSign(','));
      if (!this.sign(')', 'behind the names')) cursor.resync(() => this.isTop() || this.word() === 'import');
    }
    if (end > start) this.#imports.push({ path: this.textOf(at), at, names: some ? names : undefined });
  }

  #type(): void {
    const { start } = this.cursor;
    this.takeWord('type');
    const at = this.nameOf('name of the type');
    if (at) {
      this.open(this.textOf(at), at, { start, what: 'type', symbol: SymbolKind.TypeParameter, token: 'type' });
      const from = this.cursor.start;
      if (!this.sets('(', ')', false)) this.cursor.resync(() => this.isTop());
      this.close({ detail: this.textOf({ start: from, end: Math.max(from, this.cursor.lastEnd) }) });
    }
  }

  #module(): void {
    const { cursor } = this;
    const { start } = cursor;
    this.takeWord('extern');
    if (!this.takeWord('module')) cursor.markError(syntaxFindings.expectedSign('module', 'behind “extern”'));
    const at = this.nameOf('name of the module');
    const none = { start: cursor.lastEnd, end: cursor.lastEnd };
    const beginning = { start, what: 'module', symbol: SymbolKind.Class, token: 'struct' } as const;
    const module = this.open(at ? this.textOf(at) : '', at ?? none, beginning);
    if (cursor.takeSign('(') && !cursor.takeSign(')')) {
      let good = true;
      do good = this.#parameter();
      while (good && cursor.takeSign(','));
      if (good) this.sign(')', 'behind the parameters');
    }
    if (!this.sign('{', 'before the module’s body')) cursor.resync(() => cursor.isSign('{') || this.isTop());
    if (cursor.tokens.text[cursor.lastEnd - 1] === '{' || cursor.takeSign('{')) {
      this.bodies(() => this.#body());
      this.sign('}', 'at the end of the module');
    }
    this.close();
    this.#resolve(module);
  }

  #parameter(): boolean {
    const { start } = this.cursor;
    if (!this.sets('(', ')', false)) return false;
    const detail = this.textOf({ start, end: this.cursor.lastEnd });
    const at = this.nameOf('name of the parameter');
    if (at) this.#leaf(start, at, 'parameter', SymbolKind.Variable, detail);
    return at !== undefined;
  }

  #leaf(start: number, at: Span, what: string, symbol: SymbolKind, detail: string): Definition {
    const token = what === 'parameter' ? 'parameter' : what === 'constant' ? 'enumMember' : 'variable';
    const made = this.open(this.textOf(at), at, { start, what, symbol, token, detail });
    this.close();
    return made;
  }

  #body(): boolean {
    const { cursor } = this;
    const { start } = cursor;
    const word = this.word();
    if (this.takeWord('const')) {
      const at = this.nameOf('name of the constant');
      if (!at) return false;
      const isNumber = cursor.kind() === Kind.number;
      this.#leaf(start, at, 'constant', SymbolKind.Constant, isNumber ? cursor.text() : '');
      if (isNumber) cursor.take();
      else cursor.markError(sockeyeFindings.expectedValue());
      return isNumber;
    }
    if (this.takeWord('instance')) {
      const at = this.nameOf('name of the instance');
      if (!at || (cursor.isSign('[') && !this.sets('[', ']', false))) return false;
      const of = this.takeWord('of') !== undefined;
      if (!of) cursor.markError(syntaxFindings.expectedSign('of', 'behind the instance'));
      const module = of ? this.globalUse('name of the module', 'struct', 'module') : undefined;
      const made = this.#leaf(start, at, 'instance', SymbolKind.Object, module ? `of ${module.name}` : '');
      if (module) this.#moduleOf.set(made, module);
      return module !== undefined;
    }
    if (word === 'input' || word === 'output' || DOMAINS.includes(word)) return this.#node(start);
    return this.definition(sockeyeFindings.expectedBody(), 0);
  }

  #node(start: number): boolean {
    const { cursor } = this;
    const port = this.takeWord('input') ?? this.takeWord('output');
    const what = port ? `${this.textOf(port)} port` : 'node';
    const from = cursor.start;
    if (!this.#domain() || !this.#edge()) return false;
    if (this.takeWord('to') && (!this.#domain() || (cursor.isSign('(') && !this.#edge()))) return false;
    const detail = this.textOf({ start: from, end: cursor.lastEnd });
    const at = this.nameOf('name of the node');
    if (!at) return false;
    const good = !cursor.isSign('[') || this.sets('[', ']', false);
    this.#leaf(start, at, what, port ? SymbolKind.Interface : SymbolKind.Variable, detail);
    return good;
  }

  #domain(): boolean {
    const word = this.word();
    if (DOMAINS.includes(word)) return this.takeWord(word) !== undefined;
    this.cursor.markError(sockeyeFindings.expectedDomain());
    return false;
  }

  #edge(): boolean {
    const { cursor } = this;
    if (!cursor.isSign('(')) {
      cursor.markError(sockeyeFindings.expectedType());
      return false;
    }
    // A name alone in the parentheses is a type's; sockeye reads a set first, and so a variable: both are looked for.
    if (cursor.kind(1) !== Kind.name || !cursor.isSign(')', 2)) return this.sets('(', ')', false);
    cursor.take();
    const at = this.nameOf('name of the type');
    if (!at) return false;
    const use = this.use(at, 'type', ['type', ...VARIABLES]);
    this.pending.push(use);
    this.global.push(use);
    return this.sign(')', 'behind the type');
  }

  /** The order of what is in a module is of no account. */
  #resolve(module: Definition): void {
    const byName = Map.groupBy(module.inside, ({ name }) => name);
    for (const use of this.pending)
      use.to ??= byName.get(use.name)?.find(({ what }) => what !== 'loop variable' && use.what.includes(what));
    this.pending.length = 0;
  }
}
