import type { Span } from '../source-text.ts';
import type { Argument, FlounderTree, Field, MessageDeclaration, Name, TypeDeclaration } from './syntax.ts';

/** What a name in a file is. */
export type Element =
  | { readonly kind: 'interface'; readonly name: Name }
  | { readonly kind: 'type'; readonly name: Name; readonly declaration: TypeDeclaration }
  | { readonly kind: 'type use'; readonly name: Name }
  | { readonly kind: 'field'; readonly name: Name; readonly field: Field; readonly declaration: TypeDeclaration }
  | { readonly kind: 'constant'; readonly name: Name; readonly value: number; readonly declaration: TypeDeclaration }
  | { readonly kind: 'message'; readonly name: Name; readonly message: MessageDeclaration }
  /** `use`: in a backend's note, rather than in the list of arguments. */
  | {
      readonly kind: 'argument';
      readonly name: Name;
      readonly argument: Argument;
      readonly message: MessageDeclaration;
      readonly use: boolean;
    };

/** All names of a file that mean something. */
export function* elementsOf({ head, types, messages }: FlounderTree): Generator<Element> {
  if (head?.name) yield { kind: 'interface', name: head.name };
  for (const declaration of types) {
    const { name, of, fields, constants } = declaration;
    if (of) yield { kind: 'type use', name: of };
    for (const field of fields) {
      yield { kind: 'type use', name: field.type };
      if (field.name) yield { kind: 'field', name: field.name, field, declaration };
    }
    for (const [value, constant] of constants.entries()) yield { kind: 'constant', name: constant, value, declaration };
    if (name) yield { kind: 'type', name, declaration };
  }
  for (const message of messages) {
    for (const note of message.notes) {
      for (const { value } of note.parameters) {
        const argument = value && argumentOf(message, value.text);
        if (argument) yield { kind: 'argument', name: value, argument, message, use: true };
      }
    }
    if (message.name) yield { kind: 'message', name: message.name, message };
    for (const argument of message.arguments) {
      yield { kind: 'type use', name: argument.type };
      for (const name of [argument.name, argument.length]) {
        if (name) yield { kind: 'argument', name, argument, message, use: false };
      }
    }
  }
}

function argumentOf(message: MessageDeclaration, name: string): Argument | undefined {
  return message.arguments.find((each) => each.name?.text === name || each.length?.text === name);
}

/** The name that an offset is in, or right behind. */
export function elementAt(tree: FlounderTree, offset: number): Element | undefined {
  for (const element of elementsOf(tree)) {
    if (contains(element.name, offset)) return element;
  }
  return undefined;
}

function contains({ start, end }: Span, offset: number): boolean {
  return start <= offset && offset <= end;
}
