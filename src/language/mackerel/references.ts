import type { Location } from 'vscode-languageserver-types';
import type { Workspace } from '../language.ts';
import { layoutOf } from './layout.ts';
import { keyOf, occurrenceAt, occurrencesIn, type Occurrence } from './occurrences.ts';
import { readDevice, type MackerelFile } from './reading.ts';
import { namesInC, targetOf, type Target } from './targets.ts';

export function definitions(file: MackerelFile, offset: number, workspace: Workspace): readonly Location[] {
  const name = occurrenceAt(file.tree, offset);
  const target = name && targetOf(file, name, workspace);
  return target ? [locationOf(target.file, target.at)] : [];
}

export function locationOf({ uri, source }: MackerelFile, { start, end }: Occurrence): Location {
  return { uri, range: source.range({ start, end }) };
}

/** Where a thing is named: in its file, in those that import it, and, by the names that are made from it, in C. */
export function references(
  file: MackerelFile,
  offset: number,
  { declaration }: { readonly declaration: boolean },
  workspace: Workspace,
): readonly Location[] {
  const name = occurrenceAt(file.tree, offset);
  const target = name && targetOf(file, name, workspace);
  if (!target) return name ? sameIn(file, name).map((each) => locationOf(file, each)) : [];
  const named = namedIn(target, workspace);
  const shown = declaration ? named : named.filter(({ at }) => at !== target.at);
  return [...shown.map((each) => locationOf(each.file, each.at)), ...usesInC(target, workspace)];
}

function sameIn({ tree }: MackerelFile, name: Occurrence): Occurrence[] {
  const key = keyOf(name);
  return occurrencesIn(tree).filter((each) => keyOf(each) === key);
}

/** Where the name of a thing stands in device files. */
export function namedIn(target: Target, workspace: Workspace): Target[] {
  const { file, at } = target;
  const found = sameIn(file, at).map((each) => ({ file, at: each }));
  const device = layoutOf(file.tree)?.name ?? '';
  if (at.role !== 'device' && at.role !== 'type') return found;
  const key = at.role === 'device' ? `import:${device}` : `${device}.type:${at.text}`;
  for (const uri of workspace.using(at.text)) {
    if (uri === file.uri || !uri.endsWith('.dev')) continue;
    const other = readDevice(uri, workspace);
    if (!other) continue;
    for (const each of occurrencesIn(other.tree)) if (keyOf(each) === key) found.push({ file: other, at: each });
  }
  return found;
}

export function usesInC(target: Target, workspace: Workspace): Location[] {
  return namesInC(target).flatMap(({ name }) => workspace.inC(name, target.file.uri));
}
