import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDeviceDatabase } from '../../../src/barrelfish/device-db.ts';

const card = (vendor: string, device: string): string =>
  `pci_card{ vendor: ${vendor}, device: ${device}, function: _, subvendor: _, subdevice: _ }`;
const entry = (binary: string, more = ''): string =>
  `pci_driver{\n  binary: ${binary},\n  supported_cards: [ ${card("16'8086", "16'10d3")} ]${more}\n}.\n`;
const codes = (text: string): [string, number, number][] =>
  parseDeviceDatabase(text).problems.map(({ code, line, column }) => [code, line, column]);
const binaries = (text: string): string[] => parseDeviceDatabase(text).entries.map(({ binary }) => binary);

test('an entry is read with all that it says, and where', () => {
  const { entries, problems } = parseDeviceDatabase(
    `% head\r\npci_driver{\r\n\tbinary: "sample", module: "sample_module",\r\n  supported_cards: [\r\n    ${card("16'15b3", '4099')},\r\n    ${card('0x1af4', '_')} ],\r\n` +
      `  core_hint: 2, core_offset: 1, multi_instance: 1, interrupt_load: 0.75,\r\n  interrupt_model: [msix, 'legacy'], platforms: ['x86_64', x86_32], priority: 1000 }.`,
  );
  assert.deepEqual(problems, []);
  assert.deepEqual(entries, [
    {
      kind: 'pci',
      binary: 'sample',
      module: 'sample_module',
      cards: [
        { vendor: 0x15b3, device: 0x1003, at: { line: 5, column: 5, length: 8 } },
        { vendor: 0x1af4, at: { line: 6, column: 5, length: 8 } },
      ],
      coreHint: 2,
      multiInstance: true,
      interruptModels: ['msix', 'legacy'],
      platforms: ['x86_64', 'x86_32'],
      priority: 1000,
      at: { line: 2, column: 1, length: 10 },
      binaryAt: { line: 3, column: 10, length: 8 },
    },
  ]);
});

test('what is not said is left open', () => {
  const [{ module, interruptModels, priority, multiInstance, coreHint, platforms } = assert.fail()] =
    parseDeviceDatabase(entry('x', ', module: "-", priority: _')).entries;
  assert.deepEqual(
    [module, interruptModels, priority, multiInstance, coreHint, platforms],
    [undefined, undefined, undefined, false, 0, []],
  );
});

test('comments hide entries, and do not nest', () => {
  const text = `%${entry('hidden').replaceAll('\n', '\n%')}\n/* ${entry('"too"')} /* */\n${entry('"seen" /* here */').replace(',', ', % and there')}`;
  assert.deepEqual(parseDeviceDatabase(text).problems, []);
  assert.deepEqual(binaries(text), ['seen']);
  assert.deepEqual(binaries(entry(`"100%/*"`)), ['100%/*']);
});

test('texts are atoms or strings, with their escapes', () => {
  assert.deepEqual(binaries([entry('a_b'), entry("'it''s'"), entry('"a\\"b\\\\c"'), entry('"a""b"')].join('\n')), [
    'a_b',
    "it's",
    'a"b\\c',
    'a"b',
  ]);
});

test('numbers in all their notations', () => {
  const ids = ["16'FFff", "2'101", '0x1F', '0o17', '0b11', "0'a", '65535', "36'z"];
  const text = `pci_driver{ binary: n, supported_cards: [${ids.map((id) => card(id, '_')).join()}] }.`;
  const { entries, problems } = parseDeviceDatabase(text);
  assert.deepEqual(problems, []);
  assert.deepEqual(
    entries[0]?.cards.map(({ vendor }) => vendor),
    [0xffff, 5, 0x1f, 0o17, 3, 97, 65535, 35],
  );
});

test('rules, directives and other facts are passed over', () => {
  const text = [
    ':- local struct(pci_driver(binary, supported_cards, colour)).',
    ':- dynamic(pci_driver/3).',
    'cpu_driver{ binary: "cpu", platforms: [x86_64] }.',
    'bus_driver{ binary: "ioapic", core_hint: 0, platforms: [] }.',
    'find(X) :- X = pci_card{vendor: V}, pci_driver{binary: B}, sort(0,>,L,[(_,B)|_]), "a. b" = 0\'c.',
    'find(X) :-\npci_driver{binary: X},\nX = [A | B].',
    'pci_driver{ binary: conditional } :- fail.',
    'other{ a: 1 }.',
    entry('last', ', colour: red'),
  ].join('\n');
  const { entries, problems } = parseDeviceDatabase(text);
  assert.deepEqual(problems, []);
  assert.deepEqual(
    entries.map(({ kind, binary }) => [kind, binary]),
    [
      ['cpu', 'cpu'],
      ['bus', 'ioapic'],
      ['pci', 'last'],
    ],
  );
  // What the file declares is what counts.
  const problem = parseDeviceDatabase(text.replace('colour: red', 'core_hint: 1')).problems[0];
  assert.deepEqual([problem?.code, problem?.line], ['unknown-field', 13]);
});

test('a damaged entry is said at its line, and leaves the others', () => {
  const good = entry('good');
  const damaged: [string, [string, number, number]][] = [
    // A comma, a brace, a bracket, the full stop; what is missing is missed where the next thing stands.
    ['pci_driver{\n  binary: "a"\n  module: "b"\n}.\n', ['unexpected', 3, 3]],
    ['pci_driver{\n  binary: "a",\n', ['no-full-stop', 2, 14]],
    ['pci_driver{\n  binary: "a", supported_cards: [\n', ['no-full-stop', 2, 33]],
    ['pci_driver{\n  binary: "a" }\n', ['no-full-stop', 2, 15]],
    ['pci_driver{\n  binary: "a", supported_cards: [ x, \n core_hint: 0 }.\n', ['unexpected', 3, 11]],
    // A quote without its end ends with its line.
    ['pci_driver{\n  binary: "a,\n  module: "b"\n}.\n', ['unclosed-quote', 2, 11]],
    [`pci_driver{\n  binary: 'a }.\n`, ['unclosed-quote', 2, 11]],
    // Numbers that are none.
    [`pci_driver{\n binary: a, core_hint: 16'10g3 }.\n`, ['not-a-number', 2, 24]],
    [`pci_driver{\n binary: a, core_hint: 8086h }.\n`, ['not-a-number', 2, 24]],
    [`pci_driver{\n binary: a, core_hint: 37'1 }.\n`, ['not-a-number', 2, 24]],
    [`pci_driver{\n binary: a, core_hint: 16' }.\n`, ['not-a-number', 2, 24]],
    // Fields.
    ['pci_driver{ binary: a, binary: b }.\n', ['repeated-field', 1, 24]],
    ['pci_driver{ binary: a, prority: 1 }.\n', ['unknown-field', 1, 24]],
    ['pci_driver{ module: a }.\n', ['missing-field', 1, 1]],
    ['pci_driver{ binary: [] }.\n', ['wrong-value', 1, 21]],
    ['pci_driver{}.\n', ['missing-field', 1, 1]],
    [`pci_driver{ binary: ${'['.repeat(9999)}`, ['too-deep', 1, 85]],
    ['pci_driver{ \u0000\uFFFD }.\n', ['unexpected', 1, 14]],
  ];
  for (const [text, problem] of damaged) {
    const whole = `${good}${text}\n${good}`;
    const [code, line, column] = problem;
    assert.deepEqual(codes(whole), [[code, line + 4, column]], text);
    assert.deepEqual(binaries(whole), ['good', 'good'], text);
  }
});

test('what is wrong with one card or list leaves the entry', () => {
  const cases: [string, string][] = [
    [entry('a', `, platforms: x86_64`), 'wrong-value'],
    [entry('a', `, platforms: [1]`), 'wrong-value'],
    [entry('a', `, priority: high`), 'wrong-value'],
    [entry('a', `, interrupt_model: [legcy]`), 'unknown-interrupts'],
    [`pci_driver{ binary: a, supported_cards: [ none ] }.`, 'wrong-value'],
    [`pci_driver{ binary: a, supported_cards: [ ${card('70000', '1')} ] }.`, 'out-of-range'],
    [`pci_driver{ binary: a, supported_cards: [ ${card('-1', '1')} ] }.`, 'out-of-range'],
    [`pci_driver{ binary: a, supported_cards: [ ${card('intel', '1')} ] }.`, 'wrong-value'],
    [`pci_driver{ binary: a, supported_cards: [ pci_card{ vender: 1 } ] }.`, 'unknown-field'],
    [`pci_driver{ binary: a }.`, 'missing-field'],
  ];
  for (const [text, code] of cases) {
    assert.deepEqual(
      parseDeviceDatabase(text).problems.map((problem) => problem.code),
      [code],
      text,
    );
    assert.deepEqual(binaries(text), ['a'], text);
  }
  // A word where an id should be matches nothing, and not everything.
  const { entries } = parseDeviceDatabase(`pci_driver{ binary: a, supported_cards: [ ${card('intel', '1')} ] }.`);
  assert.deepEqual(entries[0]?.cards[0]?.vendor, NaN);
});

test('a comment without its end hides the rest, and says so', () => {
  assert.deepEqual(codes(`${entry('a')}/* ${entry('b')}`), [['unclosed-comment', 5, 1]]);
  assert.deepEqual(binaries(`${entry('a')}/* ${entry('b')}`), ['a']);
});

test('any bytes end in some answer', () => {
  for (const text of [
    '',
    '.',
    '{',
    "'",
    '"',
    '\\',
    '/*',
    "16'",
    "0'",
    "0'\\",
    'a{',
    'a{b',
    'a{b:',
    ':-',
    ':- local struct(',
    '\uFEFF',
    '%',
  ]) {
    assert.deepEqual(parseDeviceDatabase(text).entries, [], JSON.stringify(text));
    assert.equal(parseDeviceDatabase(`${text}\n.\n${entry('a')}`).entries.length <= 1, true);
  }
});

test('hostile texts are read in the time of their length', () => {
  const long = 60_000;
  for (const text of [
    '[',
    '{',
    '"',
    "'",
    'a{',
    '/*',
    '/* ',
    'a{b:[',
    '%',
    "16'",
    '.',
    '- ',
    'pci_driver{',
    '\\',
    '1e',
    'pci_driver{\n',
    '"\n',
  ]) {
    parseDeviceDatabase(text.repeat(long / text.length));
    parseDeviceDatabase(`pci_driver{ binary: ${text.repeat(long / text.length)}`);
  }
});
