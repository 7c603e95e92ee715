import { SymbolKind } from 'vscode-languageserver-types';
import type { DeclaredName, FileSummary } from '../language.ts';
import type { FlounderFile } from './scope.ts';
import type { Name, TypeDeclaration } from './syntax.ts';

export const kindOfForm: Readonly<Record<TypeDeclaration['form'], SymbolKind>> = {
  'builtin alias': SymbolKind.TypeParameter,
  alias: SymbolKind.TypeParameter,
  array: SymbolKind.Array,
  struct: SymbolKind.Struct,
  enum: SymbolKind.Enum,
};

/** Types and messages, and in `used` the types that other files declare. */
export function summarize({ tree, source }: FlounderFile): FileSummary {
  const declared: DeclaredName[] = [];
  const container = tree.head?.name ? { container: tree.head.name.text } : {};
  const declare = (name: Name | undefined, kind: SymbolKind, inside: { container?: string }): void => {
    if (name) declared.push({ name: name.text, kind, range: source.range(name), ...inside });
  };
  declare(tree.head?.name, SymbolKind.Interface, {});
  const own = new Set<string>();
  for (const { name, form, constants } of tree.types) {
    declare(name, kindOfForm[form], container);
    if (name) own.add(name.text);
    for (const constant of constants) declare(constant, SymbolKind.EnumMember, container);
  }
  for (const { name, form } of tree.messages)
    declare(name, form === 'rpc' ? SymbolKind.Method : SymbolKind.Event, container);
  const used = new Set([...typesUsed(tree)].map(({ text }) => text).filter((name) => !own.has(name)));
  return { declared, used: [...used] };
}

/** Every place at which a type is named, in the order of the kinds of places. */
function* typesUsed({ types, messages }: FlounderFile['tree']): Generator<Name> {
  for (const { of, fields } of types) {
    if (of) yield of;
    for (const { type } of fields) yield type;
  }
  for (const message of messages) {
    for (const { type } of message.arguments) yield type;
  }
}
