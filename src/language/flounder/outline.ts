import { SymbolKind, type DocumentSymbol, type FoldingRange } from 'vscode-languageserver-types';
import { blockFold, commentFolds } from '../comment-folds.ts';
import { enclosingSpans } from '../enclosing-spans.ts';
import type { SourceText, Span } from '../source-text.ts';
import type { FlounderFile } from './scope.ts';
import { kindOfForm } from './summary.ts';
import type { MessageDeclaration, Name, TypeDeclaration } from './syntax.ts';

export function symbols({ tree, source }: FlounderFile): DocumentSymbol[] {
  const inside = [
    ...tree.types.flatMap((type) => typeSymbol(source, type)),
    ...tree.messages.flatMap((message) => messageSymbol(source, message)),
  ].sort((a, b) => a.range.start.line - b.range.start.line || a.range.start.character - b.range.start.character);
  const { head } = tree;
  if (!head?.name) return inside;
  return [{ ...symbol(source, head, head.name, SymbolKind.Interface, head.description), children: inside }];
}

function typeSymbol(source: SourceText, type: TypeDeclaration): DocumentSymbol[] {
  const { name, of, form, fields, constants, length } = type;
  if (!name) return [];
  const size = length === undefined ? '' : `[${String(length)}]`;
  const children = [
    ...fields.flatMap((field) =>
      field.name ? [symbol(source, field, field.name, SymbolKind.Field, field.type.text)] : [],
    ),
    ...constants.map((constant) => symbol(source, constant, constant, SymbolKind.EnumMember)),
  ];
  return [{ ...symbol(source, type, name, kindOfForm[form], of ? `${of.text}${size}` : form), children }];
}

function messageSymbol(source: SourceText, message: MessageDeclaration): DocumentSymbol[] {
  const { name, form, arguments: all } = message;
  if (!name) return [];
  const detail = `${form} (${all.map((each) => [each.direction, each.type.text, each.name?.text].filter(Boolean).join(' ')).join(', ')})`;
  return [symbol(source, message, name, form === 'rpc' ? SymbolKind.Method : SymbolKind.Event, detail.slice(0, 200))];
}

function symbol(source: SourceText, span: Span, name: Name, kind: SymbolKind, detail?: string): DocumentSymbol {
  const range = source.range({ start: span.start, end: Math.max(span.end, name.end) });
  return { name: name.text, kind, range, selectionRange: source.range(name), ...(detail ? { detail } : {}) };
}

export function folds({ tree, source }: FlounderFile): FoldingRange[] {
  const spans = [tree.head?.body, ...tree.types.map(({ body }) => body), ...tree.messages.map(({ list }) => list)];
  const blocks = spans.map((span) => span && blockFold(source, span)).filter((fold) => fold !== undefined);
  return [...commentFolds(source, tree.tokens.comments), ...blocks];
}

export function selections({ tree, source }: FlounderFile, offset: number): Span[] {
  const spans = [
    ...(tree.head ? [tree.head] : []),
    ...tree.types.flatMap((type) => [type, ...type.fields]),
    ...tree.messages.flatMap((message) => [message, ...message.arguments]),
  ];
  return enclosingSpans(source, tree.tokens, offset, spans);
}
