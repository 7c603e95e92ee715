import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HarnessOutput } from '../../../src/ui/harness-output.ts';

function collect(feed: (output: HarnessOutput) => void): string {
  let text = '';
  using output = new HarnessOutput(
    (piece) => {
      text += piece;
    },
    () => 'FULL',
  );
  feed(output);
  output.flush();
  return text;
}

test('characters and escape sequences may be cut anywhere', () => {
  const bytes = Buffer.from('gruyère\r\n\u001b]52;c;aGVsbG8=\u0007cheese\n\u001b[31mred\u001b[0m');
  const text = collect((output) => {
    for (const byte of bytes) output.bytes(Buffer.from([byte]));
  });
  assert.equal(text, 'gruyère\r\ncheese\r\n\u001b[31mred\u001b[0m');
});

test('what nobody would read to its end is cut, and that is said once', () => {
  const text = collect((output) => {
    for (let count = 0; count < 40; count += 1) output.text('x'.repeat(100_000));
  });
  assert.equal(text.length, 1024 * 1024 + '\r\nFULL\r\n'.length);
  assert.equal(text.split('FULL').length, 2);
});
