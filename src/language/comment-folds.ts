import { FoldingRangeKind, type FoldingRange } from 'vscode-languageserver-types';
import type { Comment } from './scanner.ts';
import type { SourceText, Span } from './source-text.ts';

/** Comments that go over several lines, and line comments that follow each other without a gap. */
export function commentFolds(source: SourceText, comments: readonly Comment[]): FoldingRange[] {
  const folds: FoldingRange[] = [];
  const push = (startLine: number, endLine: number): void => {
    if (endLine > startLine) folds.push({ startLine, endLine, kind: FoldingRangeKind.Comment });
  };
  let run: { first: number; last: number } | undefined;
  for (const comment of comments) {
    const first = source.positionAt(comment.start).line;
    if (comment.block) {
      push(first, source.positionAt(comment.end).line);
      continue;
    }
    const alone = source.text.slice(source.line(first).start, comment.start).trim() === '';
    if (run && alone && first === run.last + 1) run.last = first;
    else {
      if (run) push(run.first, run.last);
      run = alone ? { first, last: first } : undefined;
    }
  }
  if (run) push(run.first, run.last);
  return folds;
}

/** A stretch between brackets, down to the line above the closing one; undefined when there is nothing to fold. */
export function blockFold(source: SourceText, span: Span): FoldingRange | undefined {
  const startLine = source.positionAt(span.start).line;
  const last = source.positionAt(span.end);
  const before = source.text.slice(source.line(last.line).start, span.end);
  const endLine = /^[\s})\];,.]*$/.test(before) ? last.line - 1 : last.line;
  return endLine > startLine ? { startLine, endLine } : undefined;
}
