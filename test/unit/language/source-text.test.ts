import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SourceText } from '../../../src/language/source-text.ts';

test('lines end with LF, CR LF, or CR alone', () => {
  for (const [text, lines] of [
    ['', ['']],
    ['a', ['a']],
    ['a\nb\n', ['a', 'b', '']],
    ['a\r\nb', ['a', 'b']],
    ['\r\r\n\n\r', ['', '', '', '', '']],
    ['a\rb\r\nc\nd', ['a', 'b', 'c', 'd']],
    ['\n\r', ['', '', '']],
    ['a\n'.repeat(100) + 'b', [...Array.from({ length: 100 }, () => 'a'), 'b']],
  ] as const) {
    const source = new SourceText(text);
    const found = Array.from({ length: source.lineCount }, (_, number) => source.slice(source.line(number)));
    assert.deepEqual(found, lines, JSON.stringify(text));
    for (let offset = 0; offset <= text.length; offset++) {
      const { line, character } = source.positionAt(offset);
      const isInLineEnd = character > (lines[line]?.length ?? 0);
      assert.equal(
        source.offsetAt({ line, character }) === offset,
        !isInLineEnd,
        `${JSON.stringify(text)} ${String(offset)}`,
      );
    }
  }
});
