import { SymbolKind, type DocumentSymbol, type FoldingRange, FoldingRangeKind } from 'vscode-languageserver-types';
import type { FileSummary, ParsedFile, SemanticToken } from '../language.ts';
import type { Span } from '../source-text.ts';
import { argumentsOf, knownArgument } from './programs.ts';
import { lineAt, modulesOf, type MenuTree, type Word } from './syntax.ts';
import { DIRECTIVES, MODES, SPAWNING } from './words.ts';

export function summarize({ tree, source }: ParsedFile<MenuTree>): FileSummary {
  const programs = modulesOf(tree).map(({ file }) => file.program);
  const { title } = tree.menu;
  const line = tree.lines.find(({ keyword }) => keyword.text === 'title');
  const declared =
    title !== undefined && line ? [{ name: title, kind: SymbolKind.File, range: source.range(line) }] : [];
  return { declared, used: [...new Set(programs)] };
}

export function symbols({ source, tree }: ParsedFile<MenuTree>): DocumentSymbol[] {
  return tree.lines.flatMap((line): DocumentSymbol[] => {
    const range = source.range(line);
    if (line.file) {
      const { path, program, keyword, arguments: args } = line.file;
      if (program === '') return [];
      const kind = keyword === 'kernel' || keyword === 'cpudriver' ? SymbolKind.Class : SymbolKind.Module;
      const detail = args.map(({ text }) => text).join(' ');
      return [{ name: program, detail, kind, range, selectionRange: source.range(path) }];
    }
    if (line.keyword.text !== 'mmap') return [];
    const [, base, length] = line.words;
    if (!base || !length) return [];
    return [
      { name: `${base.text} + ${length.text}`, detail: 'mmap', kind: SymbolKind.Array, range, selectionRange: range },
    ];
  });
}

/** From a comment that heads a part of the file to the line in front of the next blank line; runs of comments. */
export function folds({ source, tree }: ParsedFile<MenuTree>): FoldingRange[] {
  const comments = new Set(tree.comments.map(({ start }) => source.positionAt(start).line));
  const code = new Set(tree.lines.map(({ number }) => number));
  const found: FoldingRange[] = [];
  for (let line = 0; line < source.lineCount;) {
    if (!comments.has(line) && !code.has(line)) {
      line++;
      continue;
    }
    const startLine = line;
    while (comments.has(line) || code.has(line)) line++;
    const endLine = line - 1;
    if (!comments.has(startLine) || endLine === startLine) continue;
    const isComment = !Array.from({ length: endLine - startLine }, (_, index) => startLine + 1 + index).some((at) =>
      code.has(at),
    );
    found.push({ startLine, endLine, ...(isComment ? { kind: FoldingRangeKind.Comment } : {}) });
  }
  return found;
}

export function tokens({ tree }: ParsedFile<MenuTree>): SemanticToken[] {
  const found: SemanticToken[] = tree.comments.map(({ start, end }) => ({ start, end, type: 'comment' }));
  const put = ({ start, end }: Span, type: SemanticToken['type']): void => {
    found.push({ start, end, type });
  };
  for (const line of tree.lines) {
    if (Object.hasOwn(DIRECTIVES, line.keyword.text)) put(line.keyword, 'keyword');
    const { file } = line;
    if (file) {
      const program = { start: file.path.end - file.program.length, end: file.path.end };
      put({ start: file.path.start, end: program.start }, 'namespace');
      put(program, 'function');
      const known = argumentsOf(file.program, file.architecture);
      for (const [index, word] of file.arguments.entries()) argumentTokens(word, index, known, put);
    } else if (line.keyword.text === 'title') {
      for (const word of line.words) put(word, 'string');
    } else for (const word of line.words) put(word, /^\d/.test(word.text) ? 'number' : 'enumMember');
  }
  return found;
}

function argumentTokens(
  { start, end, text }: Word,
  index: number,
  known: ReturnType<typeof argumentsOf>,
  put: (span: Span, type: SemanticToken['type']) => void,
): void {
  const equals = text.indexOf('=');
  if (index === 0 && Object.hasOwn(MODES, text)) put({ start, end }, 'enumMember');
  else if (equals > 0) {
    const name = text.slice(0, equals + 1);
    const isKnown = knownArgument(text, known) !== undefined || Object.hasOwn(SPAWNING, name);
    put({ start, end: start + equals }, isKnown ? 'property' : 'variable');
    if (start + equals + 1 < end)
      put({ start: start + equals + 1, end }, /^\d/.test(text.slice(equals + 1)) ? 'number' : 'string');
  } else put({ start, end }, /^\d/.test(text) ? 'number' : 'parameter');
}

export function selections({ source, tree }: ParsedFile<MenuTree>, offset: number): Span[] {
  const line = lineAt(tree, source.positionAt(offset).line);
  if (!line) return [{ start: 0, end: source.text.length }];
  const word = [line.keyword, ...line.words].find(({ start, end }) => start <= offset && offset <= end);
  const args = line.file?.arguments ?? [];
  const [first, last] = [args[0], args.at(-1)];
  const all = first && last && first.start <= offset ? [{ start: first.start, end: last.end }] : [];
  // Behind the last word of a line there may be blanks. An editor refuses what isn't around the place it has asked for.
  const found = [...(word ? [word] : []), ...all, line, { start: 0, end: source.text.length }].filter(
    ({ start, end }) => start <= offset && offset <= end,
  );
  return found.filter(({ start, end }, index) => {
    const before = found[index - 1];
    return before?.start !== start || before.end !== end;
  });
}
