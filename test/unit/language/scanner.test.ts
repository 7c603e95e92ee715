import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scan } from '../../../src/language/scanner.ts';

function comments(text: string, nested: boolean): string[] {
  const found = scan(text, { lineComments: ['//'], blockComment: { open: '/*', close: '*/', nested } }).comments;
  return found.map(({ start, end, closed }) => text.slice(start, end) + (closed ? '' : '…'));
}

test('comments nest where the language says so', () => {
  for (const [text, nested, flat] of [
    ['/* a */ b /* c */', ['/* a */', '/* c */'], ['/* a */', '/* c */']],
    ['/* a /* b */ c */', ['/* a /* b */ c */'], ['/* a /* b */']],
    ['/*/* */', ['/*/* */…'], ['/*/* */']],
    ['/*/*/ */ */', ['/*/*/ */ */'], ['/*/*/']],
    ['/*/ x', ['/*/ x…'], ['/*/ x…']],
    ['/**/ // /*\n/* /* */', ['/**/', '// /*', '/* /* */…'], ['/**/', '// /*', '/* /* */']],
  ] as const) {
    assert.deepEqual(comments(text, true), nested, text);
    assert.deepEqual(comments(text, false), flat, text);
  }
});
