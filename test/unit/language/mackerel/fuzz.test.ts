import assert from 'node:assert/strict';
import test from 'node:test';
import { mackerel } from '../../../../src/language/mackerel/mackerel.ts';
import { askAll, fuzzRounds, prefixesOf, randomEdits, randomNumbers } from '../../../fixtures/random-edits.ts';
import { fixture, parsed, Tree, uriOf } from './files.ts';

const tree = new Tree({
  'nvme.dev': fixture('nvme.dev'),
  'pcicap.dev': fixture('pcicap.dev'),
  'uart16550.dev': fixture('uart16550.dev'),
});
const ROUNDS = fuzzRounds(40);

function ask(text: string, name: string, offset: number): void {
  askAll(mackerel, parsed(text, name), offset, tree);
}

test('every prefix of a file is read', () => {
  for (const text of prefixesOf(fixture('uart16550.dev'), 100)) ask(text, 'uart16550.dev', text.length);
});

test('a prefix is wrong only where it ends', () => {
  const text = fixture('uart16550.dev');
  const all = prefixesOf(text, 120);
  for (const prefix of all) {
    const end = prefix.length;
    if (end < text.indexOf('device')) continue;
    const file = parsed(prefix, 'uart16550.dev');
    const last = file.tree.device?.declarations.at(-1);
    for (const { start, code, message } of file.tree.findings) {
      const damage = Math.min(last?.start ?? 0, end);
      assert.ok(code === 'comment-open' || start >= damage, `${String(end)}: ${message} at ${String(start)}`);
    }
  }
});

test('random edits', () => {
  const words = ['type', 'register', 'rw', 'constants c "c" {'];
  for (const name of ['nvme.dev', 'uart16550.dev']) {
    const options = { seed: 4711, rounds: ROUNDS / 2, inARow: 4, words };
    for (const { text, at } of randomEdits([fixture(name)], options)) ask(text, name, at);
  }
});

test('damage in one declaration is not told behind the next one', () => {
  const text = fixture('uart16550.dev');
  const sound = parsed(text, 'uart16550.dev').tree.device?.declarations ?? [];
  const below = randomNumbers(815);
  for (let round = 0; round < ROUNDS; round++) {
    const which = below(sound.length - 2);
    const [hit, , third] = sound.slice(which, which + 3);
    if (!hit || !third) continue;
    // One character goes: not of a quote or a comment, and not a whole brace, which can open or close anything.
    const at = hit.start + below(hit.end - hit.start);
    if (/["/*{}]/.test(text.charAt(at))) continue;
    const file = parsed(text.slice(0, at) + text.slice(at + 1), 'uart16550.dev');
    for (const { start, message } of file.tree.findings) {
      assert.ok(
        start >= hit.start - 1 && start < third.end,
        `${JSON.stringify(text.slice(at - 20, at + 20))}: ${message}`,
      );
    }
  }
});

test('deep, long and foreign texts', () => {
  const head = 'device deep (addr base) "d" { constants c "c" { a = ';
  for (const text of [
    `${head}${'('.repeat(10_000)}1${')'.repeat(10_000)}; }; };`,
    `${head}${'1 + '.repeat(10_000)}1; }; };`,
    `${head}${'9'.repeat(100_000)}; }; };`,
    '{'.repeat(10_000),
    '/*'.repeat(10_000),
    'register '.repeat(10_000),
    'import a;'.repeat(5_000),
    '\u0000\u0001\ufffd'.repeat(10_000),
    `${'"'.repeat(9_999)}\n`,
  ]) {
    const file = parsed(text, 'deep.dev');
    mackerel.diagnose(file, tree);
    mackerel.complete?.(file, text.length >> 1, tree);
  }
});

test('a device that imports itself in a circle', () => {
  const circle = new Tree({
    'a.dev': 'import b; device a (addr base) "a" { register r addr(base, 0) { f 8 type(b.c); }; };',
    'b.dev': 'import a; device b (addr base) "b" { constants c "c" { x = 1; }; };',
  });
  assert.deepEqual(mackerel.diagnose(circle.file('a.dev'), circle), []);
  assert.equal(
    mackerel.definitions?.(circle.file('a.dev'), circle.file('a.dev').source.text.indexOf('c)'), circle)[0]?.uri,
    uriOf('b.dev'),
  );
});
