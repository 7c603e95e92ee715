import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SymbolKind } from 'vscode-languageserver-types';
import type { FileSummary } from '../../../src/language/language.ts';
import { NameIndex } from '../../../src/server/name-index.ts';
import { findSymbols } from '../../../src/server/workspace-symbols.ts';

const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 1 } };

function summary(declared: readonly string[], used: readonly string[] = []): FileSummary {
  return { declared: declared.map((name) => ({ name, kind: SymbolKind.Class, range })), used };
}

test('names lead to the files that have them, as they are now', () => {
  const names = new NameIndex();
  names.put('b', 'barrelfish-mackerel', summary(['x', 'y'], ['z']));
  names.put('a', 'barrelfish-mackerel', summary(['x'], ['z', 'y']));
  names.put('c', 'barrelfish-flounder', summary(['x']));
  assert.deepEqual(names.declaring('barrelfish-mackerel', 'x'), ['a', 'b']);
  assert.deepEqual(names.using('z'), ['a', 'b']);
  assert.deepEqual(names.files('barrelfish-mackerel'), ['a', 'b']);
  names.put('a', 'barrelfish-mackerel', summary(['w']));
  names.drop('b');
  names.drop('never');
  assert.deepEqual(names.declaring('barrelfish-mackerel', 'x'), []);
  assert.deepEqual(names.declaring('barrelfish-mackerel', 'w'), ['a']);
  assert.deepEqual(names.using('z'), []);
  assert.deepEqual(names.files('barrelfish-mackerel'), ['a']);
  assert.deepEqual(names.declaring('barrelfish-flounder', 'x'), ['c']);
});

test('symbols are found by letters in their order, those that begin so first', () => {
  const names = new NameIndex();
  names.put('a', 'barrelfish-mackerel', summary(['e10k_ctrl', 'ctrl', 'ctr', 'constructor']));
  assert.deepEqual(
    findSymbols(names, 'CTRL').map(({ name }) => name),
    ['ctrl', 'e10k_ctrl'],
  );
  assert.equal(findSymbols(names, '').length, 4);
  assert.equal(findSymbols(names, '', 2).length, 2);
});
