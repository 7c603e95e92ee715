import type { CompletionItem, Hover } from 'vscode-languageserver-types';
import type { GeneratedName, Language, Workspace } from './language.ts';
import type { SourceText, Span } from './source-text.ts';

const NAME_PART = /\w/;
/** Behind that, a C source includes nothing any more, or too late to be found. */
const LOOKED_AT = 64 * 1024;
const LONGEST_NAME = 256;
/** Fewer letters begin too many names. */
const SHORTEST_PREFIX = 2;

type Languages = readonly Language<unknown>[];

/** What a C source includes, as written between the brackets or quotes: `dev/e1000_dev.h`. */
function includesOf({ text }: SourceText): readonly string[] {
  const head = text.slice(0, LOOKED_AT);
  return [...head.matchAll(/^[ \t]*#[ \t]*include[ \t]*[<"]([^>"\n]{1,512})[>"]/gm)].map(([, name = '']) => name);
}

/** The word around an offset; empty where there is none. */
function wordAt({ text }: SourceText, offset: number): Span {
  let start = offset;
  let end = offset;
  while (start > 0 && offset - start < LONGEST_NAME && NAME_PART.test(text[start - 1] ?? '')) start--;
  while (end < text.length && end - offset < LONGEST_NAME && NAME_PART.test(text[end] ?? '')) end++;
  return { start, end };
}

/** What a word means that a compiler of the tree has generated; undefined for all other words. */
function generatedAt(source: SourceText, offset: number, languages: Languages, workspace: Workspace) {
  const span = wordAt(source, offset);
  const word = source.slice(span);
  if (!/^[A-Za-z_]/.test(word)) return undefined;
  const includes = includesOf(source);
  for (const { inC } of languages) {
    const found = inC?.resolve(word, includes, workspace);
    if (found) return { ...found, span };
  }
  return undefined;
}

export function hoverInC(
  source: SourceText,
  offset: number,
  languages: Languages,
  workspace: Workspace,
): Hover | undefined {
  const found = generatedAt(source, offset, languages, workspace);
  return found && { range: source.range(found.span), ...found.hover };
}

export function definitionsInC(
  source: SourceText,
  offset: number,
  languages: Languages,
  workspace: Workspace,
): readonly GeneratedName['location'][] {
  const found = generatedAt(source, offset, languages, workspace);
  return found ? [found.location] : [];
}

/** Generated names that begin as the word at an offset does. */
export function completionsInC(
  source: SourceText,
  offset: number,
  languages: Languages,
  workspace: Workspace,
): readonly CompletionItem[] {
  const start = wordAt(source, offset).start;
  const prefix = source.slice({ start, end: offset });
  if (prefix.length < SHORTEST_PREFIX || !/^[A-Za-z_]/.test(prefix) || isInLineComment(source, start)) return [];
  const includes = includesOf(source);
  return languages.flatMap(({ inC }) => inC?.complete(prefix, includes, workspace) ?? []);
}

function isInLineComment(source: SourceText, offset: number): boolean {
  const { start } = source.line(source.positionAt(offset).line);
  const before = source.slice({ start, end: offset });
  return before.includes('//') || /^\s*\*(?!\w)/.test(before);
}
