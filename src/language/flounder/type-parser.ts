import { Kind } from '../scanner.ts';
import { FlounderCursor } from './flounder-cursor.ts';
import type { Field, Name, TypeDeclaration } from './syntax.ts';

type Draft = { -readonly [Key in keyof TypeDeclaration]: TypeDeclaration[Key] };

/*
 * alias   = "alias" name type ";" .
 * typedef = "typedef" body ";" .
 * body    = "struct" "{" field+ "}" name | "enum" "{" name ("," name)* "}" name | type name ["[" integer "]"] .
 * field   = type name ";" .
 */
export class TypeParser extends FlounderCursor {
  alias(inInterface: boolean): void {
    const draft = this.draft('builtin alias', inInterface);
    draft.name = this.name('the new name');
    if (draft.name) draft.of = this.name('the built-in type that it stands for');
    this.finish(draft);
  }

  typedef(inInterface: boolean): void {
    const draft = this.draft('alias', inInterface);
    const braced = this.isSign('{', 1) || this.isSign('{', 2);
    if (braced && (this.isWord('struct') || this.isWord('enum'))) {
      const form = this.isWord('struct') ? 'struct' : 'enum';
      draft.form = form;
      this.take();
      const early = this.kind() === Kind.name ? this.name('{') : undefined;
      if (early) this.report('name-first', early, form, early.text);
      const open = this.start;
      this.take();
      if (form === 'struct') draft.fields = this.fields(open);
      else draft.constants = this.constants();
      if (this.expect('}')) {
        draft.body = { start: open, end: this.lastEnd };
        draft.name = early && !(this.kind() === Kind.name) ? early : this.name(`the name of the ${form}`);
      } else draft.body = { start: open, end: this.lastEnd };
    } else {
      draft.of = this.name('a type');
      if (draft.of) draft.name = this.name('the name of the new type');
      if (draft.name && this.takeSign('[')) {
        draft.form = 'array';
        const sign = this.isSign('-') || this.isSign('+') ? this.text() : '';
        if (sign) this.take();
        const size = this.number();
        draft.length = size === undefined ? undefined : sign === '-' ? -size : size;
        this.expect(']');
      }
    }
    this.finish(draft);
  }

  draft(form: TypeDeclaration['form'], inInterface: boolean): Draft {
    const { start } = this;
    const span = this.span();
    if (inInterface && this.messages.length > 0) this.report('type-after-message', span);
    this.take();
    const none = { name: undefined, of: undefined, length: undefined, body: undefined, fields: [], constants: [] };
    return { start, end: start, form, keyword: span, ...none };
  }

  finish(draft: Draft): void {
    this.semicolon();
    draft.end = this.lastEnd;
    this.types.push(draft);
  }

  fields(open: number): Field[] {
    const fields: Field[] = [];
    while (!this.atEnd && !this.isSign('}') && !this.startsDeclaration()) {
      const type = this.name('a field, or }');
      const name = type && this.name('the name of the field');
      if (type && name && this.isSign('[')) {
        if (this.mark()) this.report('array-in-struct', { start: type.start, end: name.end }, type.text, name.text);
        this.resync(() => this.isSign(']') || this.endsField());
        this.takeSign(']');
      }
      this.endField();
      if (type) fields.push({ start: type.start, end: this.lastEnd, type, name });
    }
    if (fields.length === 0 && this.isSign('}')) this.report('struct-empty', { start: open, end: this.start + 1 });
    return fields;
  }

  endsField(): boolean {
    return this.isSign(';') || this.isSign('}') || this.startsDeclaration();
  }

  endField(): void {
    if (this.expect(';')) return;
    // Where only the semicolon is missing, the next field begins in another line.
    if (this.kind() === Kind.name && this.lineBreak()) return;
    this.resync(() => this.endsField());
    this.takeSign(';');
  }

  constants(): Name[] {
    const constants: Name[] = [];
    do {
      const name = this.name('the name of a constant');
      if (name) constants.push(name);
      if (name && this.isSign('=')) {
        if (this.mark()) this.report('constant-with-value', this.span());
        this.resync(() => this.isSign(',') || this.endsField());
      } else if (!this.isSign(',') && !this.isSign('}')) {
        this.expected(', or }');
        this.resync(() => this.isSign(',') || this.endsField());
      }
    } while (this.takeSign(','));
    return constants;
  }
}
