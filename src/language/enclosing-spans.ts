import { Kind, type Tokens } from './scanner.ts';
import type { SourceText, Span } from './source-text.ts';

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/**
 * Ever larger stretches around an offset, for "expand selection": the word, the comment or the inside of the string, the
 * brackets without and with their signs, the given spans (declarations, in any order), the text.
 */
export function enclosingSpans(source: SourceText, tokens: Tokens, offset: number, spans: readonly Span[]): Span[] {
  const around = [...bracketsAround(tokens, offset), ...spans];
  const comment = tokens.comments.find(({ start, end }) => start <= offset && offset <= end);
  if (comment) around.push(comment);
  else around.push(...wordsAround(tokens, offset));
  const { line } = source.positionAt(offset);
  const { start, end } = source.line(line);
  const text = source.slice({ start, end });
  around.push({ start: start + text.length - text.trimStart().length, end: start + text.trimEnd().length });
  around.push({ start: 0, end: source.text.length });
  const sorted = around
    .filter((span) => span.start <= offset && offset <= span.end && span.end > span.start)
    .sort((a, b) => a.end - a.start - (b.end - b.start) || b.start - a.start);
  const nested: Span[] = [];
  for (const { start, end } of sorted) {
    const inner = nested.at(-1);
    // A line may cut through brackets: such a stretch is left out.
    if (inner && (start > inner.start || end < inner.end || end - start === inner.end - inner.start)) continue;
    nested.push({ start, end });
  }
  return nested;
}

function wordsAround(tokens: Tokens, offset: number): Span[] {
  const index = tokens.at(offset);
  // Behind a word is still in it, as for a double click.
  const touching = [index - 1, index].filter((each) => tokens.start(each) <= offset && offset <= tokens.end(each));
  const word =
    touching.find((each) => tokens.kind(each) !== Kind.sign && tokens.kind(each) !== Kind.end) ?? touching[0];
  if (word === undefined || tokens.kind(word) === Kind.end) return [];
  const span = { start: tokens.start(word), end: tokens.end(word) };
  const isString = tokens.kind(word) === Kind.string;
  return isString ? [{ start: span.start + 1, end: span.end - 1 }, span] : [span];
}

function bracketsAround(tokens: Tokens, offset: number): Span[] {
  const open: number[] = [];
  const found: Span[] = [];
  for (let index = 0; index < tokens.count; index++) {
    if (tokens.kind(index) !== Kind.sign || tokens.end(index) - tokens.start(index) !== 1) continue;
    const sign = tokens.textOf(index);
    if (sign in CLOSING) open.push(index);
    else if (sign === ')' || sign === ']' || sign === '}') {
      const opening = open.at(-1);
      if (opening === undefined || CLOSING[tokens.textOf(opening)] !== sign) continue;
      open.pop();
      const [start, end] = [tokens.start(opening), tokens.end(index)];
      if (start > offset || end < offset) continue;
      found.push({ start: start + 1, end: end - 1 }, { start, end });
    }
  }
  return found;
}
