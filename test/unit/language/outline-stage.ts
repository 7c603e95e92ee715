import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Location } from 'vscode-languageserver-types';
import type { FileSummary, Language, LanguageId, ParsedFile, Workspace } from '../../../src/language/language.ts';
import { allDefinitions, type Outline } from '../../../src/language/outline.ts';
import { SourceText } from '../../../src/language/source-text.ts';
import { askAll, fuzzRounds, prefixesOf, randomEdits } from '../../fixtures/random-edits.ts';

const FIXTURES = join(import.meta.dirname, '../../fixtures/languages');

export function fixture(name: string): string {
  return readFileSync(join(FIXTURES, name), 'utf8');
}

export function parsed<Tree>(language: Language<Tree>, text: string, uri = 'file:///tree/sample'): ParsedFile<Tree> {
  const source = new SourceText(text);
  return { uri, source, tree: language.parse(source, uri) };
}

/** A workspace of the files that it is given; C sources are words and where they stand. */
export function stage(
  files: readonly { readonly language: Language<unknown>; readonly uri: string; readonly text: string }[] = [],
  { words = {}, summaries = {} }: { words?: Record<string, Location[]>; summaries?: Record<string, FileSummary> } = {},
): Workspace {
  const all = files.map((file) => ({ ...file, file: parsed(file.language, file.text, file.uri) }));
  const summaryOf = (uri: string): FileSummary | undefined => {
    const found = all.find((each) => each.uri === uri);
    return found ? found.language.summarize(found.file) : summaries[uri];
  };
  const hakefiles = Object.keys(summaries);
  const urisOf = (language: LanguageId): string[] =>
    language === 'barrelfish-hakefile'
      ? hakefiles
      : all.filter((each) => each.language.id === language).map(({ uri }) => uri);
  return {
    files: urisOf,
    summary: summaryOf,
    parsed: <Tree>(language: Language<Tree>, uri: string) =>
      all.find((each) => each.uri === uri && each.language.id === language.id)?.file as ParsedFile<Tree> | undefined,
    declaring: (language, name) =>
      urisOf(language).filter((uri) => summaryOf(uri)?.declared.some((each) => each.name === name)),
    using: (name) => all.map(({ uri }) => uri).filter((uri) => summaryOf(uri)?.used.includes(name)),
    inC: (word) => words[word] ?? [],
    sourceRoot: () => 'file:///tree/',
    build: () => undefined,
    exists: (uri) => all.some((each) => each.uri === uri),
    list: () => [],
  };
}

/** All that a language knows of a file, as text: its outline, where names lead to, what is wrong, and what hovers say. */
export function portrait<Tree extends Outline>(
  language: Language<Tree>,
  file: ParsedFile<Tree>,
  workspace: Workspace,
): string {
  const { source, tree } = file;
  const place = (offset: number): string => {
    const { line, character } = source.positionAt(offset);
    return `${String(line + 1)}:${String(character + 1)}`;
  };
  const lines = ['# Outline'];
  for (const each of allDefinitions(tree.definitions)) {
    let depth = 0;
    for (let at = each.container; at; at = at.container) depth++;
    const detail = each.detail === '' ? '' : ` — ${each.detail.replaceAll(/\s+/g, ' ')}`;
    lines.push(`${'  '.repeat(depth)}${each.what} ${each.name} ${place(each.start)}-${place(each.end)}${detail}`);
  }
  lines.push('', '# Names');
  for (const use of tree.uses) {
    const to = use.to ? place(use.to.at.start) : 'elsewhere';
    const found = language.definitions?.(file, use.start, workspace) ?? [];
    const other =
      use.to || found.length === 0
        ? ''
        : ` ${found.map(({ uri, range }) => `${uri}:${String(range.start.line + 1)}`).join(' ')}`;
    lines.push(`${place(use.start)} ${use.name} → ${to}${other}`);
  }
  lines.push('', '# Findings');
  for (const { start, severity, code, message } of language.diagnose(file, workspace)) {
    lines.push(`${place(start)} ${severity} ${code}: ${message}`);
  }
  lines.push('', '# Hovers');
  for (const { at, name } of allDefinitions(tree.definitions)) {
    const contents = language.hover?.(file, at.start, workspace)?.contents;
    const value = typeof contents === 'object' && 'value' in contents ? contents.value : '';
    lines.push(`## ${name}`, value, '');
  }
  lines.push('# Folds');
  for (const { startLine, endLine, kind } of language.folds?.(file) ?? []) {
    lines.push(`${String(startLine + 1)}-${String(endLine + 1)}${kind === undefined ? '' : ` ${kind}`}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Compares with a kept text, which UPDATE_GOLDEN=1 writes anew. */
export function assertGolden(name: string, text: string): void {
  const path = join(FIXTURES, name);
  if (process.env['UPDATE_GOLDEN'] === '1') {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  assert.ok(existsSync(path), `There is no ${name}: run with UPDATE_GOLDEN=1.`);
  assert.equal(text, readFileSync(path, 'utf8'));
}

/** Every prefix, and random edits: nothing throws, and every span is in the text. */
export function assertSurvives(language: Language<unknown>, text: string): void {
  const workspace = stage();
  for (const prefix of prefixesOf(text, 60)) askAll(language, parsed(language, prefix), prefix.length, workspace);
  for (const { text: edited, at } of randomEdits([text], { seed: 42, rounds: fuzzRounds(60), inARow: 8 }))
    askAll(language, parsed(language, edited), at, workspace);
}

/** Nesting that would overflow the stack of a parser that doesn't count. */
export function assertDeep(language: Language<unknown>, text: string): void {
  const file = parsed(language, text);
  assert.ok(askAll(language, file, text.length >> 1, stage()).some(({ code }) => code === 'too-deep'));
}

export function labels(language: Language<unknown>, marked: string, workspace = stage()): string[] {
  const offset = marked.indexOf('|');
  const file = parsed(language, marked.slice(0, offset) + marked.slice(offset + 1));
  return (language.complete?.(file, offset, workspace) ?? []).map(({ label }) => label);
}
