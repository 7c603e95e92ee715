import assert from 'node:assert/strict';
import test from 'node:test';
import type { TextEdit } from 'vscode-languageserver-types';
import { mackerel } from '../../../../src/language/mackerel/mackerel.ts';
import { fixture, marked, parsed, Tree, uriOf, type File } from './files.ts';

const files = {
  'nvme.dev': fixture('nvme.dev'),
  'pcicap.dev': fixture('pcicap.dev'),
  'uart16550.dev': fixture('uart16550.dev'),
};
const place = (
  line: number,
): {
  uri: string;
  range: { start: { line: number; character: number }; end: { line: number; character: number } };
} => ({
  uri: 'file:///tree/usr/driver.c',
  range: { start: { line, character: 4 }, end: { line, character: 20 } },
});
const tree = new Tree(files, {
  uart16550_lsr_rd: [place(3)],
  uart16550_fcr_level_wrf: [place(5)],
  uart16550_bytes8: [place(7)],
});
const uart = tree.file('uart16550.dev');

function labels(text: string, name = 'thing.dev'): string[] {
  const { text: plain, offset } = marked(text);
  return (mackerel.complete?.(parsed(plain, name), offset, tree) ?? []).map(({ label }) => label);
}

function applied(file: File, edits: readonly TextEdit[]): string {
  let { text } = file.source;
  for (const { range, newText } of [...edits].reverse()) {
    text = text.slice(0, file.source.offsetAt(range.start)) + newText + text.slice(file.source.offsetAt(range.end));
  }
  return text;
}

const options = { tabSize: 2, insertSpaces: true };

test('completion knows what can stand where', () => {
  const device = (body: string): string =>
    `import pcicap; device thing (addr base, io port) "t" { constants mode "m" { on = 1; }; regtype st "s" { a 8; }; space msr(i) valuewise "M"; ${body} };`;
  assert.deepEqual(labels('▮'), ['import', 'device']);
  assert.ok(labels('import ▮').includes('nvme'));
  assert.ok(labels(device('▮')).includes('regarray'));
  assert.ok(labels(device('reg▮')).includes('register'));
  assert.ok(labels(device('register r ▮')).includes('wo'));
  assert.ok(labels(device('register r ▮')).includes('addr(base, …)'));
  assert.ok(!labels(device('register r wo ▮')).includes('rw'));
  assert.ok(labels(device('register r wo ▮')).includes('msr'));
  assert.deepEqual(labels(device('register r addr(▮')), ['base']);
  assert.deepEqual(labels(device('register r io(p▮')), ['port']);
  assert.deepEqual(labels(device('register r addr(base, ▮')), []);
  assert.deepEqual(labels(device('register r addr(base, 0) type(▮')), [
    'mode',
    'st',
    'uint8',
    'uint16',
    'uint32',
    'uint64',
  ]);
  assert.deepEqual(labels(device('register r addr(base, 0) { f 3 type(▮')), ['mode', 'pcicap']);
  assert.deepEqual(labels(device('register r addr(base, 0) { f 3 type(pcicap.▮')), ['state']);
  assert.ok(labels(device('register r addr(base, 0) { f 3 ▮')).includes('mbz'));
  assert.ok(!labels(device('datatype d "d" { f 3 ▮')).includes('ro'));
  assert.deepEqual(labels(device('// re▮\n')), []);
  assert.deepEqual(labels(device('register r addr(base, 0) "re▮" type(uint8);')), []);
});

test('the formatter is idempotent, and changes nothing but space', () => {
  const texts = [
    ...Object.values(files),
    'device a(addr  base)"x"{register r addr( base ,0 )[4]"y"type( uint8 ) ;/* c */ // d\n\n\n regarray s addr(base,4)[2;8]type(uint8);constants c "c"{a=- 1;bb=(2);};};\r\n tail  here',
  ];
  for (const text of texts) {
    const file = parsed(text);
    if (file.tree.findings.length > 0) continue;
    const once = applied(file, mackerel.format?.(file, options) ?? []);
    const again = parsed(once);
    assert.deepEqual(mackerel.format?.(again, options), []);
    assert.equal(once.replaceAll(/\s/g, ''), text.replaceAll(/\s/g, ''));
    assert.deepEqual(again.tree.findings, []);
  }
});

test('the formatter puts fields into columns', () => {
  const file = parsed(
    'device a (addr base) "a" {\nregister r addr(base, 0) {\n a 16 "x"; // first\n long 8;\n  _  8 mbz; };\n};\n',
  );
  const expected = `device a (addr base) "a" {
  register r addr(base, 0) {
    a    16 "x"; // first
    long  8;
    _     8 mbz;
  };
};
`;
  assert.equal(applied(file, mackerel.format?.(file, options) ?? []), expected);
  const broken = parsed('device a (addr base) "a" { register };');
  assert.deepEqual(mackerel.format?.(broken, options), []);
});

test('C names lead to the register, with what they do', () => {
  const line = (name: string, includes: string[] = []): number | undefined =>
    mackerel.inC?.resolve(name, includes, tree)?.location.range.start.line;
  const lineOf = (text: string): number => uart.source.positionAt(uart.source.text.indexOf(text)).line;
  assert.equal(line('uart16550_fcr_level_wrf'), lineOf('level   2'));
  assert.equal(line('uart16550_lsr_rawrd'), lineOf('register lsr'));
  assert.equal(line('uart16550_errors_parity_extract'), lineOf('parity  1'));
  assert.equal(line('uart16550_lsr_parity_rdf'), lineOf('parity  1'));
  assert.equal(line('uart16550_bytes14'), lineOf('bytes14'));
  assert.equal(line('uart16550_initialize'), lineOf('device uart'));
  assert.equal(line('uart16550_fcr_level_rdf'), undefined);
  assert.equal(line('uart16550_lsr_parity_wrf'), undefined);
  assert.equal(line('other_thing_rd'), undefined);
  const hover = mackerel.inC?.resolve('uart16550_fcr_level_wrf', [], tree)?.hover.contents as { value: string };
  assert.match(hover.value, /void uart16550_fcr_level_wrf\(uart16550_t \*dev, uart16550_trigger_t value\);/);
});

test('C names are offered by how a register can be accessed', () => {
  const offered = (prefix: string): string[] =>
    (mackerel.inC?.complete(prefix, ['dev/uart16550_dev.h', 'stdio.h'], tree) ?? []).map(({ label }) => label);
  assert.ok(offered('uart16550_lsr').includes('uart16550_lsr_rd'));
  assert.ok(!offered('uart16550_lsr').includes('uart16550_lsr_wr'));
  assert.ok(offered('uart16550_thr').includes('uart16550_thr_wr'));
  assert.ok(!offered('uart16550_thr').includes('uart16550_thr_rd'));
  assert.ok(offered('uart16550_fcr_').includes('uart16550_fcr_level_wrf'));
  const without = mackerel.inC?.complete('uart16550_lsr', ['driver.h'], tree).map(({ label }) => label);
  assert.deepEqual(without, offered('uart16550_lsr'), 'a header of the driver may include the device');
  assert.deepEqual(mackerel.inC?.complete('uart', ['driver.h'], tree), []);
  const items = mackerel.inC.complete('uart16550_ier_', ['dev/uart16550_dev.h'], tree);
  const [first] = [...items].sort((a, b) => ((a.sortText ?? '') < (b.sortText ?? '') ? -1 : 1));
  assert.equal(first?.label, 'uart16550_ier_empty_rdf', 'what is called most comes first');
  assert.equal(first.labelDetails?.description, 'The transmitter is empty');
});

test('references and renames go over files, and into C', () => {
  const offset = uart.source.text.indexOf('lsr ro');
  const lines = mackerel
    .references?.(uart, offset, { declaration: true }, tree)
    .map(({ uri, range }) => `${uri.replace(/^.*\//, '')}:${String(range.start.line)}`);
  assert.equal(lines?.includes('driver.c:3'), true);
  const state = tree.file('pcicap.dev');
  const uses = mackerel.references?.(state, state.source.text.indexOf('state'), { declaration: false }, tree);
  assert.deepEqual(
    uses?.map(({ uri }) => uri),
    [uriOf('nvme.dev')],
  );
  const edit = mackerel.rename?.(uart, uart.source.text.indexOf('level   2'), 'depth', tree);
  assert.ok(edit && 'changes' in edit);
  assert.deepEqual(edit.changes['file:///tree/usr/driver.c'], [
    { range: place(5).range, newText: 'uart16550_fcr_depth_wrf' },
  ]);
  assert.match(JSON.stringify(mackerel.rename?.(uart, offset, 'type', tree)), /reserved/);
  assert.match(JSON.stringify(mackerel.rename?.(uart, offset, 'fcr', tree)), /already/);
  assert.match(JSON.stringify(mackerel.renameable?.(uart, uart.source.text.indexOf('uart16550 lsb'), tree)), /refused/);
});

test('fixes mend what they are for', () => {
  const mended = (text: string, code: string): string => {
    const file = parsed(text);
    const found = mackerel.diagnose(file, tree).filter((each) => each.code === code);
    const [action] = mackerel.actions?.(file, { start: 0, end: text.length }, found, tree) ?? [];
    return applied(file, action?.edit?.changes?.[file.uri] ?? []);
  };
  const device = (body: string, order = ''): string => `device thing ${order}(addr base) "t" { ${body} };`;
  assert.equal(
    mended(device('register r addr(base, 0) { a 5; };'), 'register-size'),
    device('register r addr(base, 0) { a 5;\n_ 3 rsvd; };'),
  );
  assert.equal(
    mended(device('constants c "c" { a = 2 + 3 * 4; };'), 'constant-expression'),
    device('constants c "c" { a = 0xe; };'),
  );
  const twice = 'register a addr(base, 0) type(uint8); register b ';
  assert.equal(
    mended(device(`${twice}addr(base, 0) type(uint8);`), 'register-overlap'),
    device(`${twice}also addr(base, 0) type(uint8);`),
  );
});

test('overlaps of arrays are found where they lie in each other', () => {
  const codes = (body: string): string[] => {
    const file = parsed(`device thing (addr base) "t" { ${body} };`);
    return mackerel.diagnose(file, tree).map(({ code }) => code);
  };
  const array = (name: string, offset: string, spec: string): string =>
    `regarray ${name} addr(base, ${offset}) [${spec}] type(uint32);`;
  assert.deepEqual(codes(array('a', '0', '100000; 16') + array('b', '4', '100000; 16')), []);
  assert.deepEqual(codes(array('a', '0', '100000; 16') + array('b', '4', '100000; 12')), ['register-overlap']);
  assert.deepEqual(codes(array('a', '0', '4') + array('b', '16', '4')), []);
  assert.deepEqual(codes(array('a', '0', '5') + array('b', '16', '4')), ['register-overlap']);
});

test('signatures, hints, lenses, symbols, folds', () => {
  const { text, offset } = marked('device thing (addr base) "t" { register r addr(base, ▮0) type(uint8); };');
  const help = mackerel.signature?.(parsed(text), offset, tree);
  assert.equal(help?.signatures[0]?.label, 'addr(base, offset)');
  assert.equal(help.activeParameter, 1);
  const hints = mackerel.hints?.(uart, { start: 0, end: uart.source.text.length }, tree).map(({ label }) => label);
  assert.ok(hints?.includes('[7:6]') && hints.includes('\u00a0\u00a0[0]') && hints.includes('… 0xe'));
  const lenses = mackerel.lenses?.(uart, tree).map(({ command }) => command?.title);
  assert.ok(lenses?.includes('1 use in C') && lenses.includes('2 references'));
  assert.ok(lenses?.every((title) => title !== undefined && !title.startsWith('0')));
  const [device] = mackerel.symbols?.(uart) ?? [];
  assert.equal(device?.children?.find(({ name }) => name === 'fcr')?.children?.at(-1)?.detail, '7:6');
  assert.ok((mackerel.folds?.(uart).length ?? 0) > 5);
  const widths =
    mackerel.selections?.(uart, uart.source.text.indexOf('level   2')).map(({ start, end }) => end - start) ?? [];
  assert.ok(widths.length > 3 && widths.every((width, index) => index === 0 || width > (widths[index - 1] ?? 0)));
});
