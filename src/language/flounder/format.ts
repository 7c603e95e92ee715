import type { FormattingOptions, TextEdit } from 'vscode-languageserver-types';
import type { Comment, Tokens } from '../scanner.ts';
import type { SourceText, Span } from '../source-text.ts';
import type { FlounderFile } from './scope.ts';

/**
 * Indents by braces and puts one blank where one belongs. Where lines end is the writer's choice in lists of arguments and
 * constants; elsewhere a declaration, a field and a brace have lines of their own. Only white space changes.
 */
export function format({ tree, source }: FlounderFile, options: FormattingOptions, span?: Span): TextEdit[] {
  if (tree.problems.some(({ severity }) => severity === 'error')) return [];
  const edits = new Formatter(source, tree.tokens, options).run();
  const wanted = span ? edits.filter(({ start, end }) => start <= span.end && end >= span.start) : edits;
  return wanted.map((edit) => ({ range: source.range(edit), newText: edit.text }));
}

interface Item extends Span {
  readonly text: string;
  readonly comment?: Comment;
}

interface Edit extends Span {
  readonly text: string;
}

interface Bracket {
  readonly sign: string;
  /** Closed in the line that it was opened in. */
  readonly inline: boolean;
  /** Where its first item goes, of a parenthesis; elsewhere how deep its content is indented. */
  readonly column: number;
}

class Formatter {
  readonly #source: SourceText;
  readonly #items: readonly Item[];
  readonly #options: FormattingOptions;
  readonly #eol: string;
  readonly #open: Bracket[] = [];
  readonly #edits: Edit[] = [];
  /** Of what is put out. */
  #column = 0;

  constructor(source: SourceText, tokens: Tokens, options: FormattingOptions) {
    this.#source = source;
    this.#items = itemsOf(tokens);
    this.#options = options;
    this.#eol = source.text.includes('\r\n') ? '\r\n' : '\n';
  }

  run(): Edit[] {
    let end = 0;
    for (const [index, item] of this.#items.entries()) {
      const before = this.#items[index - 1];
      const closed = /^[})\]]$/.test(item.text) ? this.#open.pop() : undefined;
      const gap = this.#source.text.slice(end, item.start);
      const white = before ? this.#between(before, item, gap, closed?.inline === true) : '';
      if (white !== gap) this.#edits.push({ start: end, end: item.start, text: white });
      const old = this.#source.positionAt(item.start).character;
      this.#advance(white);
      if (item.comment?.block) this.#shift(item, this.#column - old);
      this.#advance(item.text);
      if (item.text === '{' || item.text === '(' || item.text === '[') this.#open.push(this.#bracket(index));
      end = item.end;
    }
    const rest = this.#source.text.slice(end);
    if (this.#items.length > 0 && rest !== this.#eol)
      this.#edits.push({ start: end, end: end + rest.length, text: this.#eol });
    return this.#edits;
  }

  #between(before: Item, item: Item, gap: string, inline: boolean): string {
    const breaks = gap.split(/\r\n?|\n/).length - 1;
    if (item.comment && breaks === 0) return gap === '' ? ' ' : gap;
    const first = before.text === '{' && !item.comment?.block;
    const lines = (least: number): string =>
      this.#lines(first || item.text === '}' ? 1 : Math.max(least, Math.min(breaks, 2)));
    const endsLine = item.text === '}' && !inline;
    if (before.comment && (!before.comment.block || breaks > 0 || endsLine)) return lines(1);
    if (item.comment) return lines(1);
    const inside = this.#open.at(-1);
    if (before.text === ';' || (before.text === '{' && inside?.inline === false)) return lines(1);
    if (item.text === '}') return endsLine ? lines(1) : ' ';
    if (
      breaks > 0 &&
      (before.text === ',' || before.text === '(' || before.text === ')') &&
      !/^[;,)\]]$/.test(item.text)
    ) {
      return this.#lines(1);
    }
    if (/^[;,)\]([=]$/.test(item.text) && !(before.text === '}' && item.text === '(')) return '';
    return /^[([@=+-]$/.test(before.text) ? '' : ' ';
  }

  #lines(count: number): string {
    const inside = this.#open.at(-1);
    const column = inside?.column ?? 0;
    if (inside?.sign === '(' || inside?.sign === '[') return this.#eol.repeat(count) + ' '.repeat(column);
    const { insertSpaces, tabSize } = this.#options;
    return this.#eol.repeat(count) + (insertSpaces ? ' '.repeat(column * tabSize) : '\t'.repeat(column));
  }

  #bracket(index: number): Bracket {
    const sign = this.#items[index]?.text ?? '';
    if (sign !== '{') {
      const next = this.#items[index + 1];
      const item = this.#items[index];
      const breaks = next && item && /[\r\n]/.test(this.#source.text.slice(item.end, next.start));
      const depth = this.#open.filter((each) => each.sign === '{').length;
      return { sign, inline: false, column: breaks ? (depth + 1) * this.#options.tabSize : this.#column };
    }
    const inline = this.#items[index - 1]?.text.toLowerCase() === 'enum' && this.#endsInLine(index);
    return { sign, inline, column: this.#open.filter((each) => each.sign === '{').length + 1 };
  }

  /** Whether an enumeration stands in one line. */
  #endsInLine(index: number): boolean {
    let at = index + 1;
    while (at < this.#items.length && this.#items[at]?.text !== '}') at++;
    const span = { start: this.#items[index]?.start ?? 0, end: this.#items[at]?.end ?? 0 };
    return !/[\r\n]/.test(this.#source.slice(span));
  }

  #advance(text: string): void {
    const line = Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r'));
    this.#column = line < 0 ? this.#column + text.length : text.length - line - 1;
  }

  /** The lines of a comment go where its first one goes; not where tabs make it unclear how far that is. */
  #shift({ start, text }: Item, by: number): void {
    if (by === 0 || text.includes('\t')) return;
    for (const match of text.matchAll(/(?:\r\n?|\n)( *)/g)) {
      const spaces = match[1]?.length ?? 0;
      const from = start + match.index + match[0].length - spaces;
      const to = Math.max(0, spaces + by);
      if (to !== spaces) this.#edits.push({ start: from, end: from + spaces, text: ' '.repeat(to) });
    }
  }
}

function itemsOf(tokens: Tokens): Item[] {
  const items: Item[] = [];
  let next = 0;
  const take = (before: number): void => {
    for (let comment = tokens.comments[next]; comment && comment.start < before; comment = tokens.comments[next]) {
      items.push({
        start: comment.start,
        end: comment.end,
        text: tokens.text.slice(comment.start, comment.end),
        comment,
      });
      next++;
    }
  };
  for (let index = 0; index < tokens.count - 1; index++) {
    take(tokens.start(index));
    items.push({ start: tokens.start(index), end: tokens.end(index), text: tokens.textOf(index) });
  }
  take(Infinity);
  return items;
}
