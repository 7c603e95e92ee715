import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sessionArguments } from '../../../src/debug/session-arguments.ts';

test('gdb is told the architecture by its own name for it', () => {
  const architectureFor = (architecture?: 'armv7' | 'armv8'): string[] =>
    sessionArguments({ gdb: 'gdb', architecture, socket: '/s', symbols: [], commands: [] }).preConnectCommands.filter(
      (each) => each.startsWith('set architecture'),
    );
  assert.deepEqual(architectureFor(), ['set architecture i386:x86-64']);
  assert.deepEqual(architectureFor('armv7'), ['set architecture arm']);
  assert.deepEqual(architectureFor('armv8'), ['set architecture aarch64']);
});

test('directories of debugging information are carried over, quoted as gdb reads them', () => {
  const wish = { gdb: 'gdb', socket: '/s', symbols: [], commands: [] };
  const plain = sessionArguments(wish).preConnectCommands;
  const mapped = sessionArguments({
    ...wish,
    sourceMap: [
      ['../source', '/home/me/a "tree"'],
      ['/build', '/home/me/build'],
    ],
  }).preConnectCommands;
  assert.deepEqual(mapped.slice(0, plain.length), plain);
  assert.deepEqual(mapped.slice(plain.length), [
    String.raw`set substitute-path "../source" "/home/me/a \"tree\""`,
    'set substitute-path "/build" "/home/me/build"',
  ]);
});
