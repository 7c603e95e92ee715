import type { Location, TextEdit, WorkspaceEdit } from 'vscode-languageserver-types';
import type { Workspace } from '../language.ts';
import { usesIn } from '../hakefile/names.ts';
import type { Span } from '../source-text.ts';
import { elementAt, type Element, elementsOf } from './element.ts';
import { flounder } from './flounder.ts';
import { isIncluded } from './included.ts';
import { NAME } from './flounder-cursor.ts';
import { type CName, generatedNames } from './generated-names.ts';
import { declarationsOf, type FlounderFile, type KnownType, parsedInterface, scopeOf } from './scope.ts';
import type { MessageDeclaration, Name } from './syntax.ts';
import { builtins, reserved, wordsOfC } from './words.ts';

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
): Location[] {
  const places = placesOf(element, file, workspace).filter((place) => declaration || !place.declares);
  const inC = cNamesOf(element, file).flatMap(({ name }) => workspace.inC(name, file.uri));
  const built = element.kind === 'interface' ? usesIn(`if/${element.name.text}.if`, workspace) : [];
  return [...places.map(({ file: where, span }) => locate(where, span)), ...built, ...unique(inC)];
}

/** What is made of an element in C. Programs with threads in C (THC) are few, and their names too plain to look for. */
function cNamesOf(element: Element, file: FlounderFile): CName[] {
  const { head } = file.tree;
  const all = generatedNames(file.tree).filter(({ header }) => header === 'defs');
  switch (element.kind) {
    case 'interface': {
      const include: CName = {
        name: `${element.name.text}_defs`,
        kind: 'type',
        header: 'defs',
        origin: element.name,
        what: '',
      };
      return head ? [include] : [];
    }
    case 'type':
      return all.filter(({ type, origin }) => type === element.declaration && origin === element.declaration.name);
    case 'constant':
      return all.filter(({ origin }) => origin === element.name);
    case 'message':
      return all.filter(({ message }) => message === element.message);
    default:
      return [];
  }
}

interface Place {
  readonly file: FlounderFile;
  readonly span: Name;
  readonly declares: boolean;
}

/** All places at which an element is named, in files of the language. */
function placesOf(element: Element, file: FlounderFile, workspace: Workspace): Place[] {
  if (element.kind === 'argument') {
    const { message, name } = element;
    return [...elementsOf(file.tree)]
      .filter((each) => each.kind === 'argument' && each.message === message && each.name.text === name.text)
      .map((each) => ({ file, span: each.name, declares: each.kind === 'argument' && !each.use }));
  }
  if (element.kind !== 'type' && element.kind !== 'type use') return [{ file, span: element.name, declares: true }];
  const { text } = element.name;
  if (builtins.has(text)) return usesOf(text, file);
  const declared = declarationsOf(text, file, scopeOf(file, workspace));
  const isOurs = declared.some((each) => each.file.uri === file.uri) || declared.length === 0;
  const files = isOurs && !isIncluded(file.uri) ? [file] : filesUsing(text, file, declared, workspace);
  return files.flatMap((where) => usesOf(text, where));
}

function usesOf(name: string, file: FlounderFile): Place[] {
  return [...elementsOf(file.tree)]
    .filter(({ kind, name: { text } }) => (kind === 'type' || kind === 'type use') && text === name)
    .map((each) => ({ file, span: each.name, declares: each.kind === 'type' }));
}

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

export function renameable(file: FlounderFile, offset: number): Span | { readonly refused: string } | undefined {
  const element = elementAt(file.tree, offset);
  if (!element) return undefined;
  const refused = whyNot(element);
  return refused === undefined ? element.name : { refused };
}

function whyNot({ kind, name }: Element): string | undefined {
  if (kind === 'interface') return 'An interface is called like its file: rename the file, then this.';
  if (kind === 'type use' && builtins.has(name.text)) return `${name.text} is built into Flounder.`;
  return undefined;
}

export function rename(
  file: FlounderFile,
  offset: number,
  to: string,
  workspace: Workspace,
): WorkspaceEdit | { readonly refused: string } {
  const found = elementAt(file.tree, offset);
  if (!found) return { refused: 'There is no name here.' };
  const refused = whyNot(found) ?? whyNotTo(found, to);
  if (refused !== undefined) return { refused };
  if (workspace.knowsC?.(file.uri) === false)
    return { refused: 'The C sources are still being read: try again in a moment.' };
  const changes: Record<string, TextEdit[]> = {};
  const edit = ({ uri, range }: Location, newText: string): void => {
    (changes[uri] ??= []).push({ range, newText });
  };
  const element = declaring(found, file, workspace) ?? { element: found, file };
  for (const { file: where, span } of placesOf(found, file, workspace)) edit(locate(where, span), to);
  const from = found.name.text;
  for (const { name } of cNamesOf(element.element, element.file)) {
    for (const location of unique(workspace.inC(name, file.uri))) edit(location, renamed(name, element.file, from, to));
  }
  return { changes };
}

/** The declaration of a type that is used here, when it is in the same file. */
function declaring(
  element: Element,
  file: FlounderFile,
  workspace: Workspace,
): { element: Element; file: FlounderFile } | undefined {
  if (element.kind !== 'type use') return undefined;
  const known = declarationsOf(element.name.text, file, scopeOf(file, workspace)).at(-1);
  if (!known?.declaration.name || known.file.uri !== file.uri) return undefined;
  const { declaration } = known;
  return { element: { kind: 'type', name: known.declaration.name, declaration }, file };
}

/** A C name begins with that of its interface; behind it stands what was renamed. */
function renamed(name: string, { tree }: FlounderFile, from: string, to: string): string {
  const start = name.indexOf(tree.head?.name?.text ?? '') + (tree.head?.name?.text.length ?? 0);
  return name.slice(0, start) + name.slice(start).replace(from, () => to);
}

function whyNotTo(element: Element, to: string): string | undefined {
  if (!NAME.test(to) || to.includes("'"))
    return `${to} is no name: it has to begin with a letter, and go on with letters, digits and _.`;
  if (reserved.has(to.toLowerCase())) return `${to} is a word of the language.`;
  if ((element.kind === 'type' || element.kind === 'type use') && builtins.has(to))
    return `${to} is built into Flounder.`;
  if (wordsOfC.has(to)) return `${to} is a word of C.`;
  return undefined;
}

export function messageElement(message: MessageDeclaration): Element | undefined {
  return message.name && { kind: 'message', name: message.name, message };
}

function locate(file: FlounderFile, span: Span): Location {
  return { uri: file.uri, range: file.source.range(span) };
}

function unique(locations: readonly Location[]): Location[] {
  return [...new Map(locations.map((each) => [JSON.stringify([each.uri, each.range.start]), each])).values()];
}
