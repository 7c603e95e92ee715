import type { Finding } from '../language.ts';
import type { Tokens } from '../scanner.ts';
import type { Span } from '../source-text.ts';
import type { Access } from './access.ts';

/** What is missing in a damaged text is undefined; a node ends where its last word does. */
export interface MackerelTree {
  readonly tokens: Tokens;
  readonly imports: readonly Import[];
  readonly device?: Device;
  /** What the grammar does not allow. */
  readonly findings: readonly Finding[];
}

export interface Name extends Span {
  readonly text: string;
}

export interface Import extends Span {
  readonly name?: Name;
}

export type BitOrder = 'lsbfirst' | 'msbfirst';

export interface Device extends Span {
  readonly name?: Name;
  readonly order: BitOrder;
  readonly arguments: readonly Argument[];
  readonly description?: Text;
  readonly body?: Span;
  readonly declarations: readonly Declaration[];
}

export interface Argument extends Span {
  readonly type: BuiltinSpace;
  readonly name: Name;
}

export type BuiltinSpace = 'addr' | 'io' | 'pci';

/** A string, with its quotes. */
export interface Text extends Span {
  readonly value: string;
}

export interface Integer extends Span {
  readonly value: number;
}

export type Declaration = Space | Constants | RegisterType | DataType | Register;

interface Declared extends Span {
  readonly name: Name;
  readonly description?: Text;
  /** From brace to brace. */
  readonly body?: Span;
}

export interface Space extends Declared {
  readonly kind: 'space';
  readonly parameters: readonly Name[];
  readonly addressing?: Addressing;
}

/** How the registers of a space are numbered: by bytes, by steps of so many bytes, one by one, or each by name. */
export type Addressing =
  { readonly by: 'bytes'; readonly step: number } | { readonly by: 'values' } | { readonly by: 'registers' };

export interface Constants extends Declared {
  readonly kind: 'constants';
  readonly width?: Integer;
  readonly values: readonly Value[];
}

export interface Value extends Span {
  readonly name: Name;
  readonly expression?: Expression;
  readonly description?: Text;
}

export interface Expression extends Span {
  /** A plain integer, which is all that the compiler can make C of. */
  readonly literal?: bigint;
  /** What it comes to, where that can be told. */
  readonly value?: bigint;
}

export interface RegisterType extends Declared {
  readonly kind: 'regtype';
  readonly fields: readonly Field[];
}

export interface DataType extends Declared {
  readonly kind: 'datatype';
  readonly order?: BitOrder;
  /** In bits; 0 is the whole. */
  readonly word?: Integer;
  readonly fields: readonly Field[];
}

export interface Register extends Declared {
  readonly kind: 'register' | 'regarray';
  readonly access?: Access;
  readonly also: boolean;
  readonly place?: Place;
  readonly array?: ArraySpec;
  /** One of both. */
  readonly type?: TypeReference;
  readonly fields?: readonly Field[];
}

/** `noaddr` has no space. */
export interface Place extends Span {
  readonly space?: Name;
  readonly builtin: boolean;
  readonly base?: Name;
  readonly offset?: Integer;
}

/** `step` 0: one behind the other. Of a list, `offsets` from the register's own. */
export type ArraySpec = Span &
  (
    | { readonly by: 'step'; readonly count: number; readonly step: number }
    | { readonly by: 'list'; readonly offsets: readonly number[] }
  );

/** The most frequent node: all have one shape, which is made and read fastest. */
export interface Field extends Span {
  /** `_` for a field without a name. */
  readonly name: Name;
  readonly width: Integer | undefined;
  readonly access: Access | undefined;
  readonly type: TypeReference | undefined;
  readonly description: Text | undefined;
}

export interface TypeReference extends Span {
  readonly device?: Name;
  readonly name?: Name;
}
