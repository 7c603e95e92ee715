import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TextEdit } from 'vscode-languageserver-types';
import { flounder } from '../../../../src/language/flounder/flounder.ts';
import { SourceText } from '../../../../src/language/source-text.ts';
import { marked, places, plainText, ROOT, samples, SourceTree } from './source-tree.ts';

const options = { tabSize: 4, insertSpaces: true };

function labelsAt(textWithMark: string, path = 'if/t.if'): string[] {
  const { text, offset } = marked(textWithMark);
  const tree = new SourceTree({ ...samples(), [path]: text });
  return (flounder.complete?.(tree.interface(path), offset, tree) ?? []).map(({ label }) => label);
}

function applied(text: string, edits: readonly TextEdit[]): string {
  const source = new SourceText(text);
  const sorted = [...edits].sort((a, b) => source.offsetAt(b.range.start) - source.offsetAt(a.range.start));
  return sorted.reduce(
    (made, { range, newText }) =>
      made.slice(0, source.offsetAt(range.start)) + newText + made.slice(source.offsetAt(range.end)),
    text,
  );
}

function formatted(text: string, asked = options): string {
  const source = new SourceText(text);
  const uri = `${ROOT}if/t.if`;
  return applied(text, flounder.format?.({ uri, source, tree: flounder.parse(source, uri) }, asked) ?? []);
}

test('completion offers what can stand there', () => {
  assert.deepEqual(labelsAt('▮'), ['interface', 'typedef', 'alias']);
  assert.deepEqual(labelsAt('interface t { ▮ };'), ['message', 'rpc', 'typedef', 'alias']);
  assert.deepEqual(labelsAt('interface t { message m(); mes▮ };'), ['message', 'rpc']);
  assert.deepEqual(labelsAt('interface t { rpc m(▮'), ['in', 'out']);
  assert.deepEqual(labelsAt('interface t { rpc m(in uint8 a, o▮); };'), ['in', 'out']);
  assert.deepEqual(labelsAt('interface t { message m(uint8 ▮); };'), []);
  assert.deepEqual(labelsAt('interface t { message m(uint8 a[▮'), []);
  assert.deepEqual(labelsAt('interface t { typedef enum { ▮'), []);
  assert.deepEqual(labelsAt('interface t { /* ▮ */ };'), []);
  assert.deepEqual(labelsAt('interface t "▮" {};'), []);
  assert.deepEqual(labelsAt('interface t { @ata(lba=▮) rpc r(in uint8 at); };'), ['at']);
  assert.deepEqual(labelsAt('▮', 'if/arch/x86_64.if'), ['typedef', 'alias']);
});

test('completion offers types that are declared above, included, and built in', () => {
  const labels = labelsAt('interface t { typedef uint8 early; message m(▮); message k(); };');
  for (const label of ['early', 'coreid', 'cycles', 'genpaddr', 'uint64', 'String', 'give_away_cap'])
    assert.ok(labels.includes(label), label);
  assert.ok(!labelsAt('interface t { typedef uint8 a; typedef ▮; typedef uint8 late; };').includes('late'));
  assert.ok(labelsAt('interface t { typedef ▮').includes('struct'));
  assert.ok(labelsAt('interface t { typedef struct { ▮').includes('coreid'));
  assert.ok(!labelsAt('interface t { alias x ▮').includes('coreid'));
  assert.deepEqual(labelsAt('interface t { message m();\n▮\nmessage n(); };'), ['message', 'rpc']);
});

test('a definition leads to the type, in every included file that has it', () => {
  const tree = new SourceTree(samples());
  const file = tree.interface('if/sensor.if');
  const at = (word: string): string[] =>
    places(flounder.definitions?.(file, file.source.text.indexOf(word), tree) ?? []);
  assert.deepEqual(at('reading now'), ['if/sensor.if:5:7']);
  assert.deepEqual(at('cycles'), ['if/arch/armv7.if:2:7', 'if/arch/x86_64.if:3:7']);
  assert.deepEqual(at('int16'), []);
  const built = new SourceTree(samples(), { architectures: ['x86_64'] });
  assert.deepEqual(
    places(flounder.definitions?.(built.interface('if/sensor.if'), file.source.text.indexOf('cycles'), built) ?? []),
    ['if/arch/x86_64.if:3:7'],
  );
});

test('references to an included type are in all interfaces but those with one of their own', () => {
  const tree = new SourceTree({
    ...samples(),
    'if/a.if': 'interface a { message m(coreid c); };',
    'if/b.if': 'interface b { typedef uint8 coreid; message m(coreid c); };',
  });
  const types = tree.interface('if/types.if');
  const offset = types.source.text.indexOf('coreid');
  const found = places(flounder.references?.(types, offset, { declaration: true }, tree) ?? []);
  assert.ok(
    found.includes('if/types.if:4:7') && found.includes('if/a.if:1:25') && found.includes('if/disk_queue.if:27:38'),
    found.join(' '),
  );
  assert.ok(!found.some((place) => place.startsWith('if/b.if')));
  assert.ok(
    !places(flounder.references?.(types, offset, { declaration: false }, tree) ?? []).includes('if/types.if:4:7'),
  );
});

test('the formatter indents, keeps comments and lines of arguments, and is idempotent', () => {
  const text =
    'interface t"x"{typedef struct{uint8 a;//one\n uint8 b;}s;\n\n\n\n  typedef enum{A,B}e;\nmessage m( s  x,\n e y[ n , 10 ]) ;/* end */};';
  const expected = `interface t "x" {
    typedef struct {
        uint8 a; //one
        uint8 b;
    } s;

    typedef enum { A, B } e;
    message m(s x,
              e y[n, 10]); /* end */
};
`;
  assert.equal(formatted(text), expected);
  for (const sample of Object.values(samples())) {
    const once = formatted(sample);
    assert.equal(formatted(once), once);
    assert.equal(once.replaceAll(/\s/g, ''), sample.replaceAll(/\s/g, ''));
  }
  assert.ok(formatted(text, { tabSize: 8, insertSpaces: false }).includes('\n\t\tuint8 b;\n'));
  assert.ok(formatted('interface t {\r\nmessage m();};').includes('{\r\n    message m();\r\n};\r\n'));
});

test('what is damaged is not formatted', () => {
  assert.equal(formatted('interface  t { message  m( };'), 'interface  t { message  m( };');
});

test('hints number constants and messages as the compiler does', () => {
  const tree = new SourceTree(samples());
  const file = tree.interface('if/disk_queue.if');
  const labels = flounder.hints?.(file, { start: 0, end: file.source.text.length }, tree).map(({ label }) => label);
  assert.deepEqual(labels, ['= 0', '= 1', '= 2', '#3, 4', '#5, 6', '#7', '#8', '#9, 10', '#11', '#12']);
  const [submit] = (flounder.hints?.(file, { start: 0, end: file.source.text.length }, tree) ?? []).slice(5);
  const before = submit && file.source.text.slice(0, file.source.offsetAt(submit.position));
  assert.match(before ?? '', /message submit\(request one, uint32 tag\);$/);
  assert.deepEqual(flounder.hints?.(file, { start: 0, end: 10 }, tree), []);
});

test('lenses count uses in C and in Hakefiles, and leave out what is not used', () => {
  const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 1 } };
  const tree = new SourceTree(
    { ...samples(), 'usr/a/Hakefile': '[ build application { target = "a", flounderBindings = [ "sensor" ] } ]' },
    { inC: { sensor_changed__tx: [{ uri: 'file:///tree/a.c', range }] } },
  );
  const file = tree.interface('if/sensor.if');
  const lenses = flounder.lenses?.(file, tree) ?? [];
  const titles = lenses.map(({ command }) => command?.title);
  assert.deepEqual(titles, ['1 use in Hakefiles and C', '2 references', '1 use in C']);
  const above = lenses.map(({ range: { start } }) => file.source.slice(file.source.line(start.line)).trim());
  assert.match(above[1] ?? '', /^typedef struct/);
});

test('symbols, folds, colours and selections follow the declarations', () => {
  const tree = new SourceTree(samples());
  const file = tree.interface('if/disk_queue.if');
  const [top] = flounder.symbols?.(file) ?? [];
  assert.deepEqual(top?.children?.map(({ name }) => name), [
    'sector', 'serial_number', 'outcome', 'request', 'ring', 'capacity',
    'attach', 'identify', 'submit', 'completed', 'read_sector', 'detach', 'take_over',
  ]); // prettier-ignore
  assert.deepEqual(
    top.children[3]?.children?.map(({ name }) => name),
    ['first', 'count', 'write', 'result', 'buffer'],
  );
  const folds = (flounder.folds?.(file) ?? []).map(
    ({ startLine, endLine }) => `${String(startLine)}-${String(endLine)}`,
  );
  assert.deepEqual(folds.slice(0, 2), ['0-2', '4-38']);
  const tokens = flounder.tokens?.(file, tree) ?? [];
  const coloured = tokens.map(({ start, end, type }) => `${file.source.text.slice(start, end)}:${type}`);
  for (const each of [
    'disk_queue:interface',
    'sector:type',
    'DONE:enumMember',
    '@ata:decorator',
    'attach:method',
    'ring_frame:parameter',
    'in:keyword',
  ]) {
    assert.ok(coloured.includes(each), each);
  }
  const selections = flounder.selections?.(file, file.source.text.indexOf('sense[')) ?? [];
  assert.deepEqual(
    selections.slice(0, 2).map((span) => file.source.slice(span)),
    ['sense', 'uint8 sense[sense_len, 252]'],
  );
});

test('hovers tell the words of the language, too', () => {
  const tree = new SourceTree(samples());
  const file = tree.interface('if/sensor.if');
  const at = (word: string): string =>
    plainText(flounder.hover?.(file, file.source.text.indexOf(word) + 1, tree)?.contents ?? { value: '' });
  assert.match(at('rpc'), /answer/);
  assert.match(at('reading now'), /16 bytes/);
  assert.equal(at('"Temp'), '');
});
