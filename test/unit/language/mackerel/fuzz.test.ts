import assert from 'node:assert/strict';
import test from 'node:test';
import type { Finding } from '../../../../src/language/language.ts';
import { mackerel } from '../../../../src/language/mackerel/mackerel.ts';
import { fixture, parsed, Tree, uriOf } from './files.ts';

const tree = new Tree({
  'nvme.dev': fixture('nvme.dev'),
  'pcicap.dev': fixture('pcicap.dev'),
  'uart16550.dev': fixture('uart16550.dev'),
});
const ROUNDS = Number(process.env['FUZZ_ROUNDS'] ?? 40);

/** Numbers that look random and are the same each time. */
function* numbers(seed: number): Generator<number, never> {
  let state = seed;
  for (;;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 0x1_0000_0000;
  }
}

function checked(findings: readonly Finding[], text: string): void {
  for (const { start, end, message } of findings) {
    assert.ok(start >= 0 && start <= end && end <= text.length, `${message}: ${String(start)}–${String(end)}`);
  }
}

test('every prefix of a file is read', () => {
  const text = fixture('uart16550.dev');
  for (let end = 0; end <= text.length; end += ROUNDS > 1000 ? 1 : 37) {
    const file = parsed(text.slice(0, end), 'uart16550.dev');
    checked(mackerel.diagnose(file, tree), file.source.text);
  }
});

test('a prefix is wrong only where it ends', () => {
  const text = fixture('uart16550.dev');
  for (let end = text.indexOf('device'); end < text.length; end += ROUNDS > 1000 ? 1 : 29) {
    const file = parsed(text.slice(0, end), 'uart16550.dev');
    const last = file.tree.device?.declarations.at(-1);
    for (const { start, code, message } of file.tree.findings) {
      const damage = Math.min(last?.start ?? 0, end);
      assert.ok(code === 'comment-open' || start >= damage, `${String(end)}: ${message} at ${String(start)}`);
    }
  }
});

const PIECES = [
  '{',
  '}',
  '(',
  ')',
  '[',
  ']',
  ';',
  ',',
  '"',
  '/*',
  '*/',
  '//',
  '\\',
  '_',
  '=',
  '.',
  '-',
  '0x',
  '0b',
  '1s',
  'type',
  'register',
  'rw',
  'é',
  '\u0000',
  '\r',
  '\n',
  '\t',
  'a',
  '9'.repeat(400),
];

test('random edits', () => {
  const random = numbers(4711);
  const below = (limit: number): number => Math.floor(random.next().value * limit);
  for (let round = 0; round < ROUNDS; round++) {
    let text = fixture(round % 2 === 0 ? 'nvme.dev' : 'uart16550.dev');
    for (let edit = below(4); edit >= 0; edit--) {
      const at = below(text.length);
      text = text.slice(0, at) + (PIECES[below(PIECES.length)] ?? '') + text.slice(at + below(2) * below(30));
    }
    const file = parsed(text, round % 2 === 0 ? 'nvme.dev' : 'uart16550.dev');
    const offset = below(text.length + 1);
    checked(mackerel.diagnose(file, tree), text);
    mackerel.summarize(file);
    mackerel.symbols?.(file);
    mackerel.folds?.(file);
    mackerel.tokens?.(file, tree);
    mackerel.hover?.(file, offset, tree);
    mackerel.definitions?.(file, offset, tree);
    mackerel.references?.(file, offset, { declaration: true }, tree);
    mackerel.complete?.(file, offset, tree);
    mackerel.signature?.(file, offset, tree);
    mackerel.format?.(file, { tabSize: 4, insertSpaces: true });
    mackerel.hints?.(file, { start: 0, end: text.length }, tree);
    mackerel.lenses?.(file, tree);
    mackerel.selections?.(file, offset);
    mackerel.rename?.(file, offset, 'other', tree);
    mackerel.actions?.(file, { start: 0, end: text.length }, mackerel.diagnose(file, tree), tree);
  }
});

test('damage in one declaration is not told behind the next one', () => {
  const text = fixture('uart16550.dev');
  const sound = parsed(text, 'uart16550.dev').tree.device?.declarations ?? [];
  const random = numbers(815);
  const below = (limit: number): number => Math.floor(random.next().value * limit);
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
    checked(mackerel.diagnose(file, tree), text);
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
