import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SourceText } from '../../../src/language/source-text.ts';
import { changed } from '../../../src/server/documents.ts';

const range = (startLine: number, start: number, endLine: number, end: number) => ({
  start: { line: startLine, character: start },
  end: { line: endLine, character: end },
});

test('changes are made one after the other', () => {
  const source = new SourceText('one\ntwo\nthree\n');
  assert.equal(changed(source, [{ text: 'new' }]).text, 'new');
  assert.equal(changed(source, [{ range: range(0, 1, 1, 2), text: '-' }]).text, 'o-o\nthree\n');
  // The second one is meant for what the first has left.
  const forwards = [
    { range: range(0, 0, 0, 0), text: 'zero\n' },
    { range: range(1, 0, 1, 3), text: 'ONE' },
  ];
  assert.equal(changed(source, forwards).text, 'zero\nONE\ntwo\nthree\n');
  const mixed = [{ range: range(2, 0, 2, 5), text: '3' }, { text: 'all' }, { range: range(0, 3, 0, 3), text: '!' }];
  assert.equal(changed(source, mixed).text, 'all!');
});

test('changes from the end to the head give the same as one after the other', () => {
  const text = 'aaaa\nbbbb\ncccc\ndddd';
  const changes = [3, 2, 1, 0].flatMap((line) => [
    { range: range(line, 3, line, 4), text: 'XY' },
    { range: range(line, 0, line, 1), text: '' },
  ]);
  let now = new SourceText(text);
  for (const change of changes) now = changed(now, [change]);
  assert.equal(changed(new SourceText(text), changes).text, now.text);
  assert.equal(now.text, 'aaXY\nbbXY\nccXY\nddXY');
});

test('places outside of the text are moved into it', () => {
  assert.equal(changed(new SourceText('a'), [{ range: range(5, 5, 9, 9), text: 'b' }]).text, 'ab');
  assert.equal(changed(new SourceText('abc'), [{ range: range(0, 2, 0, 1), text: 'x' }]).text, 'abxc');
});
