import { printable } from './readiness-words.ts';

/** How much of a line is shown. */
export const LONGEST_LINE = 4096;

/** Text in which no character has a meaning for Markdown. */
export function plain(text: string): string {
  return printable(text).replace(/[\\`*_[\]<>~&|#]/g, '\\$&');
}

/** As one piece of code; the backticks around it are more than any inside (CommonMark 6.1). */
export function code(text: string): string {
  const shown = printable(text);
  const ticks = '`'.repeat(longestRun(shown) + 1);
  const space = /^`|`$|^ .* $/.test(shown) ? ' ' : '';
  return `${ticks}${space}${shown}${space}${ticks}`;
}

export function fenced(language: string, lines: readonly string[]): string {
  const shown = lines.map((line) => printable(line, LONGEST_LINE)).join('\n');
  const fence = '`'.repeat(Math.max(3, longestRun(shown) + 1));
  return `${fence}${language}\n${shown}\n${fence}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}
