import type { SemanticTokensLegend } from 'vscode-languageserver-types';
import type { SemanticToken, SemanticTokenModifier, SemanticTokenType } from '../language/language.ts';
import type { SourceText } from '../language/source-text.ts';

/** Places in the legend; a type or modifier without one does not compile. */
const TYPES: Readonly<Record<SemanticTokenType, number>> = {
  namespace: 0,
  type: 1,
  struct: 2,
  enum: 3,
  enumMember: 4,
  interface: 5,
  property: 6,
  variable: 7,
  parameter: 8,
  function: 9,
  method: 10,
  keyword: 11,
  number: 12,
  string: 13,
  comment: 14,
  operator: 15,
  decorator: 16,
};
const MODIFIERS: Readonly<Record<SemanticTokenModifier, number>> = {
  declaration: 0,
  definition: 1,
  readonly: 2,
  deprecated: 3,
  defaultLibrary: 4,
};

export const legend: SemanticTokensLegend = { tokenTypes: Object.keys(TYPES), tokenModifiers: Object.keys(MODIFIERS) };

/**
 * As the protocol wants them: in their order, one for each line that they are on; five numbers each, line and column from
 * the token before.
 */
export function encodedTokens(tokens: readonly SemanticToken[], source: SourceText): number[] {
  const data: number[] = [];
  let before = { line: 0, character: 0 };
  const sorted = [...tokens].sort((a, b) => a.start - b.start);
  for (const { start, end, type, modifiers = [] } of sorted) {
    const bits = modifiers.reduce((all, each) => all | (1 << MODIFIERS[each]), 0);
    const from = source.positionAt(start);
    for (let { line, character } = from; ; line++, character = 0) {
      const here = source.line(line);
      const length = Math.min(end, here.end) - here.start - character;
      if (length > 0) {
        const lines = line - before.line;
        data.push(lines, lines === 0 ? character - before.character : character, length, TYPES[type], bits);
        before = { line, character };
      }
      if (here.end >= end || line + 1 >= source.lineCount) break;
    }
  }
  return data;
}
