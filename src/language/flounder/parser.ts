/*
 * file        = interface | declaration* .
 * interface   = "interface" name [string] "{" declaration* "}" ";" .
 * declaration = alias | typedef | message .
 *
 * Types stand before messages. Read from tools/flounder/Parser.hs. The productions of types and messages are in
 * type-parser.ts and message-parser.ts.
 */
import { Kind } from '../scanner.ts';
import type { Span } from '../source-text.ts';
import { MessageParser } from './message-parser.ts';
import type { FlounderTree, InterfaceHead, Name } from './syntax.ts';

/** `included`: whether the build includes the file in every interface, so that no interface is expected in it. */
export function parseFlounder(text: string, included: boolean): FlounderTree {
  return new Parser(text).file(included);
}

/** A string as Haskell reads it; \ escapes are checked as far as they are likely. */
const STRING = /^"(?:[^"\\\u0000-\u001a]|\\(?:["'\\&abfnrtv]|[0-9]+|x[0-9a-fA-F]+|o[0-7]+|\^[@-_]|[A-Z][A-Z0-9]+))*"$/;

class Parser extends MessageParser {
  file(included: boolean): FlounderTree {
    const startsWithType = this.isWord('alias') || this.isWord('typedef');
    const head = (included || startsWithType) && !this.isWord('interface') ? undefined : this.#interface();
    if (!head) this.#declarations(false);
    return { tokens: this.tokens, head, types: this.types, messages: this.messages, problems: this.findings };
  }

  #interface(): InterfaceHead {
    const start = this.start;
    let name: Name | undefined;
    let description: string | undefined;
    if (this.isWord('interface')) {
      this.take();
      name = this.name('the name of the interface');
      description = this.#description();
    } else {
      this.expected('an interface');
      this.resync(() => this.isSign('{') || this.startsDeclaration());
    }
    const open = this.start;
    let body: Span | undefined;
    if (this.expect('{') || this.startsDeclaration()) {
      this.#declarations(true);
      const closed = this.isSign('}');
      body = { start: open, end: closed ? this.start + 1 : this.lastEnd };
      if (this.expect('}')) {
        if (this.messages.length === 0)
          this.report('no-message', name ?? { start, end: open }, name?.text ?? 'This interface');
        this.expect(';');
        if (!this.atEnd) this.report('ignored-text', { start: this.start, end: this.tokens.text.length });
      }
    }
    return { start, end: this.lastEnd, name, description, body };
  }

  #description(): string | undefined {
    const span = this.span();
    const text = this.text();
    if (this.kind() === Kind.string) {
      this.take();
      if (!STRING.test(text)) this.report('string-malformed', span);
      return text.slice(1, -1);
    }
    if (this.kind() === Kind.bad && text.startsWith('"')) {
      this.mark();
      this.report('string-malformed', span);
      this.take();
    }
    return undefined;
  }

  /** Up to the brace that closes the interface, or to the end of the text. */
  #declarations(inInterface: boolean): void {
    while (!this.atEnd && !(this.isSign('}') && inInterface)) {
      const from = this.index;
      if (this.isWord('alias')) this.alias(inInterface);
      else if (this.isWord('typedef')) this.typedef(inInterface);
      else if (this.isMessage()) this.message(inInterface);
      else {
        this.#noDeclaration(inInterface);
        this.take();
        this.resync(() => this.isSign(';') || this.startsDeclaration() || (inInterface && this.isSign('}')));
        this.takeSign(';');
      }
      if (this.index === from) this.take();
    }
  }

  #noDeclaration(inInterface: boolean): void {
    if (!this.mark()) return;
    const words = inInterface ? ['message', 'rpc', 'typedef', 'alias'] : ['alias', 'typedef'];
    const found = this.text().slice(0, 40);
    const near = words.find((word) => isNear(found.toLowerCase(), word)) ?? '';
    this.report('no-declaration', this.span(), found, words.join(', '), near);
  }
}

/** One letter is missing, too many or wrong, or two are swapped. */
function isNear(found: string, word: string): boolean {
  if (Math.abs(found.length - word.length) > 1 || found.length < 2) return false;
  let head = 0;
  while (head < word.length && found[head] === word[head]) head++;
  let tail = 0;
  while (tail < word.length - head && found.at(-1 - tail) === word.at(-1 - tail)) tail++;
  const [left, right] = [found.slice(head, found.length - tail), word.slice(head, word.length - tail)];
  return left.length + right.length <= 2 || (left.length === 2 && right === `${left[1] ?? ''}${left[0] ?? ''}`);
}
