import type { Lexicon } from '../scanner.ts';

/** Parsec's javaStyle, which tools/flounder/Parser.hs builds on: comments nest, and names may have quotes in them. */
export const lexicon: Lexicon = {
  lineComments: ['//'],
  blockComment: { open: '/*', close: '*/', nested: true },
  nameSigns: "'",
};

/** Words that can't be names, in whatever case. `alias`, `typedef`, `struct` and `enum` can. */
export const reserved: ReadonlySet<string> = new Set(['interface', 'message', 'rpc', 'in', 'out']);

export interface Builtin {
  readonly name: string;
  /** As it stands in an argument list. */
  readonly c: string;
  /** In bytes; of pointers, undefined: it is that of a machine word. */
  readonly size: number | undefined;
  readonly what: string;
}

const table: readonly Builtin[] = [
  { name: 'uint8', c: 'uint8_t', size: 1, what: 'Unsigned, 8 bits.' },
  { name: 'uint16', c: 'uint16_t', size: 2, what: 'Unsigned, 16 bits.' },
  { name: 'uint32', c: 'uint32_t', size: 4, what: 'Unsigned, 32 bits.' },
  { name: 'uint64', c: 'uint64_t', size: 8, what: 'Unsigned, 64 bits.' },
  { name: 'uintptr', c: 'uintptr_t', size: undefined, what: 'Unsigned, as wide as a pointer; not over UMP.' },
  { name: 'int8', c: 'int8_t', size: 1, what: 'Signed, 8 bits.' },
  { name: 'int16', c: 'int16_t', size: 2, what: 'Signed, 16 bits.' },
  { name: 'int32', c: 'int32_t', size: 4, what: 'Signed, 32 bits.' },
  { name: 'int64', c: 'int64_t', size: 8, what: 'Signed, 64 bits.' },
  { name: 'intptr', c: 'intptr_t', size: undefined, what: 'Signed, as wide as a pointer; not over UMP.' },
  { name: 'size', c: 'size_t', size: undefined, what: 'A number of bytes; not over UMP.' },
  { name: 'char', c: 'char', size: 1, what: 'One character.' },
  { name: 'bool', c: 'bool', size: 1, what: 'True or false; one bit in a message.' },
  { name: 'String', c: 'char *', size: undefined, what: 'Text that ends with a zero: `String name[2048]`.' },
  { name: 'iref', c: 'iref_t', size: 4, what: 'A reference to an exported service, as the name service hands out.' },
  { name: 'cap', c: 'struct capref', size: undefined, what: 'A capability: the receiver gets a copy.' },
  { name: 'give_away_cap', c: 'struct capref', size: undefined, what: 'A capability that the sender gives away.' },
  { name: 'errval', c: 'errval_t', size: 8, what: 'An error value, as in <errors/errno.h>.' },
  { name: 'int', c: 'int32_t', size: 4, what: 'Old name of int32.' },
];

/** What Flounder knows without any declaration. */
export const builtins: ReadonlyMap<string, Builtin> = new Map(table.map((each) => [each.name, each]));

/** Words of C that can be no name of an argument, a field or a message. */
export const wordsOfC: ReadonlySet<string> = new Set(
  (
    'auto break case char const continue default do double else enum extern float for goto if inline int long register ' +
    'restrict return short signed sizeof static struct switch typedef union unsigned void volatile while bool true false'
  ).split(' '),
);

/** What the words of the language mean. */
export const keywords: ReadonlyMap<string, string> = new Map([
  ['interface', 'The messages that two programs exchange. Its name is that of its file.'],
  ['message', 'Goes one way: either side can send it, the other’s handler in `rx_vtbl` gets it.'],
  ['rpc', 'A call of the client and the server’s answer: two messages in one declaration.'],
  ['in', 'From the client to the server.'],
  ['out', 'From the server back to the client.'],
  ['typedef', 'A new type: a structure, an enumeration, an array, or another name of a type.'],
  ['alias', 'Another name of a built-in type, which Flounder sees through: an array of it can be sent.'],
  ['struct', 'Fields, each of a type that is declared above: `typedef struct { … } name;`.'],
  ['enum', 'Constants, counted from 0: `typedef enum { A, B } name;`. In C they are called `interface_A`.'],
]);
