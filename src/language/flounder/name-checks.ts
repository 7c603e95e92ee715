import type { Report } from './checks.ts';
import type { Scope } from './scope.ts';
import type { FlounderTree, MessageDeclaration, Name, TypeDeclaration } from './syntax.ts';
import { wordsOfC } from './words.ts';

/** Names that are there twice, or that C can't have. */
export function checkNames({ head, types, messages }: FlounderTree, { included }: Scope, report: Report): void {
  const typeNames = new Map<string, string>();
  const constants = new Map<string, string>();
  const messageNames = new Map<string, string>();
  const declare = (known: Map<string, string>, what: string, name: Name | undefined): void => {
    if (!name) return;
    if (name.text.includes("'")) report('name-with-quote', name, name.text);
    const other = known.get(name.text);
    if (other !== undefined) report('name-taken', name, other, name.text);
    else known.set(name.text, what);
  };
  const declareInC = (known: Map<string, string>, what: string, name: Name | undefined): void => {
    declare(known, what, name);
    if (name && wordsOfC.has(name.text)) report('name-in-c', name, name.text);
  };
  if (head?.name?.text.includes("'")) report('name-with-quote', head.name, head.name.text);
  for (const declaration of types) {
    const { name, fields, constants: values } = declaration;
    // The same alias once more makes the same typedef, which C takes.
    const others = included.get(name?.text ?? '') ?? [];
    if (name && others.some((other) => !isSameAlias(declaration, other.declaration)))
      typeNames.set(name.text, 'an included type');
    declare(typeNames, 'a type', name);
    const fieldNames = new Map<string, string>();
    for (const field of fields) declareInC(fieldNames, 'a field', field.name);
    for (const constant of values) declare(constants, 'a constant', constant);
  }
  for (const message of messages) {
    // What a message is in C is a field of a structure; of an rpc there are three.
    for (const [index, each] of fieldsInC(message).entries()) {
      if (index === 0) declareInC(messageNames, 'a message', message.name);
      else declare(messageNames, `the ${message.form} ${message.name?.text ?? ''}, which makes a message`, each);
    }
    const names = new Map<string, string>();
    for (const { name, length } of message.arguments) {
      declareInC(names, 'an argument', name);
      declareInC(names, 'an argument', length);
    }
  }
}

function isSameAlias(one: TypeDeclaration, other: TypeDeclaration): boolean {
  return one.form === 'builtin alias' && other.form === 'builtin alias' && one.of?.text === other.of?.text;
}

function fieldsInC({ form, name }: MessageDeclaration): (Name | undefined)[] {
  if (form !== 'rpc' || !name) return [name];
  return [name, { ...name, text: `${name.text}_call` }, { ...name, text: `${name.text}_response` }];
}
