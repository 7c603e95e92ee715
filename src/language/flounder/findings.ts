import { type Finding } from '../language.ts';
import { type Span } from '../source-text.ts';

type Severity = Finding['severity'];
type Row = readonly [Severity, (...words: string[]) => string];

/**
 * What can be wrong with a Flounder file. An error stops Flounder; a warning passes it, and fails or surprises later.
 * The codes are stable.
 */
const wordings = {
  // What stops the parser.
  'syntax-expected': [
    'error',
    (what, found) =>
      found ? `Expected ${what}, but here is ${found}.` : `Expected ${what} before the end of the file.`,
  ],
  'no-declaration': [
    'error',
    (found, what, near) =>
      near
        ? `${found} begins no declaration. Did you mean ${near}?`
        : `${found} begins no declaration: expected ${what}.`,
  ],
  'comment-not-closed': [
    'error',
    () => 'This comment is never closed: comments nest, so each /* needs a */ of its own.',
  ],
  'string-malformed': [
    'error',
    () =>
      'This description is no string that Flounder reads: it ends with a quote, in its line, and has neither tabs nor unknown \\ escapes in it.',
  ],
  'number-malformed': ['error', (text) => `${text} is no number. Flounder reads 12, 0x1F and 0o17.`],
  'name-malformed': [
    'error',
    (text) => `${text} is no name: names begin with a letter, and go on with letters, digits, _ and '.`,
  ],
  'name-reserved': [
    'error',
    (text) => `${text} is a word of the language, in upper or lower case, and can't be a name.`,
  ],
  'name-first': ['error', (form, name) => `The name stands behind the braces: typedef ${form} { … } ${name};`],
  'old-message': [
    'error',
    (form, name) =>
      `Flounder no longer knows ${form}s. Write “message ${name}(…)”, or one rpc with in and out arguments for a call and its response.`,
  ],
  'type-after-message': ['error', () => 'Types are declared before the first message: move this declaration up.'],
  'no-message': ['error', (name) => `${name} has no messages; an interface needs at least one.`],
  'struct-empty': ['error', () => 'A structure needs at least one field.'],
  'array-in-struct': [
    'error',
    (type, name) =>
      `A field can't be an array. Declare a type for it (typedef ${type} ${name}_array[…];) and use that.`,
  ],
  'constant-with-value': ['error', () => 'Constants can have no values: Flounder numbers them itself, from 0.'],
  'direction-missing': ['error', (name) => `Say whether ${name} goes to the server (in) or comes back (out).`],
  'direction-in-message': ['error', (word) => `Messages go one way: ${word} is for the arguments of an rpc.`],
  'string-without-maximum': ['error', (name) => `A string needs the size of its buffer: String ${name}[2048].`],
  'array-without-length': [
    'error',
    (type, name, size) =>
      `An array is sent together with its length, which needs a name: ${type} ${name}[${name}_len, ${size}].`,
  ],
  'type-begins-with-s': [
    'error',
    (type) =>
      `Flounder takes the S of ${type} for the start of “String” here. Call the type something that begins with another letter.`,
  ],
  'message-in-include': ['error', () => 'Flounder stops here, without a word: included files hold types only.'],
  // What stops it later.
  'file-name': [
    'error',
    (name, file) =>
      `The interface ${name} is in ${file}.if, but has to be in ${name}.if: Flounder wants both names equal.`,
  ],
  'unknown-type': [
    'error',
    (name, near) =>
      `There is no type ${name}${near ? `. Did you mean ${near}?` : ' in this file or in those included in every interface.'}`,
  ],
  'type-declared-later': [
    'error',
    (name) => `${name} is declared further down; a type can be used only below its declaration.`,
  ],
  'type-in-itself': ['error', (name) => `${name} can't contain itself.`],
  'not-builtin': [
    'error',
    (name) => `${name} is no built-in type, and alias takes only those. Write typedef ${name} …; instead.`,
  ],
  'type-ambiguous': ['error', (name) => `Flounder can't tell which ${name} is meant: it is declared more than once.`],
  // What passes, and fails or surprises later.
  'name-taken': [
    'warning',
    (what, name) => `There is already ${what} ${name}. Flounder takes both, but the C compiler won't.`,
  ],
  'name-in-c': [
    'warning',
    (name) => `${name} is a word of C: Flounder takes it, but the generated header does not compile.`,
  ],
  'name-with-quote': [
    'warning',
    (name) => `Flounder takes the ' in ${name}, but the generated header does not compile.`,
  ],
  'type-somewhere': [
    'warning',
    (name, where, missing) => `${name} is known on ${where} only: on ${missing} this interface does not compile.`,
  ],
  'type-unchecked': [
    'information',
    (name) => `${name} is not declared here, and no if/types.if was found to look for it.`,
  ],
  'array-of-wide': [
    'warning',
    (type) =>
      `Flounder makes headers of this, but no stubs: it can send arrays of char, int8 and uint8 only, and ${type} is none of them. Send bytes.`,
  ],
  'not-over-ump': [
    'hint',
    (type) =>
      `The size of ${type} differs between machines, so Flounder makes no UMP stubs for this interface: it works within one core only.`,
  ],
  'array-length': ['warning', (size) => `An array of ${size} elements is nothing that C can hold.`],
  'ignored-text': ['warning', () => 'Flounder stops reading behind the interface: this is ignored.'],
  'run-together': ['warning', (name) => `Flounder reads this as String ${name}; a blank would tell the reader.`],
} as const satisfies Record<string, Row>;

export type Code = keyof typeof wordings;

/** What is wrong, without its place. */
export function wrong(code: Code, ...words: string[]): Pick<Finding, 'code' | 'severity' | 'message'> {
  const [severity, wording] = wordings[code] as Row;
  return { code, severity, message: wording(...words) };
}

export function finding(code: Code, { start, end }: Span, ...words: string[]): Finding {
  const tag = code === 'ignored-text' ? { tag: 'unnecessary' as const } : {};
  return { start, end, ...wrong(code, ...words), ...tag };
}
