import type { DocumentSymbol, FoldingRange, Location } from 'vscode-languageserver-types';
import { blockFold, commentFolds } from './comment-folds.ts';
import { enclosingSpans } from './enclosing-spans.ts';
import type { Language, ParsedFile, SemanticToken, Workspace } from './language.ts';
import { allDefinitions, locationOf, nameAt, type Definition, type Outline, type Use } from './outline.ts';
import type { Span } from './source-text.ts';

type File<Tree> = ParsedFile<Tree>;

/** What a language adds to its outline. */
export interface OutlineHooks<Tree extends Outline> {
  /** Where a name that this file doesn't declare is declared. */
  readonly elsewhere?: (file: File<Tree>, use: Use, workspace: Workspace) => readonly Location[];
  /** Where else a definition is used: in other files, in C. */
  readonly usedElsewhere?: (file: File<Tree>, definition: Definition, workspace: Workspace) => readonly Location[];
}

type Features = 'symbols' | 'folds' | 'tokens' | 'definitions' | 'references' | 'selections';

/** The features that follow from an outline alone. */
export function outlineFeatures<Tree extends Outline>(
  hooks: OutlineHooks<Tree>,
): Required<Pick<Language<Tree>, Features>> {
  return {
    symbols: (file) => file.tree.definitions.map((definition) => symbolOf(file, definition)),
    folds: foldsOf,
    tokens: ({ tree }) => tokensOf(tree),
    selections: ({ source, tree }, offset) =>
      enclosingSpans(source, tree.tokens, offset, [...allDefinitions(tree.definitions), ...tree.blocks]),
    definitions(file, offset, workspace) {
      const found = nameAt(file.tree, offset);
      if (!found) return [];
      if (found.definition) return [locationOf(file, found.definition.at)];
      return (found.use && hooks.elsewhere?.(file, found.use, workspace)) ?? [];
    },
    references(file, offset, { declaration }, workspace) {
      const found = nameAt(file.tree, offset);
      if (!found) return [];
      const { definition, use } = found;
      if (definition) {
        const here = file.tree.uses.filter(({ to }) => to === definition);
        const own = declaration ? [definition.at, ...here] : here;
        const others = hooks.usedElsewhere?.(file, definition, workspace) ?? [];
        return [...own.map((span) => locationOf(file, span)), ...others];
      }
      const same = file.tree.uses.filter((each) => each.name === use?.name && each.to === undefined);
      const declared = declaration && use ? (hooks.elsewhere?.(file, use, workspace) ?? []) : [];
      return [...declared, ...same.map((span) => locationOf(file, span))];
    },
  };
}

/** Names in brackets nest as deep as the parser allows, which is bounded. */
function symbolOf(file: File<Outline>, definition: Definition): DocumentSymbol {
  const { name, detail, symbol, at } = definition;
  const span = { start: Math.min(definition.start, at.start), end: Math.max(definition.end, at.end) };
  return {
    // An empty name is refused by editors.
    name: name === '' ? `(${definition.what})` : name,
    detail,
    kind: symbol,
    range: file.source.range(span),
    selectionRange: file.source.range(at),
    children: definition.inside.map((inner) => symbolOf(file, inner)),
  };
}

function foldsOf({ source, tree }: File<Outline>): FoldingRange[] {
  const folds = commentFolds(source, tree.tokens.comments);
  const taken = new Set<number>();
  const spans: Span[] = [...allDefinitions(tree.definitions), ...tree.blocks];
  for (const span of spans) {
    const fold = blockFold(source, span);
    // Of two that begin in one line, an editor shows one.
    if (!fold || taken.has(fold.startLine)) continue;
    taken.add(fold.startLine);
    folds.push(fold);
  }
  return folds.sort((a, b) => a.startLine - b.startLine);
}

function tokensOf(tree: Outline): SemanticToken[] {
  const tokens: SemanticToken[] = tree.words.map(({ start, end }) => ({ start, end, type: 'keyword' }));
  for (const { at, token } of allDefinitions(tree.definitions)) {
    if (at.end > at.start) tokens.push({ start: at.start, end: at.end, type: token, modifiers: ['declaration'] });
  }
  for (const { start, end, token } of tree.uses) tokens.push({ start, end, type: token });
  return tokens.sort((a, b) => a.start - b.start);
}
