import { error, warning } from '../wrong.ts';

/** What can be wrong in a .hl file beside the words of the language. */
export const hamletFindings = {
  expectedCap: () =>
    warning(
      'ignored-text',
      'hamlet stops reading here and says nothing: it reads “define NAME NUMBER;” and, behind them, “cap NAME … { … };”.',
    ),
  ignoredText: (word: string) =>
    warning(
      'ignored-text',
      word === 'define'
        ? 'hamlet stops reading here and says nothing: every “define” has to stand before the first “cap”.'
        : 'hamlet stops reading here and says nothing: only “cap” can follow.',
    ),
  expectedNumber: () => error('expected-number', 'The value is missing: a number.'),
  expectedBody: () => error('expected-body', '“{ … }” is missing: only a capability that inherits may do without.'),
  fromAfterCopy: () =>
    error('from-after-copy', 'A capability that is always or never a copy can’t come from another one.'),
  unknownCap: (name: string, word: string) =>
    error('unknown-cap', `No capability ${name} is defined above: “${word}” names an earlier one.`),
  abstractSource: (name: string) =>
    error('abstract-source', `${name} is abstract: nothing can be retyped from it, and hamlet fails at it.`),
  expectedField: () => error('expected-field', 'A field is “TYPE NAME;”.'),
  lateMultiple: () => error('late-retype-multiple', '“can_retype_multiple;” has to be the first in the braces.'),
  twoAddresses: () => error('two-addresses', 'The capability has an address already.'),
  twoSizes: () => error('two-sizes', 'The capability has a size already.'),
  sizeWithoutAddress: () => error('size-without-address', 'A size is of no use without an address: hamlet refuses it.'),
  unknownName: (name: string) =>
    error('unknown-name', `${name} is no constant that is defined above, and no field of this capability.`),
  repeatedCap: (name: string, first: string) =>
    error(
      'repeated-cap',
      name === first
        ? `${name} is defined above already.`
        : `${name} and ${first} differ in case only, and get the same member in the union of capabilities.`,
    ),
  repeatedField: (name: string) => error('repeated-field', `The capability has a field ${name} already.`),
  repeatedDefine: (name: string) =>
    error('repeated-define', `The constant ${name.toUpperCase()} is defined above already.`),
};
