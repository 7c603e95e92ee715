import type { TextEdit, WorkspaceEdit } from 'vscode-languageserver-types';
import type { Workspace } from '../language.ts';
import type { Span } from '../source-text.ts';
import { layoutOf } from './layout.ts';
import { isName, isReserved } from './lexicon.ts';
import { occurrenceAt } from './occurrences.ts';
import type { MackerelFile } from './reading.ts';
import { locationOf, namedIn } from './references.ts';
import { namesInC, targetOf, type Target } from './targets.ts';

interface Refused {
  readonly refused: string;
}

export function renameable(file: MackerelFile, offset: number, workspace: Workspace): Span | Refused | undefined {
  const name = occurrenceAt(file.tree, offset);
  if (!name) return undefined;
  if (name.role === 'device' || name.role === 'import') {
    return { refused: 'A device is called like its file: rename the file, and then the device.' };
  }
  const target = targetOf(file, name, workspace);
  if (!target) return { refused: `Nothing here declares ${name.text}.` };
  return refusal(target, workspace) ?? { start: name.start, end: name.end };
}

/** C can't be left behind: it is renamed along, or, where it hasn't been read, nothing is. */
function refusal(target: Target, workspace: Workspace): Refused | undefined {
  if (namesInC(target).length === 0 || workspace.knowsC?.(target.file.uri) !== false) return undefined;
  return {
    refused: 'C that uses this name would no longer compile, and the C sources have not been read yet: try again soon.',
  };
}

export function rename(file: MackerelFile, offset: number, to: string, workspace: Workspace): WorkspaceEdit | Refused {
  const able = renameable(file, offset, workspace);
  const name = occurrenceAt(file.tree, offset);
  const target = name && targetOf(file, name, workspace);
  if (!able || !target) return { refused: 'There is no name here.' };
  if ('refused' in able) return able;
  if (isReserved(to)) return { refused: `${to} is a reserved word of Mackerel.` };
  if (!isName(to)) return { refused: `${to} is no name: a letter, then letters, digits and _.` };
  const taken = takenBy(target, to);
  if (taken !== undefined) return { refused: taken };
  const changes: Record<string, TextEdit[]> = {};
  const change = (uri: string, edit: TextEdit): void => {
    (changes[uri] ??= []).push(edit);
  };
  for (const each of namedIn(target, workspace)) {
    const { uri, range } = locationOf(each.file, each.at);
    change(uri, { range, newText: to });
  }
  for (const { from, into } of renamedInC(target, to)) {
    for (const { uri, range } of workspace.inC(from, target.file.uri)) change(uri, { range, newText: into });
  }
  return { changes };
}

/** The names in C, each with what it becomes: the thing's own name stands behind the device's, or behind a type's or register's. */
function renamedInC(target: Target, to: string): { from: string; into: string }[] {
  const device = layoutOf(target.file.tree)?.name ?? '';
  const { text, role } = target.at;
  const pairs = new Map<string, string>();
  for (const { name, target: of } of namesInC(target)) {
    const owner = role === 'field' ? (of.register?.name ?? of.type?.name ?? '') : '';
    const front = role === 'field' ? `${device}_${owner}_` : `${device}_`;
    // Shadows and the functions of a space whose registers have names of their own begin with the name itself.
    const at = name.startsWith(front + text) ? front.length : name.startsWith(text) ? 0 : -1;
    if (at >= 0) pairs.set(name, name.slice(0, at) + to + name.slice(at + text.length));
  }
  return [...pairs].map(([from, into]) => ({ from, into }));
}

function takenBy({ file, at }: Target, to: string): string | undefined {
  const layout = layoutOf(file.tree);
  if (!layout || to === at.text) return undefined;
  if (at.role === 'field') {
    const fields = at.declaration && 'fields' in at.declaration ? (at.declaration.fields ?? []) : [];
    return fields.some(({ name }) => name.text === to) ? `There is a field ${to} already.` : undefined;
  }
  if (at.role === 'constant') return layout.constantNamed.has(to) ? `There is a constant ${to} already.` : undefined;
  if (at.role === 'space') return layout.spaceNamed.has(to) ? `There is an address space ${to} already.` : undefined;
  const isArgument = at.role === 'argument';
  if (isArgument)
    return layout.node.arguments.some(({ name }) => name.text === to)
      ? `There is an argument ${to} already.`
      : undefined;
  const isType = at.role === 'type' || (at.declaration !== undefined && 'fields' in at.declaration);
  if (isType && layout.typeNamed.has(to)) return `There is a type ${to} already.`;
  return at.role === 'register' && layout.registerNamed.has(to) ? `There is a register ${to} already.` : undefined;
}
