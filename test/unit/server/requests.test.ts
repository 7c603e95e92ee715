import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DocumentHighlight, SelectionRange } from 'vscode-languageserver-types';
import type { Language } from '../../../src/language/language.ts';
import { SourceText, type Span } from '../../../src/language/source-text.ts';
import { languages } from '../../../src/server/languages.ts';
import { answers } from '../../../src/server/requests.ts';
import { MADE_ROOT, MadeWorkspace } from '../../fixtures/made-workspace.ts';

test('selections can be sent, however deep the text is nested', () => {
  const depth = 10_000;
  const source = new SourceText(`${'('.repeat(depth)}x${')'.repeat(depth)}`);
  const selections = Array.from({ length: depth }, (_, index): Span => {
    return { start: depth - index, end: depth + index + 1 };
  });
  const language: Language<unknown> = {
    id: 'barrelfish-sockeye',
    parse: () => undefined,
    summarize: () => ({ declared: [], used: [] }),
    diagnose: () => [],
    selections: () => selections,
  };
  const file = { uri: 'file:///x.soc', source, tree: undefined };
  const position = { line: 0, character: depth };
  const asked = { language, file, workspace: new MadeWorkspace({}), findings: [] };
  const [found] = answers['textDocument/selectionRange']?.(asked, { positions: [position] }) as SelectionRange[];
  assert.deepEqual(found?.range, { start: position, end: { line: 0, character: depth + 1 } });
  assert.deepEqual(found.parent?.range.start.character, depth - 1);
  assert.doesNotThrow(() => JSON.stringify(found));
});

test('what is lit up is the thing at the cursor, in its file', () => {
  const device = 'device d (addr b) "d" { constants m { a = 0; }; register a addr(b, 0) "a" { a 2 type(m); _ 30; }; };';
  const texts: Record<string, string> = {
    'devices/d.dev': device,
    'devices/e.dev': 'import d; device e (addr b) "e" { register r addr(b, 0) "r" { f 2 type(d.m); _ 30; }; };',
    'if/i.if': 'interface i "i" { typedef uint8 t; message m(t a, t b); };',
    'usr/a/Hakefile': '[ build library { target = "l" }, build application { target = "a", addLibraries = [ "l" ] } ]',
  };
  const workspace = new MadeWorkspace(texts);
  const lit = (name: string, word: string): readonly number[] | undefined => {
    const language = languages.find(({ id }) => id === `barrelfish-${LANGUAGES[name] ?? ''}`);
    assert.ok(language);
    const file = workspace.parsed(language, MADE_ROOT + name);
    assert.ok(file);
    const position = file.source.positionAt((texts[name] ?? '').indexOf(word));
    const asked = { language, file, workspace, findings: [] };
    const found = answers['textDocument/documentHighlight']?.(asked, { position });
    return (found as DocumentHighlight[]).map(({ range }) => file.source.offsetAt(range.start)).sort((a, b) => a - b);
  };
  const at = (name: string, ...words: readonly string[]): number[] =>
    words.map((word) => (texts[name] ?? '').indexOf(word));
  assert.deepEqual(lit('devices/d.dev', 'm {'), at('devices/d.dev', 'm {', 'm);'));
  assert.deepEqual(
    lit('devices/d.dev', 'a 2'),
    at('devices/d.dev', 'a 2'),
    'a field, and neither register nor constant',
  );
  assert.deepEqual(lit('devices/d.dev', 'register'), []);
  assert.deepEqual(lit('if/i.if', 't a'), at('if/i.if', 't;', 't a', 't b'));
  assert.deepEqual(lit('usr/a/Hakefile', 'l" }'), at('usr/a/Hakefile', 'l" }', 'l" ] '));
});

const LANGUAGES: Readonly<Record<string, string>> = {
  'devices/d.dev': 'mackerel',
  'if/i.if': 'flounder',
  'usr/a/Hakefile': 'hakefile',
};
