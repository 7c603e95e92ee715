import { warning } from '../wrong.ts';

/** What can be wrong in a .pleco file beside its syntax. */
export const plecoFindings = {
  repeatedMacro: (what: string, macro: string) =>
    warning(
      'repeated-macro',
      `This ${what} gets the same macro as an earlier one, ${macro}: pleco writes names in capitals.`,
    ),
};
