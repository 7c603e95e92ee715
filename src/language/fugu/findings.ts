import { error } from '../wrong.ts';

/** What can be wrong in a .fugu file beside its syntax. */
export const fuguFindings = {
  repeatedError: (name: string) =>
    error(
      'repeated-error',
      `${name} is defined twice. fugu takes it, but its header then names one enumerator twice, which no C compiler takes.`,
    ),
};
