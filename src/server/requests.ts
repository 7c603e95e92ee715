import type { CodeAction, Location, Position, Range, SelectionRange, WorkspaceEdit } from 'vscode-languageserver-types';
import { ResponseError } from 'vscode-jsonrpc/node';
import { completionsInC, definitionsInC, hoverInC } from '../language/c-source.ts';
import type { Finding, Language, ParsedFile, Workspace } from '../language/language.ts';
import type { Span } from '../language/source-text.ts';
import type { OpenDocument } from './documents.ts';
import { languages } from './languages.ts';
import { encodedTokens } from './semantic-tokens.ts';

/** What a request is about. */
interface Asked {
  readonly language: Language<unknown>;
  readonly file: ParsedFile<unknown>;
  readonly workspace: Workspace;
  /** Of the last version that has been looked at. */
  readonly findings: readonly Finding[];
}

export interface Params {
  readonly position?: Position;
  readonly range?: Range;
  readonly positions?: readonly Position[];
  readonly newName?: string;
  readonly options?: { readonly tabSize: number; readonly insertSpaces: boolean };
  readonly context?: { readonly includeDeclaration?: boolean };
}

type Answer = (asked: Asked, params: Params) => unknown;

/** Ever larger selections around one place. Each is written inside of the one before, which has a limit. */
const MOST_SELECTIONS = 200;

/** How editors show a refusal to the user. */
const REQUEST_FAILED = -32803;

function offsetOf({ file }: Asked, { position }: Params): number {
  return file.source.offsetAt(position ?? { line: 0, character: 0 });
}

function spanOf({ file }: Asked, { range }: Params): Span {
  if (!range) return { start: 0, end: file.source.text.length };
  const start = file.source.offsetAt(range.start);
  return { start, end: Math.max(start, file.source.offsetAt(range.end)) };
}

/** Every request about a document in one of the languages. What a language can't do has no answer. */
export const answers: Readonly<Record<string, Answer>> = {
  'textDocument/hover': (asked, params) => asked.language.hover?.(asked.file, offsetOf(asked, params), asked.workspace),
  'textDocument/definition': (asked, params) =>
    asked.language.definitions?.(asked.file, offsetOf(asked, params), asked.workspace),
  'textDocument/references': (asked, params) =>
    asked.language.references?.(
      asked.file,
      offsetOf(asked, params),
      { declaration: params.context?.includeDeclaration ?? true },
      asked.workspace,
    ),
  'textDocument/documentHighlight': (asked, params) => {
    const { language, file, workspace } = asked;
    const alone = onlyWith(file.uri, workspace);
    const found = language.references?.(file, offsetOf(asked, params), { declaration: true }, alone);
    return found && rangesIn(file.uri, found).map((range) => ({ range }));
  },
  'textDocument/prepareRename': (asked, params) => {
    const found = asked.language.renameable?.(asked.file, offsetOf(asked, params), asked.workspace);
    if (found && 'refused' in found) throw new ResponseError(REQUEST_FAILED, found.refused);
    return found && asked.file.source.range(found);
  },
  'textDocument/rename': (asked, params): WorkspaceEdit | undefined => {
    const offset = offsetOf(asked, params);
    const found = asked.language.rename?.(asked.file, offset, params.newName ?? '', asked.workspace);
    if (found && 'refused' in found) throw new ResponseError(REQUEST_FAILED, found.refused);
    return found;
  },
  'textDocument/completion': (asked, params) =>
    asked.language.complete?.(asked.file, offsetOf(asked, params), asked.workspace),
  'textDocument/signatureHelp': (asked, params) =>
    asked.language.signature?.(asked.file, offsetOf(asked, params), asked.workspace),
  'textDocument/documentSymbol': ({ language, file }) => language.symbols?.(file),
  'textDocument/foldingRange': ({ language, file }) => language.folds?.(file),
  'textDocument/formatting': ({ language, file }, { options }) => options && language.format?.(file, { ...options }),
  'textDocument/rangeFormatting': (asked, params) =>
    params.options && asked.language.format?.(asked.file, { ...params.options }, spanOf(asked, params)),
  'textDocument/inlayHint': (asked, params) =>
    asked.language.hints?.(asked.file, spanOf(asked, params), asked.workspace),
  'textDocument/codeLens': ({ language, file, workspace }) => language.lenses?.(file, workspace),
  'textDocument/documentLink': ({ language, file, workspace }) => language.links?.(file, workspace),
  'textDocument/selectionRange': ({ language, file }, { positions = [] }) =>
    language.selections &&
    positions.map((position) =>
      nested(language.selections?.(file, file.source.offsetAt(position)) ?? [], file, position),
    ),
  'textDocument/codeAction': (asked, params): readonly CodeAction[] | undefined => {
    const span = spanOf(asked, params);
    const here = asked.findings.filter(({ start, end }) => start <= span.end && end >= span.start);
    return asked.language.actions?.(asked.file, span, here, asked.workspace);
  },
  'textDocument/semanticTokens/full': ({ language, file, workspace }) =>
    language.tokens && { data: encodedTokens(language.tokens(file, workspace), file.source) },
  'textDocument/semanticTokens/range': (asked, params) => {
    const { language, file, workspace } = asked;
    const span = spanOf(asked, params);
    const all = language.tokens?.(file, workspace) ?? [];
    const inside = all.filter(({ start, end }) => end > span.start && start < span.end);
    return { data: encodedTokens(inside, file.source) };
  },
};

/** As if no other file used a name, nor C: an editor asks with each move of the cursor. */
function onlyWith(uri: string, workspace: Workspace): Workspace {
  return {
    files: (language) => workspace.files(language),
    summary: (of) => workspace.summary(of),
    parsed: (language, of) => workspace.parsed(language, of),
    declaring: (language, name) => workspace.declaring(language, name),
    using: () => [uri],
    inC: () => [],
    sourceRoot: (of) => workspace.sourceRoot(of),
    build: (of) => workspace.build(of),
    exists: (of) => workspace.exists(of),
    list: (of) => workspace.list(of),
  };
}

/** Each once. */
function rangesIn(uri: string, places: readonly Location[]): Range[] {
  const found = new Map<string, Range>();
  for (const { uri: where, range } of places) {
    const { line, character } = range.start;
    if (where === uri) found.set(`${String(line)}:${String(character)}`, range);
  }
  return [...found.values()];
}

function nested(spans: readonly Span[], { source }: ParsedFile<unknown>, position: Position): SelectionRange {
  const empty = { start: position, end: position };
  const outermost = spans.slice(0, MOST_SELECTIONS).toReversed();
  let found: SelectionRange | undefined;
  for (const span of outermost) found = { range: source.range(span), ...(found ? { parent: found } : {}) };
  return found ?? { range: empty };
}

/** Requests about C sources of a tree. */
export const answersInC: Readonly<
  Record<string, (document: OpenDocument, position: Position, workspace: Workspace) => unknown>
> = {
  'textDocument/hover': ({ source }, position, workspace) =>
    hoverInC(source, source.offsetAt(position), languages, workspace),
  'textDocument/definition': ({ source }, position, workspace) =>
    definitionsInC(source, source.offsetAt(position), languages, workspace),
  'textDocument/completion': ({ source }, position, workspace) =>
    completionsInC(source, source.offsetAt(position), languages, workspace),
};
