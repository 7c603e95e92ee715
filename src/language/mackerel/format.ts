import type { FormattingOptions, TextEdit } from 'vscode-languageserver-types';
import { Kind, type Tokens } from '../scanner.ts';
import type { Span } from '../source-text.ts';
import { alignmentsIn } from './format-columns.ts';
import type { MackerelFile } from './reading.ts';

/** A word or a comment. */
interface Item extends Span {
  readonly text: string;
  readonly comment: 'none' | 'line' | 'block';
  /** Of a word: its number. */
  readonly token: number;
}

/**
 * Only what is between words and comments changes, so that neither can be lost. One declaration, field or constant in a
 * line; fields and constants in columns; line breaks inside of a declaration's head stay, and so does one empty line.
 * What the compiler doesn't read, behind the device, is left as it is; so is all of a file that has syntax errors.
 */
export function format({ tree, source }: MackerelFile, options: FormattingOptions, span?: Span): readonly TextEdit[] {
  const { device, tokens } = tree;
  if (tree.findings.length > 0 || !device) return [];
  const items = itemsOf(tokens, device.end);
  const printer = new Printer(tokens, options, alignmentsIn(tree));
  const edits: TextEdit[] = [];
  let previous: Item | undefined;
  for (const [index, item] of items.entries()) {
    const gap = { start: previous?.end ?? 0, end: item.start };
    const before = source.slice(gap);
    const after = printer.gap(previous, item, before, items[index + 1]);
    const outside = span && (gap.end < span.start || gap.start > span.end);
    if (after !== before && !outside) edits.push({ range: source.range(gap), newText: after });
    previous = item;
  }
  return edits;
}

function itemsOf(tokens: Tokens, end: number): Item[] {
  const items: Item[] = [];
  let comment = 0;
  for (let token = 0; token < tokens.count; token++) {
    const start = tokens.start(token);
    for (
      let next = tokens.comments[comment];
      next && next.start < Math.min(start, end);
      next = tokens.comments[++comment]
    ) {
      items.push({ start: next.start, end: next.end, text: '', comment: next.block ? 'block' : 'line', token: -1 });
    }
    if (tokens.kind(token) === Kind.end || start >= end) break;
    items.push({ start, end: tokens.end(token), text: tokens.textOf(token), comment: 'none', token });
  }
  return items;
}

const OPERATORS: ReadonlySet<string> = new Set(['+', '-', '*', '/']);
const OPENING: ReadonlySet<string> = new Set(['(', '[']);
const CLOSING: ReadonlySet<string> = new Set([')', ']']);

class Printer {
  readonly #unit: string;
  readonly #newLine: string;
  readonly #columns: ReadonlyMap<number, number>;
  /** Of braces, and of parentheses and brackets. */
  #depth = 0;
  #inner = 0;
  #atStart = true;
  #device = false;
  #unary = false;

  constructor(tokens: Tokens, { insertSpaces, tabSize }: FormattingOptions, columns: ReadonlyMap<number, number>) {
    this.#unit = insertSpaces ? ' '.repeat(Math.max(1, Math.min(tabSize, 16))) : '\t';
    this.#newLine = tokens.text.includes('\r\n') ? '\r\n' : '\n';
    this.#columns = columns;
  }

  /** What stands between two items. They come in their order, each once. */
  gap(previous: Item | undefined, item: Item, before: string, next: Item | undefined): string {
    const breaks = before.split('\n').length - 1;
    const text = this.#gap(previous, item, before, Math.max(breaks, before.includes('\r') ? 1 : 0), next);
    if (item.comment === 'none') this.#pass(item, previous);
    return text;
  }

  #gap(previous: Item | undefined, item: Item, before: string, breaks: number, next: Item | undefined): string {
    if (!previous) return '';
    const closes = item.text === '}';
    if (item.comment !== 'none') {
      if (breaks === 0) return before === '' ? ' ' : before;
      // In front of a closing brace it still belongs to what is inside.
      return this.#break(previous.text === '{' ? 1 : breaks, this.#atStart ? 0 : 1);
    }
    if (this.#atStart) {
      const together = previous.comment === 'block' && breaks === 0;
      if (together && !closes) return ' ';
      return this.#break(closes || previous.text === '{' ? 1 : breaks, closes ? -1 : 0);
    }
    if (closes) return this.#break(1, -1);
    if (previous.comment === 'line') return this.#break(1, 1);
    if (breaks > 0 && !this.#joins(previous, item)) return this.#break(1, item.text === '{' ? 0 : 1);
    if (previous.comment === 'block' || next === undefined) return this.#space(previous, item);
    return this.#columns.has(item.token) ? ' '.repeat(this.#columns.get(item.token) ?? 1) : this.#space(previous, item);
  }

  #break(lines: number, more: number): string {
    return this.#newLine.repeat(Math.min(2, Math.max(1, lines))) + this.#unit.repeat(Math.max(0, this.#depth + more));
  }

  /** Signs that never begin a line. */
  #joins(previous: Item, { text }: Item): boolean {
    if (previous.comment !== 'none') return false;
    return text === ';' || text === ',' || CLOSING.has(text) || OPENING.has(previous.text) || this.#unary;
  }

  #space(previous: Item, { text }: Item): string {
    if (text === ';' || text === ',' || CLOSING.has(text) || text === '.') return '';
    if (OPENING.has(previous.text) || previous.text === '.' || this.#unary) return '';
    if (text === '(') {
      const isCall = /^[A-Za-z]/.test(previous.text) && !(this.#device && this.#depth === 0);
      return isCall ? '' : ' ';
    }
    return ' ';
  }

  #pass({ text }: Item, previous: Item | undefined): void {
    if (this.#atStart) this.#device = text.toLowerCase() === 'device';
    this.#unary = (text === '-' || text === '+') && previous !== undefined && beforeSign(previous.text);
    if (text === '{') this.#depth++;
    else if (text === '}') this.#depth--;
    else if (OPENING.has(text)) this.#inner++;
    else if (CLOSING.has(text)) this.#inner--;
    this.#atStart = text === '{' || (text === ';' && this.#inner === 0);
  }
}

/** Whether a plus or minus behind this word belongs to the number that follows. */
function beforeSign(text: string): boolean {
  return text === '=' || text === ',' || text === ';' || OPENING.has(text) || OPERATORS.has(text);
}
