/** A statement of a Python file, as far as its shape goes. */
export interface Statement {
  /** Column that it starts in, tabs taken to multiples of 8. */
  indent: number;
  /** Counted from 1. */
  line: number;
  /** Without comments; strings stand in it as written. */
  text: string;
}

export interface SourceProblem {
  line: number;
  code: 'open-string' | 'open-bracket';
}

/** What a piece of source starts with: enough to step over strings and comments without knowing the grammar. */
const TOKEN = /("""|'''|["'])|(#[^\n]*)|([([{])|([)\]}])|(\\\r?\n)|(\n)|[^"'#()[\]{}\\\n]+|\\/y;
const END_OF: Readonly<Record<string, RegExp>> = {
  '"""': /(?:[^"\\]|\\[^]|"(?!""))*"""/y,
  "'''": /(?:[^'\\]|\\[^]|'(?!''))*'''/y,
  '"': /(?:[^"\\\n]|\\[^])*"/y,
  "'": /(?:[^'\\\n]|\\[^])*'/y,
};
/** Where one of these starts a line, the bracket before it has been forgotten. */
const NEXT_DEFINITION = /(?:@|class\b|def\b)/y;

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

function indentOf(text: string): number {
  let column = 0;
  for (const char of /^[ \t\f]*/.exec(text)?.[0] ?? '') column = char === '\t' ? column + 8 - (column % 8) : column + 1;
  return column;
}

/** Cuts a Python file into its statements. Goes over it once, and goes on behind what is damaged. */
export function pythonStatements(text: string): { statements: Statement[]; problems: SourceProblem[] } {
  const statements: Statement[] = [];
  const problems: SourceProblem[] = [];
  let parts: string[] = [];
  let line = 1;
  let first = 1;
  let blank = true;
  let depth = 0;
  let openedAt = 0;
  const end = (): void => {
    const whole = parts.join('');
    if (whole.trim() !== '') statements.push({ indent: indentOf(whole), line: first, text: whole.trim() });
    parts = [];
    blank = true;
    first = line;
    depth = 0;
  };
  let at = 0;
  while (at < text.length) {
    const token = matchAt(TOKEN, text, at);
    const piece = token?.[0] ?? text.charAt(at);
    const [, quote, comment, opening, closing, joined, newline] = token ?? [];
    at += piece.length;
    if (quote !== undefined) {
      if (blank) [blank, first] = [false, line];
      const rest = matchAt(END_OF[quote] ?? /$/y, text, at)?.[0];
      if (rest === undefined) {
        problems.push({ line, code: 'open-string' });
        parts.push(piece);
        // One with three quotes may go on to the end: nothing below it can be told from text.
        if (quote.length === 3) break;
        const stop = text.indexOf('\n', at);
        at = stop === -1 ? text.length : stop;
        continue;
      }
      parts.push(piece, rest);
      line += lineEnds(rest);
      at += rest.length;
    } else if (newline !== undefined) {
      line += 1;
      if (depth === 0) end();
      else if (matchAt(NEXT_DEFINITION, text, at)) {
        problems.push({ line: openedAt, code: 'open-bracket' });
        end();
      } else parts.push(' ');
    } else if (joined !== undefined) {
      line += 1;
      parts.push(' ');
    } else if (comment === undefined) {
      if (opening !== undefined) {
        if (depth === 0) openedAt = line;
        depth += 1;
      } else if (closing !== undefined) depth = Math.max(0, depth - 1);
      if (blank && piece.trim() !== '') [blank, first] = [false, line];
      parts.push(piece);
    }
  }
  if (depth > 0) problems.push({ line: openedAt, code: 'open-bracket' });
  end();
  return { statements, problems };
}

function lineEnds(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}
