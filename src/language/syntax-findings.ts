import { error } from './wrong.ts';

/** What can be wrong in the words of every small language. */
export const syntaxFindings = {
  unclosedComment: () => error('unclosed-comment', 'The comment isn’t closed: “*/” is missing.'),
  unclosedNest: () =>
    error('unclosed-comment', 'The comment isn’t closed: comments nest here, so every “/*” wants a “*/” of its own.'),
  unclosedString: () => error('unclosed-string', 'The string isn’t closed in its line.'),
  expectedString: (role: string) =>
    error('expected-string', `The ${role} is missing: a text in double quotes, which may be empty.`),
  badString: () => error('bad-string', 'A string may hold no tab and no other control character: use spaces.'),
  expectedName: (role: string) => error('expected-name', `The ${role} is missing.`),
  reservedName: (word: string, role: string) =>
    error('reserved-name', `The ${role} is missing: “${word}” is a word of the language, and can’t be a name.`),
  badName: () => error('bad-name', 'A name begins with a letter here, not with “_”.'),
  expectedSign: (sign: string, where: string) => error('expected-sign', `“${sign}” is missing ${where}.`),
  tooDeep: () => error('too-deep', 'This is nested too deep to be read.'),
};
