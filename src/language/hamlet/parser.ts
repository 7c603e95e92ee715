import { SymbolKind } from 'vscode-languageserver-types';
import { JAVA_LEXICON } from '../group-parser.ts';
import type { Definition, Use } from '../outline.ts';
import { OutlineBuilder } from '../outline-builder.ts';
import { Kind } from '../scanner.ts';
import { syntaxFindings } from '../syntax-findings.ts';
import { hamletFindings } from './findings.ts';
import { fieldsOf, inherited, type Capability, type HamletTree } from './syntax.ts';
import { typeInC } from './words.ts';

/*
 * Hamlet (tools/hamlet/Parser.hs). Words may be of any case; what follows the last capability is passed over.
 *
 *   file    = { define } { cap }
 *   define  = "define" name number ";"
 *   cap     = "cap" name ( copy | [ "from" CAP ] [ "from_self" ] ) [ "abstract" ] [ "inherit" CAP ] [ body ] ";"
 *   copy    = "is_always_copy" | "is_never_copy"
 *   body    = "{" [ "can_retype_multiple" ";" ] { item } "}"           May be left out behind "inherit" only.
 *   item    = ( "address" | "size" | "size_bits" ) ( field | "{" value "}" ";" ) | [ "eq" ] field
 *   field   = ( string | name ) name ";"
 *   value   = [ "mem_to_phys" | "get_address" ] "(" sum ")" | sum      The functions in an address only.
 *   sum     = name [ "+" name ]
 *
 * CAP is the name of an earlier capability, in any case. One address, one size at most; no size without an address.
 */
const RESERVED = new Set(['is_always_copy', 'is_never_copy', 'from', 'can_retype_multiple']);
const SIZES = new Set(['size', 'size_bits']);

type Growing = { -readonly [Key in keyof Capability]: Capability[Key] } & { readonly types: Map<Definition, string> };

export function parseHamlet(text: string): HamletTree {
  return new HamletParser(text).file();
}

class HamletParser extends OutlineBuilder {
  readonly #capabilities = new Map<Definition, Capability>();
  /** By name in small letters; of two of one name the later one. */
  readonly #known = new Map<string, Growing>();
  readonly #constants = new Map<Definition, string>();
  readonly #constantNames = new Map<string, Definition>();
  #nextNumber = 0;

  constructor(text: string) {
    super(text, JAVA_LEXICON, false);
  }

  file(): HamletTree {
    const { cursor } = this;
    let stop: number | undefined;
    while (this.word() === 'define') this.#define();
    if (this.word() !== 'cap' && !cursor.atEnd) {
      stop = cursor.start;
      cursor.markToken(hamletFindings.expectedCap());
      cursor.resync(() => this.#isCap());
    }
    while (!cursor.atEnd) {
      if (this.word() === 'cap') {
        this.#cap();
        continue;
      }
      if (stop === undefined) cursor.markToken(hamletFindings.ignoredText(this.word()));
      stop ??= cursor.start;
      if (this.word() === 'define') this.#define();
      else cursor.resync(() => this.#isCap() || this.word() === 'define');
    }
    const outline = this.outline();
    const end = stop ?? cursor.tokens.text.length;
    const findings = outline.findings.filter(({ start }) => start <= end);
    return { ...outline, findings, capabilities: this.#capabilities, constants: this.#constants };
  }

  #define(): void {
    const { cursor } = this;
    const start = cursor.start;
    this.takeWord('define');
    const at = this.name('name of the constant', RESERVED);
    if (at) {
      const made = this.open(this.textOf(at), at, {
        start,
        what: 'constant',
        symbol: SymbolKind.Constant,
        token: 'enumMember',
      });
      const sign = cursor.takeSign('-') ?? cursor.takeSign('+');
      const isNumber = cursor.kind() === Kind.number;
      const value = isNumber ? this.textOf({ start: sign?.start ?? cursor.start, end: cursor.span().end }) : '';
      if (isNumber) cursor.take();
      else cursor.markError(hamletFindings.expectedNumber());
      if (isNumber) this.#semicolon('behind the constant');
      this.close({ detail: value });
      this.#constants.set(made, value);
      this.#constantNames.set(made.name, made);
    }
    if (this.#isBehindSemicolon()) return;
    cursor.resync(() => cursor.isSign(';') || this.#isCap() || this.word() === 'define');
    cursor.takeSign(';');
  }

  #cap(): void {
    const { cursor } = this;
    const start = cursor.start;
    this.takeWord('cap');
    const at = this.name('name of the capability', RESERVED);
    if (!at) {
      cursor.resync(() => this.#isCap());
      return;
    }
    const name = this.textOf(at);
    const definition = this.open(name, at, { start, what: 'capability', symbol: SymbolKind.Struct, token: 'struct' });
    const always = this.takeWord('is_always_copy');
    const never = always ? undefined : this.takeWord('is_never_copy');
    const copies = always ? 'always' : never ? 'never' : undefined;
    if (copies && (this.word() === 'from' || this.word() === 'from_self')) {
      cursor.markToken(hamletFindings.fromAfterCopy());
    }
    const from = this.#ancestor('from');
    const fromSelf = this.takeWord('from_self') !== undefined;
    const abstract = this.takeWord('abstract') !== undefined;
    const parent = this.#ancestor('inherit');
    if (from?.found?.abstract && !abstract) {
      cursor.findings.push({ ...from.at, ...hamletFindings.abstractSource(from.found.definition.name) });
    }
    const capability: Growing = {
      definition,
      copies,
      from: from?.found,
      fromSelf,
      abstract,
      parent: parent?.found,
      multiple: parent?.found?.multiple ?? false,
      address: undefined,
      size: undefined,
      types: new Map(),
      number: abstract ? undefined : this.#nextNumber++,
    };
    this.#capabilities.set(definition, capability);
    if (cursor.isSign('{')) this.#body(capability);
    else if (!parent) cursor.markError(hamletFindings.expectedBody());
    if (!this.#semicolon('at the end of the capability')) {
      cursor.resync(() => cursor.isSign(';') || cursor.isSign('{') || this.#isCap());
      // The body behind a damaged head.
      if (cursor.isSign('{')) this.#body(capability);
      cursor.takeSign(';');
    }
    this.close({ detail: headOf(capability) });
    this.#known.set(name.toLowerCase(), capability);
  }

  #ancestor(word: 'from' | 'inherit'): { readonly at: Use; readonly found: Growing | undefined } | undefined {
    const { cursor } = this;
    if (!this.takeWord(word)) return undefined;
    if (cursor.kind() !== Kind.name || this.#isCap()) {
      cursor.markError(syntaxFindings.expectedName('name of an earlier capability'));
      return undefined;
    }
    const found = this.#known.get(this.word());
    if (!found) cursor.markToken(hamletFindings.unknownCap(cursor.text(), word));
    const at = this.use(cursor.take(), 'struct', ['capability']);
    at.to = found?.definition;
    return { at, found };
  }

  #body(capability: Growing): void {
    const { cursor } = this;
    cursor.takeSign('{');
    if (this.takeWord('can_retype_multiple')) {
      capability.multiple = true;
      this.#semicolon('behind “can_retype_multiple”');
    }
    const sums: Use[] = [];
    while (!cursor.atEnd && !cursor.isSign('}') && !this.#isCap()) {
      const from = cursor.index;
      this.#item(capability, sums);
      if (cursor.index === from) cursor.take();
    }
    if (!cursor.takeSign('}')) cursor.markError(syntaxFindings.expectedSign('};', 'at the end of the capability'));
    this.#resolve(capability, sums);
  }

  #item(capability: Growing, sums: Use[]): void {
    const { cursor } = this;
    const word = this.word();
    const isSize = SIZES.has(word);
    let good: boolean;
    if (word === 'address' || isSize) {
      const span = cursor.span();
      const key = isSize ? 'size' : 'address';
      this.takeWord(word);
      if (capability[key] !== undefined) {
        cursor.findings.push({ ...span, ...(isSize ? hamletFindings.twoSizes() : hamletFindings.twoAddresses()) });
      } else if (isSize && inherited(capability, 'address') === undefined) {
        cursor.findings.push({ ...span, ...hamletFindings.sizeWithoutAddress() });
      }
      const start = cursor.start;
      good = cursor.isSign('{') ? this.#value(!isSize, sums) : this.#field(capability);
      const written = this.textOf({ start, end: cursor.lastEnd }).replace(/^\{?\s*|\s*\}?\s*;?$/g, '');
      const value = cursor.tokens.text[start] === '{' ? written : (capability.definition.inside.at(-1)?.name ?? '');
      capability[key] ??= word === 'size_bits' ? `2^${value}` : value;
    } else if (word === 'can_retype_multiple') {
      cursor.markToken(hamletFindings.lateMultiple());
      this.takeWord(word);
      good = false;
    } else {
      this.takeWord('eq');
      good = this.#field(capability);
    }
    if (!good) {
      cursor.resync(() => cursor.isSign(';') || cursor.isSign('}') || this.#isCap());
      cursor.takeSign(';');
    }
  }

  #field(capability: Growing): boolean {
    const { cursor } = this;
    const start = cursor.start;
    const written = cursor.text();
    let type = typeInC(written);
    if (cursor.kind() === Kind.string) type = `${this.stringText(cursor.take())} *`;
    else if (cursor.kind() !== Kind.name) {
      cursor.markError(hamletFindings.expectedField());
      return false;
    } else if (!this.name('type of the field', RESERVED)) return false;
    const at = this.name('name of the field', RESERVED);
    if (!at) return false;
    const made = this.open(this.textOf(at), at, {
      start,
      what: 'field',
      symbol: SymbolKind.Field,
      token: 'property',
      detail: type,
    });
    capability.types.set(made, type);
    const good = this.#semicolon('behind the field');
    this.close();
    return good;
  }

  #value(isAddress: boolean, sums: Use[]): boolean {
    const { cursor } = this;
    cursor.takeSign('{');
    const call = isAddress ? (this.takeWord('mem_to_phys') ?? this.takeWord('get_address')) : undefined;
    if (call && !this.sign('(', 'behind the function')) return false;
    do {
      const at = this.name('name of a field or a constant', RESERVED);
      if (!at) return false;
      sums.push(this.use(at, 'property', ['field', 'constant']));
    } while (cursor.tokens.textOf(cursor.index - 2) !== '+' && cursor.takeSign('+'));
    if (call && !this.sign(')', 'behind the function’s argument')) return false;
    return this.sign('}', 'behind the value') && this.#semicolon('behind the value');
  }

  /** Names in values are known when all of the fields are. */
  #resolve(capability: Growing, sums: readonly Use[]): void {
    const fields = new Map(fieldsOf(capability).map((field) => [field.name, field]));
    for (const sum of sums) {
      // A constant goes before a field (lookupName in tools/hamlet/HamletBackend.lhs).
      sum.to = this.#constantNames.get(sum.name) ?? fields.get(sum.name);
      if (sum.to || capability.abstract) continue;
      this.cursor.findings.push({ start: sum.start, end: sum.end, ...hamletFindings.unknownName(sum.name) });
    }
  }

  #semicolon(where: string): boolean {
    return this.sign(';', where);
  }

  #isBehindSemicolon(): boolean {
    const { cursor } = this;
    return cursor.tokens.text[cursor.lastEnd - 1] === ';';
  }

  /** `cap` may be the name of a field, too. */
  #isCap(): boolean {
    const { cursor } = this;
    return this.word() === 'cap' && cursor.kind(1) === Kind.name && !cursor.isSign(';', 2);
  }
}

function headOf({ from, fromSelf, abstract, parent }: Capability): string {
  return [
    from ? `from ${from.definition.name}` : '',
    fromSelf ? 'from itself' : '',
    abstract ? 'abstract' : '',
    parent ? `inherits ${parent.definition.name}` : '',
  ]
    .filter((each) => each !== '')
    .join(' · ');
}
