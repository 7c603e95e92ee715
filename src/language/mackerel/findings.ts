import type { Finding } from '../language.ts';
import type { Span } from '../source-text.ts';

/** What the grammar does not allow: what, why, and what would be right. `about` is what the parser waits for, or has met. */
const SYNTAX = {
  'device-expected': () => 'A device is missing: a Mackerel file is `device name (arguments) "description" { … };`.',
  'device-empty': () => 'The device is empty: it needs at least one declaration, such as a register.',
  'declaration-expected': (about: string) =>
    `${quoted(about)} begins no declaration. In a device stand register, regarray, regtype, datatype, constants and space.`,
  'name-expected': (about: string) => `Here stands ${about}.`,
  'name-reserved': (about: string) => `${quoted(about)} is a reserved word and can't be a name: choose another one.`,
  'name-underscore': () => 'A name begins with a letter. `_` alone is a field without a name.',
  'integer-expected': (about: string) => `Here stands ${about}: an integer such as 8, 0x40, 0b101 or 1s.`,
  'integer-signed': () => 'Binary integers and 1s have no sign in front.',
  'text-expected': (about: string) => `A text in quotes ${about} is missing.`,
  'text-open': () => 'The closing quote is missing: a text ends in the line where it begins.',
  'text-escape': (about: string) => `${quoted(about)} is no escape: write \`\\\\\` for a backslash.`,
  'text-control': (about: string) =>
    about === 'tab'
      ? "A tab can't stand in a text: write a space, or `\\t`."
      : "A control character can't stand in a text.",
  'sign-expected': (about: string) => {
    const [sign, where] = about.split('\n');
    return `${quoted(sign ?? '')} is missing${where ? ` ${where}` : ''}.`;
  },
  'block-open': (about: string) =>
    about === '' ? 'The closing `}` is missing.' : `The closing \`}\` is missing in front of ${quoted(about)}.`,
  'comment-open': () => 'This comment has no end. Comments nest: each `/*` in it needs its own `*/`.',
  'argument-type': () => 'An argument of a device is `addr name`, `io name` or `pci name`.',
  'addressing-expected': () =>
    'Here stands how the space is addressed: bytewise, valuewise, registerwise or stepwise(bytes).',
  'place-expected': () =>
    'Here stands where the register is: `addr(base, offset)`, `io(…)`, `pci(…)`, `space(address)`, or `noaddr`.',
  'format-expected': () => 'Here stands what the register holds: `type(name)`, or its fields in braces.',
  'fields-empty': () => 'At least one field must stand between the braces.',
  'constants-empty': () => 'At least one constant must stand between the braces.',
  'access-late': (about: string) =>
    `${quoted(about)} stands too late: access modes come first, behind the width of a field or the name of a register.`,
  'access-data': (about: string) => `${quoted(about)} is not for data in memory: there are rw, mbz, mb1 and rsvd.`,
  'type-late': () => 'The type stands too late: it comes in front of the description.',
  'operator-joined': (about: string) =>
    `A space is missing behind ${quoted(about)}: the compiler takes it and the next sign for one.`,
  'too-deep': () => 'The parentheses are nested too deep to be read.',
} as const satisfies Record<string, (about: string) => string>;

export type SyntaxCode = keyof typeof SYNTAX;

export function syntaxMessage(code: SyntaxCode, about: string): string {
  return SYNTAX[code](about);
}

/** What the compiler, or the C that it makes, does not allow; the last ones are ours. Arguments are names and numbers. */
const MEANING = {
  'file-name': (device: string, file: string) =>
    `The file is called ${file}, its device ${quoted(device)}: the compiler wants them to be the same.`,
  'import-missing': (name: string) => `There is no ${name}.dev in this source tree to be imported.`,
  'import-damaged': (name: string) => `${name}.dev can't be imported: it has errors of its own.`,
  'import-name': (name: string, device: string) =>
    `${name}.dev describes ${device === '' ? 'no device' : `a device called ${quoted(device)}`}: the compiler would look for ${quoted(name)} without end.`,
  'register-size': (what: string, bits: string) =>
    `${what} is ${bits} bits wide; registers are 8, 16, 32 or 64. Give its fields other widths, or fill it up with \`_\`.`,
  'data-size': (what: string, bits: string) =>
    `${what} is ${bits} bits long; data are 8, 16, 32, 64, 96, 128, 160, 224, 256, 384 or 512. Fill it up with \`_\`.`,
  'unknown-register-type': (name: string) =>
    `There is no type ${quoted(name)} in this device. A register's type is one of its regtypes, datatypes and constants, or uint8, uint16, uint32, uint64.`,
  'foreign-register-type': (name: string) =>
    `${quoted(name)} is another device's: the compiler takes only types of this device for registers.`,
  'unknown-field-type': (name: string) =>
    `There are no constants ${quoted(name)}: only constants can be the type of a field.`,
  'field-type-kind': (name: string) => `${quoted(name)} is not constants: only constants can be the type of a field.`,
  'unknown-space': (name: string) =>
    `There is no address space ${quoted(name)}: declare it with \`space\`, or take addr, io or pci.`,
  'duplicate-type': (name: string) =>
    `There is a type ${quoted(name)} already. A register with fields in braces is a type of the same name, too.`,
  'duplicate-register': (name: string) => `There is a register ${quoted(name)} already.`,
  'duplicate-constant': (name: string) =>
    `There is a constant ${quoted(name)} already: constants of a device share one space of names, even in different lists.`,
  'register-overlap': (name: string, other: string) =>
    `${name} is where ${other} is. If that is meant, write \`also\` behind the access mode of one of them.`,
  'constant-expression': (value: string) =>
    `The compiler makes C of plain integers only${value === '' ? '.' : `: write ${value}.`}`,
  'constant-negative': () => 'The compiler makes no C of negative constants; 1s (all ones) is the exception.',
  'constants-empty-width': (name: string) =>
    `The compiler can't tell how wide ${name} is: give it a width(…), or a plain integer.`,
  'field-across': (name: string) =>
    `${name} lies across two words of 64 bits, which no generated accessor can load. Split it in two.`,
  'word-size': () => 'The bits of a word are a positive number; 0 is the whole.',
  'step-size': () => 'The bytes of a step are a positive number.',
  'place-negative': () => 'The compiler makes no C of a negative address.',
  'field-negative': () => 'A field has no negative width.',
  'field-empty': () => 'A field of no bits reads as 0 and can not be written.',
  'duplicate-field': (name: string) =>
    `There is a field ${quoted(name)} already: the generated C would define its functions twice.`,
  'duplicate-space': (name: string) =>
    `There is an address space ${quoted(name)} already: the compiler takes the first.`,
  'duplicate-argument': (name: string) => `There is an argument ${quoted(name)} already.`,
  'unknown-base': (name: string) => `${quoted(name)} is no argument of the device: the generated C would not compile.`,
  'base-space': (name: string, type: string, space: string) =>
    `${quoted(name)} is an address in ${type}, and the register is in ${space}.`,
  'array-list': () =>
    'The compiler makes no working C of a list of offsets: give a number and a step, or declare the registers one by one.',
  'array-count': () => 'An array has at least one register.',
  'unnamed-access': (access: string) =>
    `A field without a name can't be accessed, but ${access} asks for it: the generated C would not compile. Give it a name, or make it rsvd, mbz or mb1.`,
  'type-without-width': (name: string) =>
    `${name} has no width, so the generated C would not compile: write \`constants ${name} width(…)\`.`,
  'constant-too-wide': (name: string, bits: string) => `${name} does not fit into ${bits} bits.`,
  'text-after-device': () => 'The compiler stops reading behind the device: what follows is not seen.',
} as const satisfies Record<string, (...about: string[]) => string>;

export type FindingCode = keyof typeof MEANING;

const WARNINGS: ReadonlySet<FindingCode> = new Set([
  'field-empty',
  'duplicate-field',
  'duplicate-space',
  'duplicate-argument',
  'unknown-base',
  'base-space',
  'array-list',
  'array-count',
  'unnamed-access',
  'type-without-width',
  'constant-too-wide',
  'text-after-device',
]);

/** An error where the compiler refuses the file; a warning where it does not, and what it makes is wrong or useless. */
export function finding<Code extends FindingCode>(
  code: Code,
  { start, end }: Span,
  about: Parameters<(typeof MEANING)[Code]>,
  extra: Partial<Pick<Finding, 'related' | 'tag' | 'severity'>> = {},
): Finding {
  const word: (...about: string[]) => string = MEANING[code];
  const severity = WARNINGS.has(code) ? 'warning' : 'error';
  return { code, start, end, severity, message: word(...about), ...extra };
}

function quoted(text: string): string {
  return text === '' ? 'The end of the file' : `\`${text.slice(0, 60)}\``;
}
