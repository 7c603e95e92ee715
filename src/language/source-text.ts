import type { Position, Range } from 'vscode-languageserver-types';

/** A stretch of a text: offsets in UTF-16 units, the end not included. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const LF = 10;
const CR = 13;
const NONE = -1;

/** One version of a text, which knows where its lines begin. A line ends with LF, CR LF, or CR alone, as in an editor. */
export class SourceText {
  readonly text: string;
  #starts: Uint32Array | undefined;

  constructor(text: string) {
    this.text = text;
  }

  get lineCount(): number {
    return this.#lineStarts().length;
  }

  /** Line and column, counted from 0, of an offset; one outside of the text is moved to its nearer end. */
  positionAt(offset: number): Position {
    const starts = this.#lineStarts();
    const at = Math.max(0, Math.min(offset, this.text.length));
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    return { line: low, character: at - (starts[low] ?? 0) };
  }

  /** The offset of a position; a column behind the end of its line is moved to that end. */
  offsetAt({ line, character }: Position): number {
    if (line < 0) return 0;
    const { start, end } = this.line(line);
    return Math.min(start + Math.max(0, character), end);
  }

  range({ start, end }: Span): Range {
    return { start: this.positionAt(start), end: this.positionAt(end) };
  }

  /** A line without what ends it; empty, at the end of the text, when there is none of this number. */
  line(number: number): Span {
    const starts = this.#lineStarts();
    const start = starts[number];
    if (start === undefined) return { start: this.text.length, end: this.text.length };
    let end = starts[number + 1] ?? this.text.length;
    if (number + 1 < starts.length) {
      end--;
      if (end > start && this.text.charCodeAt(end) === LF && this.text.charCodeAt(end - 1) === CR) end--;
    }
    return { start, end };
  }

  slice({ start, end }: Span): string {
    return this.text.slice(start, end);
  }

  #lineStarts(): Uint32Array {
    this.#starts ??= lineStartsOf(this.text);
    return this.#starts;
  }
}

function lineStartsOf(text: string): Uint32Array {
  let starts = new Uint32Array(Math.max(64, text.length >> 5));
  let count = 1;
  // Searching is done by machine instructions; looking at each character takes ten times as long.
  let lf = text.indexOf('\n');
  let cr = text.indexOf('\r');
  while (lf !== NONE || cr !== NONE) {
    const at = cr === NONE || (lf !== NONE && lf <= cr + 1) ? lf : cr;
    if (cr !== NONE && cr <= at) cr = text.indexOf('\r', at + 1);
    if (lf === at) lf = text.indexOf('\n', at + 1);
    if (count === starts.length) {
      const wider = new Uint32Array(count * 2);
      wider.set(starts);
      starts = wider;
    }
    starts[count++] = at + 1;
  }
  return starts.slice(0, count);
}
