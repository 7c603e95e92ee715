import type { Location, TextEdit, WorkspaceEdit } from 'vscode-languageserver-types';
import type { Workspace } from '../language.ts';
import type { Span } from '../source-text.ts';
import { wiresOf } from './c-types.ts';
import { elementAt, type Element } from './element.ts';
import { NAME } from './flounder-cursor.ts';
import { membersInC } from './members-in-c.ts';
import { locate, type NameInC, namesInC, placesOf, unique } from './navigation.ts';
import { declarationsOf, type FlounderFile, scopeOf } from './scope.ts';
import type { Name } from './syntax.ts';
import { builtins, reserved, wordsOfC } from './words.ts';

interface Refused {
  readonly refused: string;
}

export function renameable(file: FlounderFile, offset: number): Span | Refused | undefined {
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

export function rename(file: FlounderFile, offset: number, to: string, workspace: Workspace): WorkspaceEdit | Refused {
  const element = elementAt(file.tree, offset);
  if (!element) return { refused: 'There is no name here.' };
  const refused = whyNot(element) ?? whyNotTo(element, to) ?? takenBy(element, to, file, workspace);
  if (refused !== undefined) return { refused };
  if (workspace.knowsC?.(file.uri) === false)
    return { refused: 'The C sources are still being read: try again in a moment.' };
  const members = membersInC(element, file, workspace);
  if (!members.certain)
    return {
      refused:
        `In C, ${element.name.text} is a member of a structure, too, which can't be told from other names. ` +
        `Rename it by hand: here, and where a search for “.${element.name.text}” and “->${element.name.text}” finds it.`,
    };
  const changes: Record<string, TextEdit[]> = {};
  const edit = ({ uri, range }: Location, newText: string): void => {
    (changes[uri] ??= []).push({ range, newText });
  };
  for (const { file: where, span } of placesOf(element, file, workspace)) edit(locate(where, span), to);
  for (const { name, location } of members.found)
    edit(
      location,
      name.replace(element.name.text, () => to),
    );
  for (const each of namesInC(element, file, workspace)) {
    for (const location of unique(workspace.inC(each.name, file.uri)))
      edit(location, renamed(each, element.name.text, to));
  }
  return { changes };
}

/** Behind the name of the interface stands what was renamed. */
function renamed({ name, interface: front }: NameInC, from: string, to: string): string {
  const start = name.indexOf(front) + front.length;
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

/** Nothing may get the name of something else of its kind. */
function takenBy(element: Element, to: string, file: FlounderFile, workspace: Workspace): string | undefined {
  if (to === element.name.text) return undefined;
  const { types, messages } = file.tree;
  const has = (names: readonly (Name | undefined)[]): boolean => names.some((name) => name?.text === to);
  switch (element.kind) {
    case 'type':
    case 'type use': {
      const isTaken = declarationsOf(to, file, scopeOf(file, workspace)).length > 0;
      return isTaken ? `There is a type ${to} already.` : undefined;
    }
    case 'constant':
      return has(types.flatMap(({ constants }) => constants)) ? `There is a constant ${to} already.` : undefined;
    case 'field':
      return has(element.declaration.fields.map(({ name }) => name)) ? `There is a field ${to} already.` : undefined;
    case 'argument': {
      const names = element.message.arguments.flatMap(({ name, length }) => [name, length]);
      return has(names) ? `There is an argument ${to} already.` : undefined;
    }
    case 'message': {
      // An rpc makes two messages, and all of them share one space of names.
      const others = messages.filter((each) => each !== element.message);
      const theirs = new Set(others.flatMap((each) => [each.name?.text, ...wiresOf(each).map(({ name }) => name)]));
      const own = wiresOf({ ...element.message, name: { ...element.name, text: to } }).map(({ name }) => name);
      const taken = [to, ...own].find((name) => theirs.has(name));
      return taken === undefined ? undefined : `There is a message ${taken} already.`;
    }
    case 'interface':
      return undefined;
  }
}
