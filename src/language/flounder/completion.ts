import { type CompletionItem, CompletionItemKind, InsertTextFormat } from 'vscode-languageserver-types';
import type { Workspace } from '../language.ts';
import { Kind, type Tokens } from '../scanner.ts';
import { CTypes } from './c-types.ts';
import { isIncluded } from './included.ts';
import { type FlounderFile, scopeOf } from './scope.ts';
import { builtins, keywords } from './words.ts';

export function complete(file: FlounderFile, offset: number, workspace: Workspace): CompletionItem[] {
  const { tokens } = file.tree;
  if (tokens.comments.some(({ start, end, block }) => start < offset && (block ? offset < end : offset <= end)))
    return [];
  const at = tokens.at(offset - 1);
  // The word that is being typed is not part of what stands before it.
  const typing = tokens.start(at) < offset && tokens.kind(at) !== Kind.sign;
  if (typing && tokens.kind(at) !== Kind.name) return [];
  const before = tokens.start(at) < offset && !typing ? at : at - 1;
  switch (expectedBehind(tokens, before)) {
    case 'start':
      return isIncluded(file.uri) ? typeSnippets : [interfaceSnippet(file), ...typeSnippets];
    case 'declaration':
      if (!file.tree.head) return typeSnippets;
      // Types stand before all messages.
      return file.tree.messages.some(({ end }) => end <= offset)
        ? messageSnippets
        : [...messageSnippets, ...typeSnippets];
    case 'direction':
      return ['in', 'out'].map((word) => keywordItem(word));
    case 'type':
      return typeItems(file, offset, workspace);
    case 'typedef':
      return [...bodySnippets, ...typeItems(file, offset, workspace)];
    case 'builtin':
      return builtinItems();
    case 'value': {
      const message = file.tree.messages.find(({ start, end }) => start <= offset && offset <= end);
      const names = message?.arguments.flatMap(({ name, length }) => [name, length]) ?? [];
      return names.flatMap((name) => (name ? [{ label: name.text, kind: CompletionItemKind.Variable }] : []));
    }
    case 'nothing':
      return [];
  }
}

type Expected = 'start' | 'declaration' | 'direction' | 'type' | 'typedef' | 'builtin' | 'value' | 'nothing';

/** From the words before: what is behind them is being typed, and no tree is to be trusted there. */
function expectedBehind(tokens: Tokens, last: number): Expected {
  if (last < 0) return 'start';
  const word = (index: number): string => (index < 0 ? '' : tokens.textOf(index));
  const lower = (index: number): string => word(index).toLowerCase();
  const open = openBracket(tokens, last);
  if (open >= 0 && word(open) === '(') {
    if (word(open - 2) === '@') return word(last) === '=' ? 'value' : 'nothing';
    const starts = last === open || word(last) === ',';
    if (lower(open - 2) === 'rpc')
      return starts ? 'direction' : lower(last) === 'in' || lower(last) === 'out' ? 'type' : 'nothing';
    return starts ? 'type' : 'nothing';
  }
  if (open >= 0 && word(open) === '[') return 'nothing';
  if (lower(last) === 'typedef') return 'typedef';
  if (lower(last - 1) === 'alias' && tokens.kind(last) === Kind.name && ['{', ';', ''].includes(word(last - 2)))
    return 'builtin';
  if (open >= 0 && lower(open - 1) === 'struct') return last === open || word(last) === ';' ? 'type' : 'nothing';
  if (open >= 0 && lower(open - 1) === 'enum') return 'nothing';
  return last === open || word(last) === ';' ? 'declaration' : 'nothing';
}

/** The innermost bracket that is open behind a token; those of a declaration that was never closed don't count. */
function openBracket(tokens: Tokens, from: number): number {
  let closed = 0;
  for (let index = from; index >= 0; index--) {
    if (tokens.kind(index) !== Kind.sign) continue;
    const sign = tokens.textOf(index);
    if (sign === ')' || sign === ']' || sign === '}') closed++;
    else if (sign === '(' || sign === '[' || sign === '{') {
      if (closed === 0) return index;
      closed--;
    }
  }
  return -1;
}

function typeItems(file: FlounderFile, offset: number, workspace: Workspace): CompletionItem[] {
  const scope = scopeOf(file, workspace);
  const types = new CTypes(file.tree.head?.name?.text ?? '', file, scope);
  const items: CompletionItem[] = [];
  for (const [name, declarations] of scope.own) {
    const declaration = declarations.at(-1);
    // What is being declared is no type yet.
    if (!declaration || declaration.end > offset) continue;
    const kind = declaration.form === 'enum' ? CompletionItemKind.Enum : CompletionItemKind.Struct;
    items.push({ label: name, kind, detail: types.type(name), sortText: `0${name}` });
  }
  for (const [name, included] of scope.included) {
    if (scope.own.has(name)) continue;
    const detail = `${included.at(-1)?.declaration.of?.text ?? ''} (included)`;
    items.push({ label: name, kind: CompletionItemKind.TypeParameter, detail, sortText: `1${name}` });
  }
  return [...items, ...builtinItems()];
}

function builtinItems(): CompletionItem[] {
  return [...builtins.values()].map(({ name, c, what }) => ({
    label: name,
    kind: CompletionItemKind.TypeParameter,
    detail: c,
    documentation: what,
    sortText: `2${name}`,
    ...(name === 'int' ? { sortText: '3' } : {}),
  }));
}

function keywordItem(word: string): CompletionItem {
  return { label: word, kind: CompletionItemKind.Keyword, documentation: keywords.get(word) ?? '' };
}

function snippet(label: string, insertText: string, detail: string): CompletionItem {
  return { ...keywordItem(label), insertText, insertTextFormat: InsertTextFormat.Snippet, detail };
}

const typeSnippets = [
  snippet('typedef', 'typedef ${1:uint32} ${2:name};$0', 'a new type'),
  snippet('alias', 'alias ${1:name} ${2:uint32};$0', 'another name of a built-in type'),
];
const bodySnippets = [
  snippet('struct', 'struct {\n\t${1:uint32} ${2:field};$0\n} ${3:name};', 'a structure'),
  snippet('enum', 'enum {\n\t${1:ONE},\n\t${2:OTHER}\n} ${3:name};$0', 'an enumeration'),
];
const messageSnippets = [
  snippet('message', 'message ${1:name}($2);$0', 'one way'),
  snippet('rpc', 'rpc ${1:name}(${2:in uint32 what}, out errval err);$0', 'a call and its answer'),
];

/** The file's name is the only one that the interface can have. */
function interfaceSnippet({ uri }: FlounderFile): CompletionItem {
  const name = uri.slice(uri.lastIndexOf('/') + 1).replace(/\.if$/, '');
  const safe = /^[A-Za-z]\w*$/.test(name) ? name : 'name';
  return snippet(
    'interface',
    `interface ${safe} "\${1:What it is for}" {\n\tmessage \${2:hello}($3);$0\n};\n`,
    `interface ${safe}`,
  );
}
