import { MarkupKind, type Hover } from 'vscode-languageserver-types';
import type { SourceText, Span } from './source-text.ts';

/** A text of a file, to be shown as it is: nothing in it is taken for Markdown or HTML. */
export function plain(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]()#+\-.!|<>~&$]/g, String.raw`\$&`).replaceAll(/\s*[\r\n]+\s*/g, ' ');
}

export function codeBlock(language: string, text: string): string {
  let fence = '```';
  while (text.includes(fence)) fence += '`';
  return `${fence}${language}\n${text}\n${fence}`;
}

/** Paragraphs, in Markdown; empty ones are left out. */
export function hoverOf(source: SourceText, span: Span, paragraphs: readonly (string | undefined)[]): Hover {
  const value = paragraphs.filter((each) => each !== undefined && each !== '').join('\n\n');
  return { contents: { kind: MarkupKind.Markdown, value }, range: source.range(span) };
}
