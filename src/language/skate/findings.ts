import { error, warning } from '../wrong.ts';

/** What can be wrong in a .sks file beside the words of the language. */
export const skateFindings = {
  expectedSchema: () => error('expected-schema', 'A schema is missing: schema NAME "description" { … };'),
  ignoredText: () =>
    warning('ignored-text', 'skate stops reading behind the schema and says nothing: this is passed over.'),
  badSkateName: (name: string) =>
    error('bad-name', `skate takes letters and digits only in a name: “${name}” has a “_”.`),
  expectedDeclaration: () =>
    error(
      'expected-declaration',
      'Here stands a fact, flags, constants, an enumeration, a namespace, a section or a text.',
    ),
  expectedNumber: (what: string) => error('expected-number', `The ${what} is missing: a number.`),
  empty: (what: string) => error('empty-body', `skate wants at least one entry in the braces of ${what}.`),
  unknownBuiltIn: (name: string) =>
    error(
      'unknown-type',
      `${name} is no type of skate. Types of a schema are written “fact NAME”, “enum NAME”, “flag NAME” or “const NAME”.`,
    ),
  badConstantType: (name: string) => error('bad-constant-type', `A constant can’t be of type ${name}.`),
  unknownType: (word: string, name: string) =>
    error(
      'unknown-type',
      `This schema has no “${word}” with the name ${name}. Types of imported schemas are not found by skate either.`,
    ),
  relativeType: (word: string, whole: string) =>
    error(
      'relative-type',
      `Write the whole name, “${word} ${whole}”: skate accepts the short one, and then fails or makes C that doesn’t compile.`,
    ),
  repeatedType: (name: string) =>
    error(
      'repeated-type',
      `${name} is defined above already. Facts, flags, constants and enumerations share their names.`,
    ),
  repeatedEntry: (name: string, container: string) => error('repeated-entry', `${container} has a ${name} already.`),
  repeatedBit: (bit: string, container: string) =>
    error('repeated-bit', `Bit ${bit} of ${container} has a name already.`),
  bitTooHigh: (bit: string, width: string) =>
    error('bit-too-high', `Bit ${bit} is outside of the flags’ ${width} bits, which count from 0.`),
  badWidth: (width: string) =>
    warning('bad-width', `Flags have 8, 16, 32 or 64 bits: there is no C type uint${width}_t.`),
  wrongFileName: (name: string, file: string) =>
    error('wrong-file-name', `The schema is called ${name}, the file ${file}: skate wants them to be the same.`),
  unknownImport: (name: string) => error('unknown-import', `There is no ${name}.sks in this source tree.`),
};
