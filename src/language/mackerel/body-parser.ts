import { Kind } from '../scanner.ts';
import type { Span } from '../source-text.ts';
import { DATA_ACCESS, FIELD_ACCESS, type Access } from './access.ts';
import type { BitOrder, Constants, DataType, Expression, Field, RegisterType, TypeReference, Value } from './syntax.ts';
import { Terminals } from './terminals.ts';

/** So deep may parentheses go. */
const MOST_DEPTH = 200;

interface Fields {
  readonly fields: readonly Field[];
  readonly body: Span;
}

/** The declarations that are blocks: constants, types, and the fields of registers. The grammar is in parser.ts. */
export class BodyParser extends Terminals {
  /** Leaves a declaration that can't be read: goes to the next one, or behind what looks like its end. */
  protected giveUp(): undefined {
    const { cursor } = this;
    let depth = 0;
    cursor.resync(() => {
      if (this.atBeginning) return true;
      if (cursor.isSign('{')) depth++;
      else if (cursor.isSign('}')) {
        if (depth === 0) return true;
        depth--;
      } else if (cursor.isSign(';')) return depth === 0;
      return false;
    });
    cursor.takeSign(';');
    return undefined;
  }

  /** The end of a declaration: its `;` when all was well up to here. */
  protected finish(sound: boolean, what: string): void {
    if (sound) {
      if (this.cursor.takeSign(';')) return;
      this.fail('sign-expected', `;\nat the end of the ${what}`);
      if (this.onNewLine() || this.atBeginning || this.cursor.isSign('}')) return;
    }
    this.giveUp();
  }

  protected accessOf(modes: ReadonlyMap<string, Access>): Access | undefined {
    if (this.cursor.kind !== Kind.name) return undefined;
    const access = modes.get(this.cursor.text) ?? modes.get(this.cursor.text.toLowerCase());
    if (access) this.cursor.advance();
    return access;
  }

  protected constants(): Constants | undefined {
    const { cursor } = this;
    const { start } = cursor;
    cursor.advance();
    const name = this.name('the name of the constants');
    if (!name) {
      this.giveUp();
      return undefined;
    }
    this.offer('width');
    const hasWidth = this.takeWord('width') && this.sign('(', 'with the width of the constants in bits');
    const width = hasWidth ? this.integer('the width of the constants in bits') : undefined;
    if (width) this.sign(')');
    const description = this.text('that describes the constants');
    const inside = this.#block(() => this.#value(), 'constants-empty');
    this.finish(inside !== undefined, 'constants');
    return {
      kind: 'constants',
      start,
      end: cursor.previousEnd,
      name,
      values: inside?.items ?? [],
      ...(inside && { body: inside.body }),
      ...(width && { width }),
      ...(description && { description }),
    };
  }

  protected regtype(): RegisterType | undefined {
    const { start } = this.cursor;
    this.cursor.advance();
    const name = this.name('the name of the register type');
    if (!name) {
      this.giveUp();
      return undefined;
    }
    const description = this.text('that describes the register type');
    const inside = this.fields();
    this.finish(inside !== undefined, 'register type');
    const head = { kind: 'regtype' as const, start, end: this.cursor.previousEnd, name };
    return { ...head, fields: [], ...inside, ...(description && { description }) };
  }

  protected datatype(order: () => BitOrder | undefined): DataType | undefined {
    const { start } = this.cursor;
    this.cursor.advance();
    const name = this.name('the name of the data type');
    if (!name) {
      this.giveUp();
      return undefined;
    }
    this.offer('order', 'word');
    const own = order();
    const word =
      own && this.sign('(', 'with the bits of a word; 0 is the whole') ? this.integer('the bits of a word') : undefined;
    if (word) this.sign(')');
    const description = this.text('that describes the data type');
    const inside = this.fields(true);
    this.finish(inside !== undefined, 'data type');
    return {
      kind: 'datatype',
      start,
      end: this.cursor.previousEnd,
      name,
      fields: [],
      ...inside,
      ...(own && { order: own }),
      ...(word && { word }),
      ...(description && { description }),
    };
  }

  protected fields(ofData = false): Fields | undefined {
    const inside = this.#block(() => this.#field(ofData), 'fields-empty');
    return inside && { fields: inside.items, body: inside.body };
  }

  /** Items between braces; undefined when there is no block at all. */
  #block<Item>(
    item: () => Item | undefined,
    empty: 'fields-empty' | 'constants-empty',
  ): { items: Item[]; body: Span } | undefined {
    const { cursor } = this;
    const open = cursor.start;
    if (!this.sign('{')) return undefined;
    const items: Item[] = [];
    while (!cursor.atEnd && !cursor.isSign('}') && !this.#atForeign()) {
      const before = cursor.index;
      const read = item();
      if (read) items.push(read);
      if (cursor.index === before) cursor.advance();
    }
    if (items.length === 0 && cursor.isSign('}')) this.fail(empty);
    const close = cursor.end;
    if (cursor.isSign('}')) cursor.advance();
    else {
      this.fail('block-open', cursor.text);
      return { items, body: { start: open, end: cursor.previousEnd } };
    }
    return { items, body: { start: open, end: close } };
  }

  /** A word that begins a declaration, and is no field or constant that somebody tries to call so. */
  #atForeign(): boolean {
    if (!this.atBeginning) return false;
    const { tokens, index } = this.cursor;
    const next = tokens.kind(index + 1);
    return next !== Kind.number && tokens.textOf(index + 1) !== '=';
  }

  #skipItem(): void {
    const { cursor } = this;
    cursor.resync(() => cursor.isSign(';') || cursor.isSign('}') || this.#atForeign());
    cursor.takeSign(';');
  }

  #field(ofData: boolean): Field | undefined {
    const { cursor } = this;
    const { start, end } = cursor;
    const anonymous = cursor.isWord('_');
    if (anonymous) cursor.advance();
    const name = anonymous ? { text: '_', start, end } : this.name('the name of a field, or _');
    const width = name && this.integer(`the width of ${name.text === '_' ? 'the field' : name.text} in bits`);
    if (!name || !width) {
      if (!name || !this.onNewLine()) this.#skipItem();
      const nothing = { width: undefined, access: undefined, type: undefined, description: undefined };
      return name && { start, end: name.end, name, ...nothing };
    }
    this.offer(ofData ? 'access-data' : 'access-field');
    const access = this.accessOf(ofData ? DATA_ACCESS : FIELD_ACCESS);
    this.offer('type', 'field');
    const type = this.isWord('type') ? this.typeLabel('type-field', false) : undefined;
    const open = this.atOpenText;
    const description = this.atText || open ? this.text('') : undefined;
    const closed = open || this.#endField(ofData);
    if (!closed) this.#skipItem();
    return { start, end: cursor.previousEnd, name, width, access, type, description };
  }

  #endField(ofData: boolean): boolean {
    const { cursor } = this;
    if (cursor.takeSign(';')) return true;
    const word = cursor.kind === Kind.name ? cursor.text.toLowerCase() : '';
    if (!this.onNewLine()) {
      if ((ofData ? DATA_ACCESS : FIELD_ACCESS).has(word)) this.fail('access-late', cursor.text);
      else if (FIELD_ACCESS.has(word)) this.fail('access-data', cursor.text);
      else if (this.isWord('type')) this.fail('type-late');
    }
    return this.semicolon('behind the field');
  }

  protected typeLabel(expectation: 'type-register' | 'type-field', orFields: boolean): TypeReference | undefined {
    const { start } = this.cursor;
    if (!this.takeWord('type')) {
      if (orFields) this.fail('format-expected');
      return undefined;
    }
    if (!this.sign('(', 'behind type')) return undefined;
    this.offer(expectation);
    const first = this.name('the name of a type');
    if (!first) return undefined;
    if (!this.cursor.takeSign('.')) {
      this.sign(')', 'behind the name of the type');
      return { start, end: this.cursor.previousEnd, name: first };
    }
    this.offer('type-member', `${expectation}:${first.text}`);
    const name = this.name(`the name of a type of ${first.text}`);
    if (name) this.sign(')', 'behind the name of the type');
    return { start, end: this.cursor.previousEnd, device: first, ...(name && { name }) };
  }

  #value(): Value | undefined {
    const { cursor } = this;
    const { start } = cursor;
    const name = this.name('the name of a constant');
    if (!name || !this.sign('=', `behind ${name.text}`)) {
      if (!name || !this.onNewLine()) this.#skipItem();
      return name && { start, end: name.end, name };
    }
    const expression = this.#expression(0);
    const open = this.atOpenText;
    const description = this.atText || (open && expression) ? this.text('') : undefined;
    if (!expression || !(open || this.semicolon('behind the constant'))) this.#skipItem();
    return {
      start,
      end: cursor.previousEnd,
      name,
      ...(expression && { expression }),
      ...(description && { description }),
    };
  }

  #expression(depth: number): Expression | undefined {
    return this.#operations(['+', '-'], () => this.#operations(['*', '/'], () => this.#factor(depth)));
  }

  #operations(signs: readonly string[], operand: () => Expression | undefined): Expression | undefined {
    const { cursor } = this;
    let left = operand();
    while (left && signs.some((sign) => cursor.isSign(sign))) {
      const sign = cursor.text;
      // The compiler takes signs that follow each other without a space for one.
      if (/[:!#$%&*+./<=>?@\\^|~-]/.test(cursor.tokens.text.charAt(cursor.end))) {
        this.fail('operator-joined', sign);
        return undefined;
      }
      cursor.advance();
      const right = operand();
      const value = right && calculated(sign, left.value, right.value);
      left = right && { start: left.start, end: right.end, ...(value !== undefined && { value }) };
    }
    return left;
  }

  #factor(depth: number): Expression | undefined {
    const { cursor } = this;
    const { start } = cursor;
    if (depth > MOST_DEPTH) {
      this.fail('too-deep');
      return undefined;
    }
    if (cursor.takeSign('(')) {
      const inner = this.#expression(depth + 1);
      if (!inner || !this.sign(')')) return undefined;
      return { ...inner, start, end: cursor.previousEnd };
    }
    if (this.atName) {
      cursor.advance();
      return { start, end: cursor.previousEnd };
    }
    const read = this.bigInteger('the value of the constant');
    return read && { start, end: read.end, literal: read.value, value: read.value };
  }
}

function calculated(sign: string, left?: bigint, right?: bigint): bigint | undefined {
  if (left === undefined || right === undefined) return undefined;
  if (sign === '+') return left + right;
  if (sign === '-') return left - right;
  if (sign === '*') return BigInt.asIntN(4096, left * right);
  return right === 0n ? undefined : left / right;
}
