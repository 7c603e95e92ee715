import type { DocumentLink, DocumentSymbol, FoldingRange, Hover, Location } from 'vscode-languageserver-types';
import { blockFold, commentFolds } from '../comment-folds.ts';
import { enclosingSpans } from '../enclosing-spans.ts';
import type { DeclaredName, Finding, SemanticToken, Workspace } from '../language.ts';
import { hoverOf, plain } from '../markdown.ts';
import { Kind } from '../scanner.ts';
import type { Span } from '../source-text.ts';
import { hakefile } from './hakefile.ts';
import { entryAt, fileOf, type HakefileFile, inside, keyOf, keyOfTarget, locate, programOf, usesIn } from './names.ts';
import { kindOf } from './summary.ts';
import { type Entry, isLinked, isProgram, targetsOf } from './syntax.ts';
import { vocabulary } from './vocabulary.ts';

/** Files, interfaces and devices that are not there. All else is for GHC to say. */
export function diagnose(file: HakefileFile, workspace: Workspace): Finding[] {
  const findings: Finding[] = [];
  for (const entry of file.tree.entries) {
    const { role, text, start, end } = entry;
    if (!entry.certain || text === '' || (role !== 'source' && role !== 'interface' && role !== 'device')) continue;
    const uri = fileOf(entry, file.uri, workspace);
    if (uri === undefined || workspace.exists(uri)) continue;
    const message = {
      source: `There is no ${text}${text.startsWith('/') ? ' in the source tree' : ' beside this Hakefile'}.`,
      interface: `There is no interface ${text}: if/${text}.if does not exist.`,
      device: `There is no device ${text}: devices/${text}.dev does not exist.`,
    }[role];
    findings.push({ start, end, code: `unknown-${role === 'source' ? 'file' : role}`, severity: 'warning', message });
  }
  return findings;
}

export function symbols({ tree, source }: HakefileFile): DocumentSymbol[] {
  const found: DocumentSymbol[] = [];
  for (const block of tree.blocks) {
    const [target] = targetsOf(block);
    if (!target || target.text === '') continue;
    const range = source.range(block);
    found.push({
      name: target.text,
      detail: block.kind,
      kind: kindOf(block.kind),
      range,
      selectionRange: source.range(target),
    });
  }
  for (const { by, entry, span } of tree.made) {
    if (entry.text === '') continue;
    const range = source.range(span);
    found.push({ name: entry.text, detail: by, kind: kindOf(by), range, selectionRange: source.range(entry) });
  }
  return found.sort((a, b) => a.range.start.line - b.range.start.line);
}

export function folds({ tree, source }: HakefileFile): FoldingRange[] {
  const lines = new Set<number>();
  const blocks = tree.brackets
    .map((span) => blockFold(source, span))
    .filter((fold) => fold !== undefined)
    .sort((a, b) => b.endLine - a.endLine)
    // One fold a line, the largest: `[ build library {` opens two.
    .filter(({ startLine }) => !lines.has(startLine) && lines.add(startLine).has(startLine));
  return [...commentFolds(source, tree.tokens.comments), ...blocks];
}

export function selections({ tree, source }: HakefileFile, offset: number): Span[] {
  return enclosingSpans(source, tree.tokens, offset, [...tree.blocks, ...tree.blocks.flatMap(({ fields }) => fields)]);
}

const colours = {
  field: 'property',
  block: 'type',
  function: 'function',
  keyword: 'keyword',
  value: 'variable',
} as const;

export function tokens({ tree }: HakefileFile): SemanticToken[] {
  const found: SemanticToken[] = [];
  const targets = new Set(tree.blocks.flatMap((block) => targetsOf(block)).map(({ start }) => start));
  for (let index = 0; index < tree.tokens.count; index++) {
    const span = { start: tree.tokens.start(index), end: tree.tokens.end(index) };
    if (tree.tokens.kind(index) === Kind.name) {
      const word = vocabulary.get(tree.tokens.textOf(index));
      if (word) found.push({ ...span, type: colours[word.kind] });
    } else if (targets.has(span.start)) found.push({ ...span, type: 'string', modifiers: ['declaration'] });
  }
  return found;
}

export function links(file: HakefileFile, workspace: Workspace): DocumentLink[] {
  return file.tree.entries.flatMap((entry) => {
    const target = entry.role === 'directory' ? undefined : fileOf(entry, file.uri, workspace);
    return target !== undefined && workspace.exists(target)
      ? [{ range: file.source.range(inside(entry)), target }]
      : [];
  });
}

export function definitions(file: HakefileFile, offset: number, workspace: Workspace): Location[] {
  const entry = entryAt(file.tree, offset);
  return entry ? definitionsOf(entry, file, workspace) : [];
}

function definitionsOf(entry: Entry, file: HakefileFile, workspace: Workspace): Location[] {
  if (entry.role === 'target') return [locate(file, entry)];
  if (entry.role === 'library' || entry.role === 'module' || entry.role === 'program') return builtBy(entry, workspace);
  const uri = fileOf(entry, file.uri, workspace);
  if (uri === undefined || entry.role === 'directory' || !workspace.exists(uri)) return [];
  // Interfaces and devices are declared under the last part of the name.
  const name = entry.text.slice(entry.text.lastIndexOf('/') + 1);
  const declared = workspace.summary(uri)?.declared.find((each) => each.name === name && each.container === undefined);
  const start = { line: 0, character: 0 };
  return [{ uri, range: declared?.range ?? { start, end: start } }];
}

function builtBy({ role, text }: Pick<Entry, 'role' | 'text'>, workspace: Workspace): Location[] {
  const wanted = role === 'program' ? programOf(text) : text;
  const isFitting = ({ container = '' }: DeclaredName): boolean =>
    role === 'program'
      ? isProgram(container)
      : isLinked(container) && (role !== 'library' || container !== 'drivermodule');
  const all = workspace.declaring(hakefile.id, wanted).flatMap((uri) => {
    const declared = workspace.summary(uri)?.declared ?? [];
    return declared.filter(({ name }) => name === wanted).map((each) => ({ uri, each }));
  });
  const fitting = all.filter(({ each }) => isFitting(each));
  return (fitting.length > 0 ? fitting : all).map(({ uri, each }) => ({ uri, range: each.range }));
}

export function references(
  file: HakefileFile,
  offset: number,
  options: { declaration: boolean },
  workspace: Workspace,
): Location[] {
  const entry = entryAt(file.tree, offset);
  if (!entry) return [];
  const kind = entry.role === 'target' ? kindOfTarget(entry, file) : undefined;
  const key = kind === undefined ? keyOf(entry) : keyOfTarget(entry.text, kind);
  if (key === undefined || entry.text === '') return [];
  const uses = usesIn(key, workspace);
  if (!options.declaration) return uses;
  const role = kind === undefined ? entry.role : isLinked(kind) ? 'module' : 'program';
  const declared = kind === undefined ? definitionsOf(entry, file, workspace) : builtBy({ ...entry, role }, workspace);
  return [...declared, ...uses];
}

function kindOfTarget(target: Entry, { tree }: HakefileFile): string {
  return tree.blocks.find((block) => targetsOf(block).includes(target))?.kind ?? '';
}

export function hover(file: HakefileFile, offset: number, workspace: Workspace): Hover | undefined {
  const entry = entryAt(file.tree, offset);
  if (entry) return entryHover(entry, file, workspace);
  const { tokens: words } = file.tree;
  const at = [words.at(offset), words.at(offset - 1)].find(
    (index) => words.kind(index) === Kind.name && words.start(index) <= offset,
  );
  if (at === undefined) return undefined;
  const name = words.textOf(at);
  const word = vocabulary.get(name);
  if (!word || word.what === '') return undefined;
  return hoverOf(file.source, { start: words.start(at), end: words.end(at) }, [
    `\`${name} :: ${word.type}\``,
    word.what,
  ]);
}

function entryHover(entry: Entry, file: HakefileFile, workspace: Workspace): Hover | undefined {
  const { role, text } = entry;
  if (role === undefined || text === '') return undefined;
  const paths = definitionsOf(entry, file, workspace).map(({ uri }) => pathOf(uri, workspace));
  const where = [...new Set(paths)].slice(0, 8).map((path) => plain(path));
  if (role === 'target') {
    const kind = kindOfTarget(entry, file);
    const uses = usesIn(keyOfTarget(text, kind), workspace).length;
    const made = { application: `sbin/${text}`, driverdomain: `sbin/${text}`, library: `lib/lib${text}.a` }[kind];
    return hoverOf(file.source, entry, [
      `**${plain(text)}** · ${plain(kind === '' ? 'target' : kind)}`,
      made && `In the build directory: \`<architecture>/${made.replaceAll('`', '')}\``,
      uses > 0 ? `Used by ${String(uses)} other${uses === 1 ? '' : 's'}.` : undefined,
    ]);
  }
  if (role === 'source' && where.length === 0 && !entry.certain) return undefined;
  const found = where.length > 0 ? where.join('  \n') : role === 'source' ? 'Not found.' : undefined;
  return hoverOf(file.source, entry, [`**${plain(text)}** · ${role === 'source' ? 'source' : role}`, found]);
}

function pathOf(uri: string, workspace: Workspace): string {
  const root = workspace.sourceRoot(uri);
  const path = root !== undefined && uri.startsWith(root) ? uri.slice(root.length) : uri;
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
