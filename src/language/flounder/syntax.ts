import type { Finding } from '../language.ts';
import type { Tokens } from '../scanner.ts';
import type { Span } from '../source-text.ts';

export interface Name extends Span {
  readonly text: string;
}

interface Typed {
  readonly type: Name;
  readonly name: Name | undefined;
}

export interface Field extends Span, Typed {}

type Form = 'builtin alias' | 'alias' | 'array' | 'struct' | 'enum';

/** A declared type. Spans of declarations include the `;`, where there is one. */
export interface TypeDeclaration extends Span {
  readonly form: Form;
  readonly keyword: Span;
  readonly name: Name | undefined;
  /** What an alias stands for; of an array, its elements' type. */
  readonly of: Name | undefined;
  /** Of an array. */
  readonly length: number | undefined;
  readonly fields: readonly Field[];
  readonly constants: readonly Name[];
  /** From brace to brace, of a structure or an enumeration. */
  readonly body: Span | undefined;
}

/** `type name`, `String name[maximum]`, or `type name[length, maximum]`; in an rpc with `in` or `out` before it. */
export interface Argument extends Span, Typed {
  readonly direction: 'in' | 'out' | undefined;
  readonly length: Name | undefined;
  readonly maximum: number | undefined;
}

/** `@ata(command=0xC8, dma_arg=buffer)`: what only one backend understands. */
export interface BackendNote extends Span {
  readonly name: Name | undefined;
  readonly parameters: readonly { readonly name: Name; readonly value: Name | undefined }[];
}

export interface MessageDeclaration extends Span {
  /** `call` and `response` are of an older Flounder; today's compiler rejects them. */
  readonly form: 'message' | 'rpc' | 'call' | 'response';
  readonly keyword: Span;
  readonly name: Name | undefined;
  readonly notes: readonly BackendNote[];
  /** From parenthesis to parenthesis. */
  readonly list: Span | undefined;
  readonly arguments: readonly Argument[];
}

export interface InterfaceHead extends Span {
  readonly name: Name | undefined;
  /** Without its quotes. */
  readonly description: string | undefined;
  /** From brace to brace. */
  readonly body: Span | undefined;
}

/** A file: an interface, or declarations for every interface to use. */
export interface FlounderTree {
  readonly tokens: Tokens;
  readonly head: InterfaceHead | undefined;
  readonly types: readonly TypeDeclaration[];
  readonly messages: readonly MessageDeclaration[];
  /** What the reader stumbled over. */
  readonly problems: readonly Finding[];
}
