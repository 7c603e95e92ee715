import { SymbolKind } from 'vscode-languageserver-types';
import type { Definition } from '../outline.ts';
import type { Beginning } from '../outline-builder.ts';
import { Kind } from '../scanner.ts';
import type { Span } from '../source-text.ts';
import { syntaxFindings } from '../syntax-findings.ts';
import { SkateEntries } from './entries.ts';
import { skateFindings } from './findings.ts';
import { TYPES, wholeName, type SkateTree, type TypeUse } from './syntax.ts';
import { BUILT_IN, REFERENCES, RESERVED } from './words.ts';

/*
 * Skate (tools/skate/SkateParser.hs). Words may be of any case; names have letters and digits only, and their case counts.
 *
 *   file        = { "import" name ";" } schema                         What follows the schema is passed over.
 *   schema      = "schema" name string "{" decl { decl } "}" ";"
 *   decl        = fact | flags | constants | enumeration | namespace | section | text
 *   namespace   = "namespace" name string "{" decl { decl } "}" ";"
 *   section     = "section" string "{" decl { decl } "}" ";"
 *   text        = "text" "{" string { string } "}" ";"
 *   fact        = "fact" name string "{" attribute { attribute } "}" ";"
 *   attribute   = ( ( "fact" | "flag" | "const" | "enum" ) name { "." name } | TYPE ) name string ";"
 *   flags       = "flags" name number string "{" flag { flag } "}" ";"
 *   flag        = number name string ";"
 *   constants   = "constants" name TYPE string "{" constant { constant } "}" ";"
 *   constant    = name "=" ( number | string ) string ";"              A string where the type is one.
 *   enumeration = "enumeration" name string "{" value { value } "}" ";"
 *   value       = name string ";"
 */
/** Deeper than anybody nests namespaces. */
const DEEPEST = 100;

export function parseSkate(text: string): SkateTree {
  return new SkateParser(text).file();
}

class SkateParser extends SkateEntries {
  #schema: Definition | undefined;
  readonly #imports: { readonly name: string; readonly at: Span }[] = [];
  readonly #types: TypeUse[] = [];
  readonly #values = new Map<Definition, string>();
  readonly #byName = new Map<string, Definition>();
  #depth = 0;

  file(): SkateTree {
    const { cursor } = this;
    while (this.word() === 'import') this.#import();
    if (this.word() !== 'schema') {
      cursor.markToken(skateFindings.expectedSchema());
      cursor.resync(() => this.word() === 'schema');
    }
    if (this.word() === 'schema') {
      const start = cursor.start;
      this.takeWord('schema');
      this.#declared({ start, what: 'schema', symbol: SymbolKind.Module, token: 'namespace' }, (schema) => {
        this.#schema = schema;
        this.#described();
        this.#declarations('a schema');
      });
      if (!cursor.atEnd) cursor.markToken(skateFindings.ignoredText());
    }
    for (const type of this.#types) this.#resolve(type);
    const outline = this.outline();
    const [schema, imports, types] = [this.#schema, this.#imports, this.#types];
    return { ...outline, schema, imports, types, values: this.#values, byName: this.#byName };
  }

  /** By its whole name, or relative to where the fact is declared, and to nothing farther out. */
  #resolve({ use, word, fact }: TypeUse): void {
    const scope = wholeName(fact).slice(0, -fact.name.length - 1);
    const found = [this.#byName.get(use.name), this.#byName.get(`${scope}.${use.name}`)];
    use.to = found.find((each) => each?.what === REFERENCES[word]);
  }

  #import(): void {
    const { cursor } = this;
    this.takeWord('import');
    const at = this.skateName('name of the schema to import');
    if (at) this.#imports.push({ name: this.textOf(at), at });
    if (at && cursor.takeSign(';')) return;
    cursor.markError(syntaxFindings.expectedSign(';', 'behind the import'));
    cursor.resync(() => cursor.isSign(';') || this.word() === 'schema' || this.word() === 'import');
    cursor.takeSign(';');
  }

  #declarations(what: string): void {
    const { cursor } = this;
    this.#depth++;
    if (this.#depth > DEEPEST) {
      cursor.markToken(syntaxFindings.tooDeep());
      cursor.resync(() => false);
    }
    this.entries(what, () => {
      if (this.isDeclaration()) {
        this.#declaration();
        return true;
      }
      cursor.markToken(skateFindings.expectedDeclaration());
      return false;
    });
    this.#depth--;
  }

  #declaration(): void {
    const { cursor } = this;
    const start = cursor.start;
    const word = this.word();
    this.takeWord(word);
    switch (word) {
      case 'namespace':
        this.#declared({ start, what: word, symbol: SymbolKind.Namespace, token: 'namespace' }, () => {
          this.#described();
          this.#declarations('a namespace');
        });
        return;
      case 'section':
        this.#section(start);
        return;
      case 'text':
        this.entries('a text', () => this.string('text') !== undefined, 'text');
        this.block(start);
        return;
      case 'fact':
        this.#declared({ start, what: word, symbol: SymbolKind.Struct, token: 'struct' }, (fact) => {
          this.#described();
          this.entries('a fact', () => this.#attribute(fact), word);
        });
        return;
      case 'flags':
        this.#declared({ start, what: word, symbol: SymbolKind.Enum, token: 'enum' }, (flags) => {
          this.#values.set(flags, this.number('number of bits') ?? '');
          this.#described();
          this.entries('flags', () => this.#flag(), word);
        });
        return;
      case 'constants':
        this.#constants(start);
        return;
      default:
        this.#declared({ start, what: 'enumeration', symbol: SymbolKind.Enum, token: 'enum' }, () => {
          this.#described();
          this.entries('an enumeration', () => this.#entry('enumeration value', cursor.start, ''), word);
        });
    }
  }

  /** The name of a declaration, and what follows it. */
  #declared(beginning: Beginning, rest: (made: Definition) => void): void {
    const { cursor } = this;
    const at = this.skateName(`name of the ${beginning.what}`);
    const none = { start: cursor.lastEnd, end: cursor.lastEnd };
    const made = this.open(at ? this.textOf(at) : '', at ?? none, beginning);
    if (!at) cursor.resync(() => this.isBodySign() || cursor.kind() === Kind.string);
    rest(made);
    this.close();
    const name = wholeName(made);
    if (at && TYPES.has(made.what) && !this.#byName.has(name)) this.#byName.set(name, made);
  }

  #described(): void {
    const { cursor } = this;
    const string = this.string('description');
    if (string) this.describe(this.stringText(string));
    else cursor.resync(() => this.isBodySign());
  }

  #section(start: number): void {
    const title = this.string('title');
    const { lastEnd } = this.cursor;
    const at = title ?? { start: lastEnd, end: lastEnd };
    const name = title ? this.stringText(title) : '';
    this.open(name, at, { start, what: 'section', symbol: SymbolKind.String, token: 'string' });
    this.#declarations('a section');
    this.close();
  }

  #constants(start: number): void {
    const { cursor } = this;
    this.#declared({ start, what: 'constants', symbol: SymbolKind.Enum, token: 'enum' }, (constants) => {
      const type = cursor.kind() === Kind.name ? cursor.text() : '';
      if (type !== '' && !RESERVED.has(type.toLowerCase())) {
        const wrong = BUILT_IN.has(type) ? skateFindings.badConstantType(type) : skateFindings.unknownBuiltIn(type);
        if (!BUILT_IN.has(type) || type === 'capref') cursor.markToken(wrong);
        cursor.take();
      } else if (constants.name !== '') cursor.markError(syntaxFindings.expectedName('type of the constants'));
      this.#values.set(constants, type);
      this.#described();
      this.entries(
        'constants',
        () => {
          const from = cursor.start;
          const at = this.skateName('name of the constant');
          if (!at || !this.sign('=', 'behind the name')) return false;
          const value = type === 'string' ? this.string('value') : undefined;
          const text = value ? this.textOf(value) : type === 'string' ? undefined : this.number('value');
          return text !== undefined && this.#named('constant', from, at, text);
        },
        'constants',
      );
    });
  }

  #attribute(fact: Definition): boolean {
    const { cursor } = this;
    const start = cursor.start;
    const word = this.word();
    if (!Object.hasOwn(REFERENCES, word)) {
      const type = cursor.text();
      if (cursor.kind() !== Kind.name || RESERVED.has(word) || type.includes('_')) {
        this.skateName('type of the attribute');
        return false;
      }
      if (!BUILT_IN.has(type)) cursor.markToken(skateFindings.unknownBuiltIn(type));
      cursor.take();
      return this.#entry('attribute', start, type);
    }
    this.takeWord(word);
    const first = this.skateName(`name of the ${REFERENCES[word] ?? ''}`);
    if (!first) return false;
    let last = first;
    while (cursor.takeSign('.')) {
      const next = this.skateName('rest of the name');
      if (!next) return false;
      last = next;
    }
    const span = { start: first.start, end: last.end };
    const name = this.textOf(span).replaceAll(/\s+/g, '');
    const use = this.use(span, word === 'fact' ? 'struct' : 'enum', [REFERENCES[word] ?? ''], name);
    this.#types.push({ use, word, fact });
    return this.#entry('attribute', start, `${word} ${use.name}`);
  }

  #flag(): boolean {
    const { start } = this.cursor;
    const bit = this.number('bit');
    return bit !== undefined && this.#entry('flag', start, bit);
  }

  #entry(what: string, start: number, value: string): boolean {
    const at = this.skateName(`name of the ${what}`);
    return at !== undefined && this.#named(what, start, at, value);
  }

  /** What every entry ends with: its description. */
  #named(what: string, start: number, at: Span, value: string): boolean {
    const isAttribute = what === 'attribute';
    const symbol = isAttribute ? SymbolKind.Field : SymbolKind.EnumMember;
    const token = isAttribute ? 'property' : 'enumMember';
    const made = this.open(this.textOf(at), at, { start, what, symbol, token });
    this.#values.set(made, value);
    const string = this.string('description');
    const good = string !== undefined && this.sign(';', `behind the ${what}`);
    const about = string ? this.stringText(string) : '';
    this.close({ about, detail: [value, about].filter((each) => each !== '').join(' · ') });
    return good;
  }
}
