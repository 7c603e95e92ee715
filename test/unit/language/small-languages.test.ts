import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Location } from 'vscode-languageserver-types';
import { fugu } from '../../../src/language/fugu/fugu.ts';
import { hamlet } from '../../../src/language/hamlet/hamlet.ts';
import { pleco } from '../../../src/language/pleco/pleco.ts';
import { skate } from '../../../src/language/skate/skate.ts';
import { sockeye } from '../../../src/language/sockeye/sockeye.ts';
import { deviceDb } from '../../../src/language/device-db/device-db.ts';
import { assertDeep, assertGolden, fixture, labels, parsed, portrait, stage } from './outline-stage.ts';

const workspace = stage([
  { language: fugu, uri: 'file:///tree/errors/errno.fugu', text: fixture('fugu/samples.fugu') },
  { language: pleco, uri: 'file:///tree/trace.pleco', text: fixture('pleco/samples.pleco') },
  { language: hamlet, uri: 'file:///tree/caps.hl', text: fixture('hamlet/samples.hl') },
  { language: skate, uri: 'file:///tree/samples.sks', text: fixture('skate/samples.sks') },
]);

function hoverInC(language: { inC?: typeof fugu.inC }, name: string): string | undefined {
  const contents = language.inC?.resolve(name, [], workspace)?.hover.contents;
  return contents && typeof contents === 'object' && 'value' in contents ? contents.value : undefined;
}

test('names in C lead back, with the value that the tools give them', () => {
  assert.match(hoverInC(fugu, 'UART_ERR_OK') ?? '', /\*\* = 0 ·/);
  assert.match(hoverInC(fugu, 'UART_ERR_DRAINED') ?? '', /\*\* = 1 ·/);
  assert.match(hoverInC(fugu, 'UART_ERR_NO_DEVICE') ?? '', /\*\* = 2 ·/);
  assert.match(hoverInC(fugu, 'UART_INIT_IRQ') ?? '', /\*\* = 5 ·/);
  assert.match(hoverInC(pleco, 'TRACE_EVENT_NVME_DOORBELL') ?? '', /\*\* = 2 ·/);
  assert.match(hoverInC(pleco, 'TRACE_SUBSYS_NVME_ADMIN') ?? '', /\*\* = 1 ·/);
  assert.match(hoverInC(hamlet, 'ObjType_Queue') ?? '', /`ObjType_Queue` = 3/);
  assert.match(hoverInC(hamlet, 'OBJSIZE_BELL') ?? '', /= 8/);
  assert.match(hoverInC(skate, 'samples_queue_entry_t') ?? '', /samples_controller_t Controller;/);
  assert.match(hoverInC(skate, 'SAMPLES_FEATURES_WRITEZEROES') ?? '', /bit 3/);
});

test('other names in C are left alone', () => {
  for (const name of [
    'UART_ERR_',
    'printf',
    'ObjType_Region',
    'ObjType_Nothing',
    'Queue',
    'TRACE_EVENT_NVME',
    'samples_t',
    'constructor',
  ]) {
    for (const language of [fugu, pleco, hamlet, skate])
      assert.equal(language.inC?.resolve(name, [], workspace), undefined, name);
  }
});

test('what is completed in C is what the tools generate', () => {
  const completed = (language: { inC?: typeof fugu.inC }, prefix: string): string[] | undefined =>
    language.inC?.complete(prefix, [], workspace).map(({ label }) => label);
  const types = ['ObjType_Null', 'ObjType_Physical', 'ObjType_Memory', 'ObjType_Queue', 'ObjType_Doorbell'];
  assert.deepEqual(completed(hamlet, 'Obj'), types);
  assert.deepEqual(completed(hamlet, 'ObjType_M'), ['ObjType_Memory']);
  assert.deepEqual(completed(hamlet, 'OBJSIZE_'), ['OBJSIZE_QUEUE', 'OBJSIZE_BELL']);
  assert.deepEqual(completed(hamlet, 'objtype_'), []);
  assert.deepEqual(completed(fugu, 'UART_ERR_NO_'), ['UART_ERR_NO_DEVICE']);
  assert.deepEqual(completed(pleco, 'TRACE_EVENT_NVME_D'), ['TRACE_EVENT_NVME_DOORBELL']);
});

test('a schema that has not been saved may have any name', () => {
  const isWrong = (uri: string): boolean => {
    const file = parsed(skate, 'schema sample "a" { };', uri);
    return skate.diagnose(file, stage()).some(({ code }) => code === 'wrong-file-name');
  };
  assert.deepEqual(['untitled:Untitled-1', 'file:///tree/other.sks'].map(isWrong), [false, true]);
});

test('an imported module is found in its file, and what it doesn’t have is said', () => {
  const timer = {
    language: sockeye,
    uri: 'file:///tree/socs/board/timer.soc',
    text: fixture('sockeye/board/timer.soc'),
  };
  const file = parsed(sockeye, fixture('sockeye/samples.soc'), 'file:///tree/socs/samples.soc');
  const here = stage([timer, { language: sockeye, uri: file.uri, text: file.source.text }]);
  assert.deepEqual(sockeye.diagnose(file, here), []);
  const at = file.source.text.indexOf('of Clock') + 4;
  assert.equal(sockeye.definitions?.(file, at, here)[0]?.uri, timer.uri);
  const wrong = parsed(sockeye, file.source.text.replace('(Timer as', '(Tymer as'), file.uri);
  assert.ok(sockeye.diagnose(wrong, here).some(({ code }) => code === 'not-exported'));
});

test('what a Sockeye file declares is found in the files that import it, whatever they call it', () => {
  const places = (locations: readonly Location[] | undefined): string[] =>
    (locations ?? []).map(({ uri, range: { start } }) => {
      return `${uri.slice('file:///tree/socs/'.length)}:${String(start.line + 1)}:${String(start.character + 1)}`;
    });
  const texts = {
    'timer.soc': 'module Timer {\n  input memory (0 bits 12) REGS\n  REGS accepts [(*)]\n}',
    'one.soc':
      'import timer (Timer as Clock)\nmodule One { instance T of Clock\nmemory (0 bits 12) M\nM overlays T.REGS }',
    'all.soc': 'import timer\nmodule All { instance T of Timer }',
    'other.soc': 'module Timer { input memory (0 bits 12) REGS }\nmodule Other { instance T of Timer }',
  };
  const files = Object.entries(texts).map(([name, text]) => ({
    language: sockeye,
    uri: `file:///tree/socs/${name}`,
    text,
  }));
  const here = stage(files);
  const ask = (name: keyof typeof texts, at: string): string[] => {
    const file = here.parsed(sockeye, `file:///tree/socs/${name}`);
    assert.ok(file);
    assert.deepEqual(sockeye.diagnose(file, here), []);
    return places(sockeye.references?.(file, texts[name].indexOf(at), { declaration: true }, here)).sort();
  };
  const timer = ['all.soc:2:28', 'one.soc:1:15', 'one.soc:1:24', 'one.soc:2:28', 'timer.soc:1:8'];
  assert.deepEqual(ask('timer.soc', 'Timer'), timer);
  assert.deepEqual(ask('one.soc', 'Clock\n'), timer);
  assert.deepEqual(ask('one.soc', 'Timer'), timer);
  assert.deepEqual(ask('all.soc', 'Timer'), timer);
  assert.deepEqual(ask('one.soc', 'REGS'), ['one.soc:4:14', 'timer.soc:2:28', 'timer.soc:3:3']);
  assert.deepEqual(ask('other.soc', 'Timer'), ['other.soc:1:8', 'other.soc:2:30']);
});

test('the first version of Sockeye is read for its names, and never found wrong', () => {
  const file = parsed(sockeye, fixture('sockeye/first-version.soc'));
  assertGolden('sockeye/golden/first-version.soc.txt', portrait(sockeye, file, stage()));
});

test('a name that nobody declares is a warning, unless a declaration may be damaged', () => {
  const codes = (text: string): string[] => sockeye.diagnose(parsed(sockeye, text), stage()).map(({ code }) => code);
  assert.deepEqual(codes('module A { memory (0 bits 4) M M overlays N }'), ['unknown-name']);
  assert.deepEqual(codes('module A { memory (0bits 4) N memory (0 bits 4) M M overlays N }'), []);
});

test('nesting is bounded', () => {
  const deep = 10_000;
  assertDeep(skate, `schema sample "" { ${'namespace n "" { '.repeat(deep)}`);
  assertDeep(sockeye, `module A { ${'forall i in (0) { '.repeat(deep)} }`);
  assertDeep(sockeye, `module A { M accepts [(${'('.repeat(deep)}1)] }`);
  assertDeep(sockeye, `module A { M accepts [(1) ${'('.repeat(deep)}a ] }`);
});

test('a text of Skate that is not closed takes nothing of the next line', () => {
  const text = 'schema s "" { fact a "" {\n uint8 b "open;\n uint8 c "";\n uint8 d "";\n }; };';
  const file = parsed(skate, text, 'file:///tree/s.sks');
  const codes = skate.diagnose(file, stage()).map(({ code }) => code);
  assert.deepEqual(codes, ['unclosed-string']);
  const names = file.tree.definitions.flatMap(({ inside }) => inside.flatMap((fact) => fact.inside));
  assert.deepEqual(
    names.map(({ name }) => name),
    ['b', 'c', 'd'],
  );
});

test('completion by what stands before', () => {
  assert.ok(labels(hamlet, 'cap A {}; cap B from | {};').includes('A'));
  assert.ok(!labels(hamlet, 'cap A abstract {}; cap B from | {};').includes('A'));
  assert.ok(labels(hamlet, 'define size_a 4; cap A { uint8 b; address { |').includes('size_a'));
  assert.ok(labels(skate, 'schema s "" { fact a "" { uint8 b ""; }; fact c "" { fact |').includes('s.a'));
  assert.ok(labels(skate, 'schema s "" { fact a "" { |').includes('uint8'));
  assert.ok(labels(sockeye, 'module A {} module B { instance I of |').includes('A'));
  assert.ok(labels(sockeye, 'module A { input memory (0) P } module B { instance I of A X overlays I.|').includes('P'));
  assert.deepEqual(labels(fugu, '// |'), []);
  assert.ok(labels(deviceDb, "pci_driver{ interrupt_model: ['|'] }.").includes('msix'));
  assert.ok(labels(deviceDb, 'pci_driver{ |').includes('supported_cards'));
});
