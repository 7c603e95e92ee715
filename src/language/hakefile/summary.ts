import { SymbolKind } from 'vscode-languageserver-types';
import type { DeclaredName, FileSummary } from '../language.ts';
import { type HakefileFile, inside, keyOf } from './names.ts';
import { targetsOf } from './syntax.ts';

/** What is built, with the kind of it as its container, and what that uses. */
export function summarize({ tree, source }: HakefileFile): FileSummary {
  const declared: DeclaredName[] = [];
  for (const block of tree.blocks) {
    for (const target of targetsOf(block)) {
      declared.push({
        name: target.text,
        kind: kindOf(block.kind),
        range: source.range(inside(target)),
        container: block.kind,
      });
    }
  }
  for (const { by, entry } of tree.made) {
    if (entry.certain || by !== 'staticLibrary') {
      declared.push({ name: entry.text, kind: kindOf(by), range: source.range(inside(entry)), container: by });
    }
  }
  const used = new Set(tree.entries.map((entry) => keyOf(entry)).filter((key) => key !== undefined));
  return { declared: declared.filter(({ name }) => name !== ''), used: [...used] };
}

export function kindOf(by: string): SymbolKind {
  if (by === 'library' || by === 'staticLibrary') return SymbolKind.Package;
  if (by === 'drivermodule') return SymbolKind.Module;
  if (by === 'platform' || by === 'boot') return SymbolKind.Event;
  return SymbolKind.Class;
}
