import { Kind } from '../scanner.ts';
import type { Span } from '../source-text.ts';
import { NAME } from './flounder-cursor.ts';
import type { Argument, BackendNote, MessageDeclaration, Name } from './syntax.ts';
import { TypeParser } from './type-parser.ts';

/*
 * message   = note* ("message" | "rpc") name "(" [argument ("," argument)*] ")" ";" .
 * argument  = ["in" | "out"] type name ["[" [name ","] number "]"] .
 * note      = "@" name "(" [parameter ("," parameter)*] ")" .
 * parameter = name "=" (number | name) .
 *
 * `in` and `out` are for every argument of an rpc and for no other; the maximum alone is for String.
 */
export class MessageParser extends TypeParser {
  message(inInterface: boolean): void {
    const { start } = this;
    const notes: BackendNote[] = [];
    while (this.isSign('@')) notes.push(this.#note());
    const span = this.span();
    const text = this.text();
    const form = text.toLowerCase() as MessageDeclaration['form'];
    let name: Name | undefined;
    let list: Span | undefined;
    let args: Argument[] = [];
    if (this.isMessage() && !this.isSign('@')) {
      this.take();
      name = this.name(`the name of the ${form}`);
      if (form === 'call' || form === 'response') this.report('old-message', span, form, name?.text ?? 'name');
      if (!inInterface && this.messages.length === 0) this.report('message-in-include', span);
      const open = this.start;
      if (this.expect('(')) {
        args = this.#arguments(form);
        const closed = this.expect(')');
        if (!closed) {
          this.resync(() => this.isSign(')') || this.isSign(';') || this.isSign('}') || this.startsDeclaration());
          this.takeSign(')');
        }
        list = { start: open, end: this.lastEnd };
      }
    } else this.expected('message or rpc');
    this.semicolon();
    this.messages.push({ start, end: this.lastEnd, form, keyword: span, name, notes, list, arguments: args });
  }

  #arguments(form: MessageDeclaration['form']): Argument[] {
    const args: Argument[] = [];
    if (this.isSign(')')) return args;
    do {
      const argument = this.#argument(form);
      if (argument) args.push(argument);
      if (!this.isSign(',') && !this.isSign(')')) {
        this.expected(', or )');
        this.resync(
          () =>
            this.isSign(',') || this.isSign(')') || this.isSign(';') || this.isSign('}') || this.startsDeclaration(),
        );
      }
    } while (this.takeSign(','));
    return args;
  }

  /**
   * Flounder tries an array first; then, when the type's name begins with an S, a string; then anything else. So `String`
   * takes no blank behind it, and no other type beginning with S can stand alone.
   */
  #argument(form: MessageDeclaration['form']): Argument | undefined {
    const { start } = this;
    const span = this.span();
    let direction: Argument['direction'];
    if (this.isWord('in') || this.isWord('out')) {
      direction = this.isWord('in') ? 'in' : 'out';
      if (form !== 'rpc' && this.mark()) this.report('direction-in-message', span, this.text());
      this.take();
    }
    const type = this.name(direction || form !== 'rpc' ? 'the type of an argument' : 'in or out');
    if (!type) return undefined;
    const glued =
      type.text.startsWith('String') && type.text !== 'String' && this.isSign('[') && this.kind(1) === Kind.number;
    if (glued) {
      const name = { start: type.start + 6, end: type.end, text: type.text.slice(6) };
      this.take();
      const maximum = this.number();
      this.expect(']');
      if (!NAME.test(name.text)) this.report('name-malformed', name, name.text);
      this.report('run-together', type, name.text);
      return {
        start,
        end: this.lastEnd,
        direction,
        type: { start: type.start, end: name.start, text: 'String' },
        name,
        length: undefined,
        maximum,
      };
    }
    const name = this.name('the name of the argument');
    if (form === 'rpc' && !direction) this.report('direction-missing', type, name?.text ?? type.text);
    let length: Name | undefined;
    let maximum: number | undefined;
    if (name && this.takeSign('[')) {
      if (this.kind() === Kind.number) {
        const size = this.text();
        maximum = this.number();
        if (type.text !== 'String')
          this.report('array-without-length', { start: type.start, end: name.end }, type.text, name.text, size);
      } else {
        length = this.name(type.text === 'String' ? 'the size of the buffer' : 'the name of the length');
        if (length && this.expect(',')) maximum = this.number();
      }
      this.expect(']');
    } else if (name && type.text === 'String')
      this.report('string-without-maximum', { start: type.start, end: name.end }, name.text);
    else if (name && type.text.startsWith('S')) this.report('type-begins-with-s', type, type.text);
    return { start, end: this.lastEnd, direction, type, name, length, maximum };
  }

  #note(): BackendNote {
    const { start } = this;
    const parameters: { name: Name; value: Name | undefined }[] = [];
    this.take();
    if (this.start !== start + 1) this.expected('the name of a backend, with no blank before it');
    const name = this.name('the name of a backend');
    if (this.expect('(') && !this.takeSign(')')) {
      do {
        const parameter = this.name('the name of a parameter');
        if (!parameter) break;
        let value: Name | undefined;
        if (this.expect('=')) {
          if (this.kind() === Kind.number) this.number();
          else value = this.name('a number, or the name of an argument');
        }
        parameters.push({ name: parameter, value });
      } while (this.takeSign(','));
      if (!this.expect(')')) {
        this.resync(() => this.isSign(')') || this.isSign(';') || this.startsDeclaration());
        this.takeSign(')');
      }
    }
    return { start, end: this.lastEnd, name, parameters };
  }
}
