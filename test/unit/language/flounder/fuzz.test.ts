import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding } from '../../../../src/language/language.ts';
import type { FlounderFile } from '../../../../src/language/flounder/scope.ts';
import { flounder } from '../../../../src/language/flounder/flounder.ts';
import { SourceText } from '../../../../src/language/source-text.ts';
import { askAll, fuzzRounds, prefixesOf, randomEdits } from '../../../fixtures/random-edits.ts';
import { ROOT, samples, SourceTree } from './source-tree.ts';

const tree = new SourceTree(samples());
const text = samples()['if/disk_queue.if'] ?? '';

function read(changed: string): FlounderFile {
  const source = new SourceText(changed);
  const uri = `${ROOT}if/disk_queue.if`;
  return { uri, source, tree: flounder.parse(source, uri) };
}

function ask(changed: string, offset: number): readonly Finding[] {
  return askAll(flounder, read(changed), offset, tree);
}

test('every prefix of a valid file is read, and complains only about its end', () => {
  for (const prefix of prefixesOf(text)) {
    const { length } = prefix;
    const findings = ask(prefix, length);
    const errors = findings.filter(
      ({ severity, code }) => severity === 'error' && code !== 'comment-not-closed' && code !== 'no-message',
    );
    // What is cut off may begin in the declaration before: at its last word, or at a comment.
    const begin = Math.max(text.lastIndexOf(';', length - 1), text.lastIndexOf('{', length - 1), 0);
    for (const { start, code } of errors)
      assert.ok(start >= text.lastIndexOf(';', begin - 1), `${code} at ${String(start)} of ${String(length)}`);
  }
});

test('random edits are read, and complain only up to the next declaration', () => {
  const words = ['message', 'rpc ', 'typedef struct', 'x'];
  const options = { seed: 7, rounds: fuzzRounds(80), inARow: 1, words };
  for (const { text: changed, at, removed, inserted: piece } of randomEdits([text], options)) {
    const gone = removed.length;
    const findings = ask(changed, at + piece.length);
    // Comments and strings may swallow anything, and a type that is damaged is unknown wherever it is used.
    if (/[/*"]/.test(text.slice(at - 1, at + gone + 1) + piece)) continue;
    const reach = changed.indexOf('message completed', at + piece.length);
    if (reach < 0 || at > text.indexOf('message submit')) continue;
    const later = findings.filter(
      ({ start, code }) =>
        start > reach + 80 && !/type|name-taken|array-of-wide|ignored|no-declaration|message-in-include/.test(code),
    );
    const closes =
      changed.slice(0, at + piece.length + 40).split('}').length !== text.slice(0, at + gone + 40).split('}').length;
    if (!closes) assert.deepEqual(later, [], `${piece} for ${removed} at ${String(at)}`);
  }
});

test('deep nesting, and much of the same, take no stack and little time', () => {
  for (const piece of [
    '{',
    '(',
    '[',
    '/*',
    '@',
    '@a(',
    'typedef struct {',
    'interface',
    'in ',
    'rpc r(',
    'typedef enum { A',
    ';',
    '"',
  ]) {
    assert.ok(ask(`interface t { ${piece.repeat(200)}`, 20).length > 0);
    assert.ok(flounder.diagnose(read(`interface t { ${piece.repeat(10_000)}`), tree).length > 0);
  }
});
