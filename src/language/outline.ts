import type { Location, SymbolKind } from 'vscode-languageserver-types';
import type { Finding, ParsedFile, SemanticTokenType } from './language.ts';
import type { Tokens } from './scanner.ts';
import type { Span } from './source-text.ts';

/** Something that a file declares, from its first word to its last sign. */
export interface Definition extends Span {
  readonly name: string;
  /** Where the name stands; may be empty in a damaged text. */
  readonly at: Span;
  /** What it is, in one or two words: `error class`. Distinguishes names that live beside each other. */
  readonly what: string;
  readonly symbol: SymbolKind;
  readonly token: SemanticTokenType;
  /** Shown beside the name in the outline. */
  readonly detail: string;
  /** What the file says about it: its description, without quotes. */
  readonly about: string;
  readonly container: Definition | undefined;
  /** In the order of the text. */
  readonly inside: Definition[];
}

/** A name that stands for a definition. */
export interface Use extends Span {
  readonly name: string;
  readonly token: SemanticTokenType;
  /** What it can be the name of. */
  readonly what: readonly string[];
  /** In this file; undefined where it is another file's, or nobody's. */
  to: Definition | undefined;
}

/** The tree of a small language: who declares what, and where names are used. */
export interface Outline {
  readonly tokens: Tokens;
  /** Those that are in no other. */
  readonly definitions: readonly Definition[];
  /** In the order of the text. */
  readonly uses: readonly Use[];
  /** Words of the language itself, in the order of the text. */
  readonly words: readonly Span[];
  /** Stretches that fold beside the definitions. */
  readonly blocks: readonly Span[];
  readonly findings: readonly Finding[];
  /** Whether something was passed over that the tree's program may take: then something may be declared that isn't here. */
  readonly unsure: boolean;
}

/** All of them, each before what is inside of it. */
export function* allDefinitions(definitions: readonly Definition[]): Generator<Definition> {
  const waiting = definitions.toReversed();
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    yield next;
    for (let index = next.inside.length - 1; index >= 0; index--) {
      const inner = next.inside[index];
      if (inner) waiting.push(inner);
    }
  }
}

/** The definition whose name, or the use that, stands at an offset; behind its last letter it still does. */
export function nameAt(
  tree: Outline,
  offset: number,
): { readonly span: Span; readonly definition: Definition | undefined; readonly use: Use | undefined } | undefined {
  const use = tree.uses.find(({ start, end }) => start <= offset && offset <= end);
  if (use) return { span: use, definition: use.to, use };
  for (const definition of allDefinitions(tree.definitions)) {
    const { at } = definition;
    if (at.start <= offset && offset <= at.end && at.end > at.start) return { span: at, definition, use: undefined };
  }
  return undefined;
}

/** From its outermost container to itself. */
export function pathOf(definition: Definition): Definition[] {
  const path: Definition[] = [];
  for (let at: Definition | undefined = definition; at; at = at.container) path.unshift(at);
  return path;
}

export function locationOf(file: ParsedFile<unknown>, span: Span): Location {
  return { uri: file.uri, range: file.source.range(span) };
}
