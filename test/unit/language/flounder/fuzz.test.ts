import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FlounderFile } from '../../../../src/language/flounder/scope.ts';
import { flounder } from '../../../../src/language/flounder/flounder.ts';
import { SourceText } from '../../../../src/language/source-text.ts';
import { ROOT, samples, SourceTree } from './source-tree.ts';

const ROUNDS = Number(process.env['FUZZ_ROUNDS'] ?? 80);
const tree = new SourceTree(samples());
const text = samples()['if/disk_queue.if'] ?? '';

function read(changed: string): FlounderFile {
  const source = new SourceText(changed);
  const uri = `${ROOT}if/disk_queue.if`;
  return { uri, source, tree: flounder.parse(source, uri) };
}

/** Asks for everything; returns what is wrong. */
function ask(changed: string, offset: number): ReturnType<typeof flounder.diagnose> {
  const file = read(changed);
  const findings = flounder.diagnose(file, tree);
  for (const { start, end } of findings) assert.ok(0 <= start && start <= end && end <= changed.length);
  flounder.symbols?.(file);
  flounder.folds?.(file);
  flounder.tokens?.(file, tree);
  flounder.summarize(file);
  flounder.hover?.(file, offset, tree);
  flounder.complete?.(file, offset, tree);
  flounder.selections?.(file, offset);
  flounder.references?.(file, offset, { declaration: true }, tree);
  flounder.format?.(file, { tabSize: 4, insertSpaces: true });
  flounder.hints?.(file, { start: 0, end: changed.length }, tree);
  return findings;
}

function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (state >> 8) % below;
  };
}

test('every prefix of a valid file is read, and complains only about its end', () => {
  for (let length = 0; length <= text.length; length += ROUNDS > 80 ? 1 : 29) {
    const findings = ask(text.slice(0, length), length);
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
  const pick = random(7);
  const pieces = [
    '{',
    '}',
    '(',
    ')',
    '[',
    ']',
    ';',
    ',',
    '=',
    '@',
    '/*',
    '*/',
    '"',
    'message',
    'rpc ',
    'typedef struct',
    'x',
    '\n',
    '\u0000',
    'é',
    '0x',
    '//',
  ];
  for (let round = 0; round < ROUNDS; round++) {
    const at = pick(text.length);
    const piece = pick(3) === 0 ? '' : (pieces[pick(pieces.length)] ?? '');
    const gone = pick(3) === 0 ? 0 : pick(12);
    const changed = text.slice(0, at) + piece + text.slice(at + gone);
    const findings = ask(changed, Math.min(changed.length, at + piece.length));
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
    if (!closes) assert.deepEqual(later, [], `${piece} for ${text.slice(at, at + gone)} at ${String(at)}`);
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
