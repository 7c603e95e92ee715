import { type CompletionItem, CompletionItemKind, InsertTextFormat } from 'vscode-languageserver-types';
import { isIncluded } from '../flounder/included.ts';
import type { Workspace } from '../language.ts';
import { hakefile } from './hakefile.ts';
import { entryAt, type HakefileFile } from './names.ts';
import { Kind } from '../scanner.ts';
import { type Block, type Entry, isProgram, PROGRAMS } from './syntax.ts';
import { architectures, backends, places, vocabulary, type Word } from './vocabulary.ts';

export function complete(file: HakefileFile, offset: number, workspace: Workspace): CompletionItem[] {
  const { comments } = file.tree.tokens;
  if (comments.some(({ start, end, block }) => start < offset && (block ? offset < end : offset <= end))) return [];
  const entry = entryAt(file.tree, offset);
  if (entry && offset > entry.start) {
    const closed = entry.end - entry.start > entry.text.length + 1;
    return closed && offset === entry.end ? [] : inString(entry, offset, file, workspace);
  }
  return words(blockAt(file, offset), offset, isValue(file, offset));
}

function inString(entry: Entry, offset: number, file: HakefileFile, workspace: Workspace): CompletionItem[] {
  const start = entry.start + 1;
  // An open string is read up to the end of its line: no more than the name is replaced.
  const name = /^[\w./+-]*/.exec(entry.text.slice(offset - start))?.[0] ?? '';
  const range = file.source.range({ start, end: offset + name.length });
  const typed = entry.text.slice(0, offset - start);
  return candidates(entry, typed, file, workspace).map((item) => ({
    ...item,
    filterText: item.label,
    textEdit: { range, newText: item.label },
  }));
}

function candidates({ role }: Entry, typed: string, file: HakefileFile, workspace: Workspace): CompletionItem[] {
  switch (role) {
    case 'source':
      return sources(typed, file, workspace);
    case 'directory':
      return listed('', typed.startsWith('/') ? typed : '/', '/', file.uri, workspace);
    case 'interface':
    case 'device':
    case 'schema':
    case 'sockeye': {
      const [directory, ending] = places[role] ?? ['', ''];
      return listed(directory, typed, ending, file.uri, workspace);
    }
    case 'library':
      return targets((kind) => kind === 'library' || kind === 'staticLibrary', CompletionItemKind.Module, workspace);
    case 'module':
      return targets((kind) => kind === 'drivermodule', CompletionItemKind.Module, workspace);
    case 'program': {
      const front = typed.startsWith(PROGRAMS) ? PROGRAMS : '';
      return targets(isProgram, CompletionItemKind.Module, workspace).map((item) => ({
        ...item,
        label: front + item.label,
      }));
    }
    case 'architecture':
      return architectures.map((label) => ({ label, kind: CompletionItemKind.EnumMember }));
    case 'backend':
      return backends.map((label) => ({ label, kind: CompletionItemKind.EnumMember }));
    case 'target':
    case undefined:
      return [];
  }
}

function sources(typed: string, file: HakefileFile, workspace: Workspace): CompletionItem[] {
  const base = typed.startsWith('/')
    ? workspace.sourceRoot(file.uri)
    : file.uri.slice(0, file.uri.lastIndexOf('/') + 1);
  const directory = typed.slice(0, typed.lastIndexOf('/') + 1);
  if (base === undefined || directory.includes('..')) return [];
  return workspace
    .list(base + directory.replace(/^\//, ''))
    .filter((name) => /(?:\.(?:c|cc|cpp|cxx|S|s)|\/)$/.test(name))
    .map((name) => fileItem(`${directory}${name}`));
}

/** Names in a directory of the source tree, without their ending; directories lead deeper. */
function listed(top: string, typed: string, ending: string, uri: string, workspace: Workspace): CompletionItem[] {
  const root = workspace.sourceRoot(uri);
  const deeper = typed.slice(0, typed.lastIndexOf('/') + 1);
  if (root === undefined || deeper.includes('..')) return [];
  return workspace
    .list(root + top + (top === '' ? deeper.replace(/^\//, '') : deeper))
    .filter((name) => (name.endsWith(ending) || name.endsWith('/')) && !isIncluded(`${root}${top}${deeper}${name}`))
    .map((name) =>
      fileItem(
        deeper + (name.endsWith('/') ? (ending === '/' ? name.slice(0, -1) : name) : name.slice(0, -ending.length)),
      ),
    );
}

function fileItem(label: string): CompletionItem {
  return { label, kind: label.endsWith('/') ? CompletionItemKind.Folder : CompletionItemKind.File };
}

function targets(
  isWanted: (kind: string) => boolean,
  kind: CompletionItemKind,
  workspace: Workspace,
): CompletionItem[] {
  const found = new Map<string, CompletionItem>();
  for (const uri of workspace.files(hakefile.id)) {
    const directory = uri.slice(0, uri.lastIndexOf('/'));
    for (const { name, container } of workspace.summary(uri)?.declared ?? []) {
      if (!isWanted(container ?? '') || found.has(name)) continue;
      found.set(name, { label: name, kind, detail: directory.slice((workspace.sourceRoot(uri) ?? '').length) });
    }
  }
  return [...found.values()];
}

function blockAt(file: HakefileFile, offset: number): Block | undefined {
  return file.tree.blocks.findLast(({ kindSpan, end }) => kindSpan.end < offset && offset < end);
}

const kinds: Readonly<Record<Word['kind'], CompletionItemKind>> = {
  field: CompletionItemKind.Property,
  block: CompletionItemKind.Class,
  function: CompletionItemKind.Function,
  keyword: CompletionItemKind.Keyword,
  value: CompletionItemKind.Constructor,
};

/** Whether what is typed at an offset is a value, or a part of one. */
function isValue({ tree: { tokens } }: HakefileFile, offset: number): boolean {
  const at = tokens.at(offset - 1);
  const isTyped = tokens.start(at) < offset && tokens.kind(at) === Kind.name;
  const before = isTyped || tokens.start(at) >= offset ? at - 1 : at;
  return before >= 0 && BEFORE_VALUES.has(tokens.textOf(before));
}

const BEFORE_VALUES: ReadonlySet<string> = new Set(['=', '++', '(', '[', '<-', '|', 'then', 'else']);

/** In a block the fields that it doesn't have yet come first. */
function words(block: Block | undefined, offset: number, inValue: boolean): CompletionItem[] {
  const names = new Set(
    block?.fields.filter(({ start, end }) => offset < start || end < offset).map(({ name }) => name),
  );
  const items: CompletionItem[] = [];
  for (const [label, { kind, type, what }] of vocabulary) {
    if (kind === 'field' && (!block || inValue || names.has(label))) continue;
    const item: CompletionItem = {
      label,
      kind: kinds[kind],
      detail: type,
      documentation: what,
      sortText: `${kind === 'field' ? '0' : '1'}${label}`,
    };
    items.push(kind === 'field' ? { ...item, ...fieldText(label, type) } : item);
  }
  return items;
}

function fieldText(label: string, type: string): Partial<CompletionItem> {
  const value = type === 'String' ? '"$1"' : type === '[String]' ? '[ "$1" ]' : '$1';
  return { insertText: `${label} = ${value}`, insertTextFormat: InsertTextFormat.Snippet };
}
