import { Kind } from '../scanner.ts';
import { REGISTER_ACCESS } from './access.ts';
import { BodyParser } from './body-parser.ts';
import type { ArraySpec, BuiltinSpace, Name, Place, Register } from './syntax.ts';

/** The declarations of registers. The grammar is in parser.ts. */
export class RegisterParser extends BodyParser {
  protected builtin(): BuiltinSpace | undefined {
    if (this.takeWord('addr')) return 'addr';
    if (this.takeWord('io')) return 'io';
    return this.takeWord('pci') ? 'pci' : undefined;
  }

  protected register(kind: 'register' | 'regarray'): Register | undefined {
    const { cursor } = this;
    const { start } = cursor;
    cursor.advance();
    const name = this.name(kind === 'register' ? 'the name of the register' : 'the name of the registers');
    if (!name) {
      this.giveUp();
      return undefined;
    }
    this.offer('access-register');
    const access = this.accessOf(REGISTER_ACCESS);
    this.offer('also');
    const also = this.takeWord('also');
    const place = this.#place();
    const array = place && kind === 'regarray' ? this.#array() : undefined;
    const sound = place !== undefined && (kind === 'register' || array !== undefined);
    const rest = sound ? this.#format() : {};
    this.finish(rest.fields !== undefined || rest.type !== undefined, kind);
    return {
      kind,
      start,
      end: cursor.previousEnd,
      name,
      also,
      ...(access && { access }),
      ...(place && { place }),
      ...(array && { array }),
      ...rest,
    };
  }

  #format(): Pick<Register, 'description' | 'fields' | 'body' | 'type'> {
    const open = this.atOpenText;
    const description = this.atText || open ? this.text('') : undefined;
    const rest = description && { description };
    this.offer('type', 'register');
    if (this.cursor.isSign('{')) return { ...rest, ...this.fields() };
    if (open && !this.isWord('type')) return {}; // it stands in the open text
    const access = this.#misplacedAccess();
    const type = access ? undefined : this.typeLabel('type-register', true);
    return { ...rest, ...(type && { type }) };
  }

  #misplacedAccess(): boolean {
    const word = this.cursor.kind === Kind.name ? REGISTER_ACCESS.get(this.cursor.text.toLowerCase()) : undefined;
    if (word || this.isWord('also')) this.fail('access-late', this.cursor.text);
    return word !== undefined || this.isWord('also');
  }

  #place(): Place | undefined {
    const { start } = this.cursor;
    this.offer('place');
    if (this.takeWord('noaddr')) return { start, end: this.cursor.previousEnd, builtin: false };
    const end = this.cursor.end;
    const builtin = this.builtin();
    if (builtin) return this.#builtinPlace({ text: builtin, start, end });
    if (!this.atName) {
      this.fail('place-expected');
      return undefined;
    }
    const space = this.name('');
    if (!space || !this.sign('(', `behind the space ${space.text}`)) return undefined;
    this.offer('base', 'registers');
    const base = this.#baseName();
    const offset = base ? undefined : this.integer(`the address in ${space.text}`);
    if ((!base && !offset) || !this.sign(')')) return undefined;
    const found = { ...(base && { base }), ...(offset && { offset }) };
    return { start, end: this.cursor.previousEnd, builtin: false, space, ...found };
  }

  #baseName(): Name | undefined {
    return this.atName ? this.name('') : undefined;
  }

  #builtinPlace(space: Name): Place | undefined {
    if (!this.sign('(', `behind ${space.text}`)) return undefined;
    this.offer('base', space.text);
    const base = this.name('an argument of the device');
    if (!base || !this.sign(',', `between ${base.text} and the offset`)) return undefined;
    const offset = this.integer(`the offset from ${base.text}`);
    if (!offset || !this.sign(')')) return undefined;
    return { start: space.start, end: this.cursor.previousEnd, builtin: true, space, base, offset };
  }

  #array(): ArraySpec | undefined {
    const { cursor } = this;
    const { start } = cursor;
    if (!this.sign('[', 'in front of the number of registers')) return undefined;
    const first = this.integer('the number of registers');
    if (!first) return undefined;
    const offsets = [first.value];
    let step = 0;
    if (cursor.takeSign(';')) {
      const read = this.integer('the bytes from one register to the next');
      if (!read) return undefined;
      step = read.value;
    } else {
      while (cursor.takeSign(',')) {
        const offset = this.integer('the offset of the next register');
        if (!offset) return undefined;
        offsets.push(offset.value);
      }
    }
    if (!this.sign(']', 'behind the number of registers')) return undefined;
    const span = { start, end: cursor.previousEnd };
    if (offsets.length > 1) return { ...span, by: 'list', offsets };
    return { ...span, by: 'step', count: first.value, step };
  }
}
