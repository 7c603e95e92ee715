import type { Comment } from './scanner.ts';
import type { SourceText, Span } from './source-text.ts';

/**
 * The comment that goes with a declaration, without its signs: what stands right above it, or behind it in its last line.
 * `comments` are those of the file, in their order. Undefined when there is none.
 */
export function docOf(source: SourceText, comments: readonly Comment[], span: Span): string | undefined {
  const next = firstFrom(comments, span.start);
  const lines: string[] = [];
  let top = span.start;
  for (let index = next - 1; index >= 0; index--) {
    const comment = comments[index];
    if (!comment || comment.end > top) break;
    const gap = source.text.slice(comment.end, top);
    if (!/^[ \t]*(?:\r\n?|\n)?[ \t]*$/.test(gap) || !isAlone(source, comment)) break;
    // Of a block comment there is one; line comments may follow each other.
    if (lines.length > 0 && comment.block) break;
    lines.unshift(withoutSigns(source.slice(comment)));
    top = comment.start;
    if (comment.block) break;
  }
  const behind = comments[firstFrom(comments, span.end)];
  if (behind && /^[ \t,;]*$/.test(source.text.slice(span.end, behind.start)))
    lines.push(withoutSigns(source.slice(behind)));
  const text = lines.join('\n').trim();
  return text === '' ? undefined : text;
}

function firstFrom(comments: readonly Comment[], offset: number): number {
  let low = 0;
  let high = comments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((comments[middle]?.start ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether nothing stands before a comment in its line: else it belongs to that. */
function isAlone(source: SourceText, comment: Comment): boolean {
  const { line } = source.positionAt(comment.start);
  return source.text.slice(source.line(line).start, comment.start).trim() === '';
}

/** Also the stars and bars that some draw at the head of every line, and the marks of Doxygen. */
function withoutSigns(comment: string): string {
  return comment
    .replace(/^(?:\/\*+!?|\/\/+[!<]*|--+|\{-|#+)/, '')
    .replace(/(?:\*+\/|-\})$/, '')
    .split(/\r\n?|\n/)
    .map((line) => line.replace(/^[ \t]*\*+(?=[ \t]|$)/, '').trim())
    .map((line) => line.replace(/^[\\@](?:brief|file)\b[ \t]*/, ''))
    .join('\n')
    .trim();
}
