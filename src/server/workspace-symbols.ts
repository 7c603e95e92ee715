import type { WorkspaceSymbol } from 'vscode-languageserver-types';
import type { NameIndex } from './name-index.ts';

const MOST = 1_000;

/** Names that have the query's letters in their order, as editors search; those that begin with it first. */
export function findSymbols(names: NameIndex, query: string, most = MOST): WorkspaceSymbol[] {
  const wanted = query.toLowerCase();
  const [first, others]: [WorkspaceSymbol[], WorkspaceSymbol[]] = [[], []];
  for (const [uri, { summary }] of names.all()) {
    for (const { name, kind, range, container } of summary.declared) {
      const own = name.toLowerCase();
      if (!hasInOrder(own, wanted)) continue;
      const list = own.startsWith(wanted) ? first : others;
      if (list.length >= most) continue;
      list.push({
        name,
        kind,
        location: { uri, range },
        ...(container === undefined ? {} : { containerName: container }),
      });
    }
  }
  return [...first, ...others].slice(0, most);
}

function hasInOrder(text: string, letters: string): boolean {
  let at = 0;
  for (const letter of letters) {
    at = text.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}
