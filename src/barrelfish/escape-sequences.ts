/**
 * What a terminal takes for itself (ECMA-48, 5.3, 5.4 and 8.3): control sequences, control strings (of which the text is
 * not shown either) to their end or to the end of the line, and other escape sequences. Every part ends at the next ESC,
 * so no text takes long.
 */
const SEQUENCE =
  /\u001b(?:\[[0-?]{0,64}[ -/]{0,8}[@-~]|[PX\]^_][^\u0007\u001b]*(?:\u0007|\u001b\\|$)|[ -/]{0,8}[0-~])?|\u0000+/g;

/** A line as a terminal shows it. */
export function withoutEscapes(line: string): string {
  return line.includes('\u001b') || line.includes('\u0000') ? line.replaceAll(SEQUENCE, '') : line;
}

/** Column in the line as it was, for one in the line as it is shown: behind the sequences that stand there. */
export function columnIn(line: string, shown: number): number {
  let column = shown;
  for (const { index, 0: sequence } of line.matchAll(SEQUENCE)) {
    if (index > column) break;
    column += sequence.length;
  }
  return column;
}
