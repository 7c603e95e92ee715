import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SelectionRange } from 'vscode-languageserver-types';
import type { Language } from '../../../src/language/language.ts';
import { SourceText, type Span } from '../../../src/language/source-text.ts';
import { answers } from '../../../src/server/requests.ts';
import { MadeWorkspace } from '../../fixtures/made-workspace.ts';

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
