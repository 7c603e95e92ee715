import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sessionArguments } from '../../../src/debug/session-arguments.ts';

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
