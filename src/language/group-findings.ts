import { error, warning } from './wrong.ts';

/** What can be wrong in the grammar that Fugu and Pleco share. */
export const groupFindings = {
  expectedGroup: (tool: string, word: string) =>
    error('expected-group', `A file of ${tool} begins with “${word} NAME … { … };”.`),
  ignoredText: (tool: string, word: string) =>
    warning(
      'ignored-text',
      `${tool} stops reading here and says nothing: only “${word}” can follow. All that comes behind is missing from what it makes.`,
    ),
  emptyGroup: (tool: string) => error('empty-group', `${tool} wants at least one entry between the braces.`),
  expectedEntry: (words: string) => error('expected-entry', `An entry begins with ${words}.`),
  expectedDefault: (word: string) => error('expected-entry', `“default” is followed by “${word}”.`),
  expectedComma: () => error('expected-comma', 'Every entry ends with a comma, the last one too.'),
};
