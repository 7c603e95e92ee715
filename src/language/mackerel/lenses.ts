import type { CodeLens, Location } from 'vscode-languageserver-types';
import type { Workspace } from '../language.ts';
import { layoutOf } from './layout.ts';
import { keyOf, occurrencesIn, type Occurrence } from './occurrences.ts';
import { type MackerelFile } from './reading.ts';
import { locationOf, namedIn, usesInC } from './references.ts';
import { counted } from './words.ts';

/** In larger files only types are counted: each name of each field would have to be looked up in C. */
const MOST_FIELDS = 6000;

/** How often a thing is named in device files, and in C. */
export function lenses(file: MackerelFile, workspace: Workspace): readonly CodeLens[] {
  const layout = layoutOf(file.tree);
  if (!layout) return [];
  const fields = layout.registers.reduce((sum, register) => sum + register.fields.length, 0);
  const all = occurrencesIn(file.tree);
  const own = new Map<string, Occurrence[]>();
  for (const each of all) {
    if (each.role !== 'type' && each.role !== 'space' && each.role !== 'register') continue;
    const key = keyOf(each);
    const same = own.get(key);
    if (same) same.push(each);
    else own.set(key, [each]);
  }
  const isImported = workspace.using(layout.name).some((uri) => uri !== file.uri);
  const found: CodeLens[] = [];
  for (const at of all) {
    if (!at.declares || at.role === 'field' || at.role === 'constant' || at.role === 'argument') continue;
    const lens = (title: string, places: readonly Location[]): void => {
      found.push(lensAt(file, at, title, places));
    };
    if (at.role === 'device') {
      const importing = isImported ? namedIn({ file, at }, workspace).filter((each) => each.file !== file) : [];
      if (importing.length > 0) {
        lens(
          counted(importing.length, 'import'),
          importing.map((each) => locationOf(each.file, each.at)),
        );
      }
    } else if (at.role === 'type' || at.role === 'space') {
      const here = own.get(keyOf(at))?.filter((each) => each !== at) ?? [];
      const elsewhere =
        at.role === 'type' && isImported ? namedIn({ file, at }, workspace).filter((each) => each.file !== file) : [];
      const places = [
        ...here.map((each) => locationOf(file, each)),
        ...elsewhere.map((each) => locationOf(each.file, each.at)),
      ];
      if (places.length > 0) lens(counted(places.length, 'reference'), places);
    }
    if (at.role === 'space' || (fields > MOST_FIELDS && at.role === 'register')) continue;
    const inC = usesInC({ file, at }, workspace);
    if (inC.length > 0) lens(`${counted(inC.length, 'use')} in C`, inC);
  }
  return found;
}

function lensAt({ uri, source }: MackerelFile, at: Occurrence, title: string, places: readonly Location[]): CodeLens {
  const range = source.range(at);
  return { range, command: { title, command: 'editor.action.showReferences', arguments: [uri, range.start, places] } };
}
