import { SymbolKind, type Location } from 'vscode-languageserver-types';
import type { Workspace } from '../language.ts';
import { madeOnce } from '../made-once.ts';
import { usesIn } from '../hakefile/names.ts';
import type { Span } from '../source-text.ts';
import { elementAt, type Element, elementsOf } from './element.ts';
import { flounder } from './flounder.ts';
import { isIncluded } from './included.ts';
import { generatedNames, namesOfType } from './generated-names.ts';
import { membersInC } from './members-in-c.ts';
import {
  declarationOf,
  declarationsOf,
  type FlounderFile,
  type KnownType,
  ownTypes,
  parsedInterface,
  scopeOf,
} from './scope.ts';
import type { FlounderTree, MessageDeclaration, Name } from './syntax.ts';
import { builtins } from './words.ts';

export function definitions(file: FlounderFile, offset: number, workspace: Workspace): Location[] {
  const element = elementAt(file.tree, offset);
  if (!element) return [];
  if (element.kind === 'type use') {
    const all = declarationsOf(element.name.text, file, scopeOf(file, workspace));
    return all.flatMap(({ declaration, file: where }) => (declaration.name ? [locate(where, declaration.name)] : []));
  }
  if (element.kind === 'argument') {
    const { argument, name } = element;
    const declared = argument.name?.text === name.text ? argument.name : argument.length;
    return [locate(file, declared ?? name)];
  }
  return [locate(file, element.name)];
}

export function references(
  file: FlounderFile,
  offset: number,
  options: { declaration: boolean },
  workspace: Workspace,
): Location[] {
  const element = elementAt(file.tree, offset);
  return element ? referencesTo(element, file, options.declaration, workspace) : [];
}

export function referencesTo(
  element: Element,
  file: FlounderFile,
  declaration: boolean,
  workspace: Workspace,
  including?: ReadonlySet<string>,
): Location[] {
  const places = placesOf(element, file, workspace).filter((place) => declaration || !place.declares);
  const inC = namesInC(element, file, workspace).flatMap(({ name }) => workspace.inC(name, file.uri));
  const members = membersInC(element, file, workspace, including).found.map(({ location }) => location);
  const built = element.kind === 'interface' ? usesIn(`if/${element.name.text}.if`, workspace) : [];
  return [...places.map(({ file: where, span }) => locate(where, span)), ...built, ...unique([...inC, ...members])];
}

/** A name in C, which begins with that of its interface. */
export interface NameInC {
  readonly name: string;
  readonly interface: string;
}

/** What is made of an element in C. Programs with threads in C (THC) are few, and their names too plain to look for. */
export function namesInC(element: Element, file: FlounderFile, workspace: Workspace): NameInC[] {
  const own = file.tree.head?.name?.text;
  const declared =
    element.kind === 'type use' ? declarationOf(element.name.text, file, scopeOf(file, workspace)) : undefined;
  if (declared?.declaration.name) {
    const { declaration, file: where } = declared;
    return namesInC({ kind: 'type', name: declared.declaration.name, declaration }, where, workspace);
  }
  if (own === undefined) return element.kind === 'type' ? namesOfIncluded(element, workspace) : [];
  if (element.kind === 'interface') return [{ name: `${own}_defs`, interface: own }];
  const made = namesByOrigin(file.tree).get(originOf(element)) ?? [];
  return made.map((name) => ({ name, interface: own }));
}

function originOf(element: Element): object {
  if (element.kind === 'type') return element.declaration;
  return element.kind === 'message' ? element.message : element.name;
}

/** Names in the header of an interface, by the type, the message, or the constant's name that they are made of. */
const namesByOrigin = madeOnce((tree: FlounderTree): ReadonlyMap<object, readonly string[]> => {
  const found = new Map<object, string[]>();
  for (const { name, header, origin, type, message } of generatedNames(tree)) {
    if (header !== 'defs') continue;
    const of = message ?? (origin === type?.name ? type : origin);
    const names = found.get(of);
    if (names) names.push(name);
    else found.set(of, [name]);
  }
  return found;
});

/** Every interface that has no type of its own by that name makes one of an included type. */
function namesOfIncluded({ declaration }: Element & { kind: 'type' }, workspace: Workspace): NameInC[] {
  const name = declaration.name?.text ?? '';
  const hiding = new Set(workspace.declaring(flounder.id, name));
  return workspace.files(flounder.id).flatMap((uri) => {
    const head = hiding.has(uri) || isIncluded(uri) ? undefined : workspace.summary(uri)?.declared[0];
    if (head?.kind !== SymbolKind.Interface) return [];
    return namesOfType(head.name, declaration)
      .filter(({ origin }) => origin === declaration.name)
      .map((each) => ({ name: each.name, interface: head.name }));
  });
}

interface Place {
  readonly file: FlounderFile;
  readonly span: Name;
  readonly declares: boolean;
}

/** All places at which an element is named, in files of the language. */
export function placesOf(element: Element, file: FlounderFile, workspace: Workspace): Place[] {
  if (element.kind === 'argument') {
    const { message, name } = element;
    return [...elementsOf(file.tree)]
      .filter((each) => each.kind === 'argument' && each.message === message && each.name.text === name.text)
      .map((each) => ({ file, span: each.name, declares: each.kind === 'argument' && !each.use }));
  }
  if (element.kind !== 'type' && element.kind !== 'type use') return [{ file, span: element.name, declares: true }];
  const { text } = element.name;
  const isOwn = ownTypes(file.tree).has(text) && !isIncluded(file.uri);
  if (isOwn || builtins.has(text)) return usesOf(text, file);
  const declared = declarationsOf(text, file, scopeOf(file, workspace));
  const isOurs = declared.some((each) => each.file.uri === file.uri) || declared.length === 0;
  const files = isOurs && !isIncluded(file.uri) ? [file] : filesUsing(text, file, declared, workspace);
  return files.flatMap((where) => usesOf(text, where));
}

function usesOf(name: string, file: FlounderFile): Place[] {
  const named = typesByName(file.tree).get(name) ?? [];
  return named.map((each) => ({ file, span: each.name, declares: each.kind === 'type' }));
}

const typesByName = madeOnce((tree: FlounderTree): ReadonlyMap<string, readonly Element[]> => {
  const named = [...elementsOf(tree)].filter(({ kind }) => kind === 'type' || kind === 'type use');
  return Map.groupBy(named, ({ name }) => name.text);
});

/** Of an included type: where it is declared, and interfaces that have no type of their own by that name. */
function filesUsing(
  name: string,
  file: FlounderFile,
  declared: readonly KnownType[],
  workspace: Workspace,
): FlounderFile[] {
  const others = workspace.declaring(flounder.id, name).filter((uri) => isIncluded(uri));
  const uris = [file.uri, ...declared.map((each) => each.file.uri), ...others, ...workspace.using(name)];
  return [...new Set(uris)]
    .filter((uri) => uri.endsWith('.if'))
    .map((uri) => (uri === file.uri ? file : parsedInterface(uri, workspace)))
    .filter((each) => each !== undefined);
}

export function messageElement(message: MessageDeclaration): Element | undefined {
  return message.name && { kind: 'message', name: message.name, message };
}

export function locate(file: FlounderFile, span: Span): Location {
  return { uri: file.uri, range: file.source.range(span) };
}

export function unique(locations: readonly Location[]): Location[] {
  return [...new Map(locations.map((each) => [JSON.stringify([each.uri, each.range.start]), each])).values()];
}
