import { CompletionItemKind, type CompletionItem } from 'vscode-languageserver-types';
import { plain } from './markdown.ts';
import type { Definition } from './outline.ts';
import { Kind, type Tokens } from './scanner.ts';

/** Where words are being written, and not a comment, a string or a number. Looks at what stands right before the offset. */
export function completesAt(tokens: Tokens, offset: number): boolean {
  if (tokens.comments.some(({ start, end, block }) => start < offset && (offset < end || (!block && offset === end)))) {
    return false;
  }
  const index = tokens.at(offset - 1);
  const within = tokens.start(index) < offset && offset <= tokens.end(index);
  if (!within) return true;
  const kind = tokens.kind(index);
  if (kind === Kind.string) return offset === tokens.end(index);
  return kind === Kind.name || kind === Kind.sign;
}

/** Index of the token that is being written at an offset, or else of the first one behind it. */
export function tokenBeingWritten(tokens: Tokens, offset: number): number {
  const before = tokens.at(offset - 1);
  return tokens.kind(before) === Kind.name && tokens.start(before) < offset && offset <= tokens.end(before)
    ? before
    : tokens.at(offset);
}

/** Words of the language, each with what it means. */
export function wordItems(words: Readonly<Record<string, string>>, only?: readonly string[]): CompletionItem[] {
  return (only ?? Object.keys(words)).map((label) => ({
    label,
    kind: CompletionItemKind.Keyword,
    ...(words[label] === undefined ? {} : { documentation: words[label] }),
  }));
}

export function definitionItem(definition: Definition, kind: CompletionItemKind): CompletionItem {
  const { name, what, about } = definition;
  const documentation = about === '' ? {} : { documentation: { kind: 'markdown' as const, value: plain(about) } };
  return { label: name, kind, detail: what, ...documentation };
}
