import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { listHarnessFiles, parseHarnessTests, readHarnessFile } from '../../../src/barrelfish/harness-tests.ts';

const SAMPLE = path.join(import.meta.dirname, '../../guest/source');

const source = (...lines: string[]): string => lines.join('\n');
const names = (text: string): string[] => parseHarnessTests(text).tests.map(({ name }) => name);

test('a registered class is a test, with its lines and the first line of its docstring', () => {
  const text = source(
    'import tests',
    '',
    '@tests.add_test',
    'class First(Common, other.Mixin):',
    '    """ says hello',
    '',
    '    and more"""',
    '    name = "first"',
    '',
    '    def run(self):',
    '        name = "not this"',
    '        return """a',
    '        b"""',
    '',
    'x = 1',
  );
  assert.deepEqual(parseHarnessTests(text), {
    tests: [{ name: 'first', summary: 'says hello', line: 4, lastLine: 13 }],
    made: [],
    problems: [],
  });
});

test('all ways to write it', () => {
  assert.deepEqual(names("@ tests . add_test\nclass A (B) :\n  name='a'\n"), ['a']);
  assert.deepEqual(names("@add_test\n@other(1)\nclass A:\n\tname = u'''a'''\n"), ['a']);
  assert.deepEqual(names("@other\n@tests.add_test # yes\n\n# and this\nclass A(B,\n    C):\n    name = 'a' # x\n"), [
    'a',
  ]);
  assert.deepEqual(names('if True:\r\n  @tests.add_test\r\n  class A(B):\r\n    name = "a"\r\n'), ['a']);
});

test('what is not registered is no test', () => {
  assert.deepEqual(names('#@tests.add_test\nclass A(B):\n    name = "a"\n'), []);
  assert.deepEqual(names('@tests.add_tester\nclass A(B):\n    name = "a"\n'), []);
  assert.deepEqual(names('"""\n@tests.add_test\nclass A(B):\n    name = "a"\n"""\n'), []);
  assert.deepEqual(names('@tests.add_test\ndef f(): pass\nclass A(B):\n    name = "a"\n'), []);
});

test('a name may come from a class above; None is none', () => {
  const base = 'class Base(Common):\n    name = "inherited"\nclass Middle(Base):\n    x = 1\n';
  assert.deepEqual(names(`${base}@tests.add_test\nclass A(Middle):\n    pass\n`), ['inherited']);
  assert.deepEqual(parseHarnessTests('@tests.add_test\nclass A(B):\n    name = None\n').made, [2]);
});

test('a class that is derived from itself ends nowhere', () => {
  assert.deepEqual(parseHarnessTests('class A(A):\n  x = 1\n@tests.add_test\nclass A(A):\n  y = 1\n').made, [4]);
});

test('what is made while the file runs is told by its line', () => {
  const text = source(
    'def make(x):',
    '    class Made(Common):',
    '        name = "made_%s" % x',
    '    return Made',
    'for x in (1, 2):',
    '    tests.add_test(make(x))',
    '@tests.add_test',
    'class Computed(Common):',
    '    name = PREFIX + "x"',
    'def inside():',
    '    @tests.add_test',
    '    class Late(Common):',
    '        name = "late"',
  );
  const { tests, made } = parseHarnessTests(text);
  assert.deepEqual(tests, []);
  assert.deepEqual([...made].sort(), [12, 6, 8].sort());
});

test('defining add_test registers nothing', () => {
  assert.deepEqual(parseHarnessTests('def add_test(t):\n    all_tests.append(t)\n    return t\n').made, []);
  assert.deepEqual(parseHarnessTests('my_add_test(x)\n').made, []);
});

test('two of one name: the first counts, the second is told', () => {
  const one = (line: string): string => `@tests.add_test\nclass A(B):\n    '''${line}'''\n    name = 'same'\n`;
  const { tests, problems } = parseHarnessTests(one('x') + one('y'));
  assert.deepEqual(
    tests.map(({ summary }) => summary),
    ['x'],
  );
  assert.deepEqual(problems, [{ line: 6, code: 'same-name' }]);
});

test('behind damage the rest is still found', () => {
  const text =
    '@tests.add_test\nclass A(B):\n    name = "a"\n    x = (1,\n\n@tests.add_test\nclass C(B):\n    name = "c"\n';
  const { tests, problems } = parseHarnessTests(text);
  assert.deepEqual(
    tests.map(({ name }) => name),
    ['a', 'c'],
  );
  assert.deepEqual(problems, [{ line: 4, code: 'open-bracket' }]);
});

test('a tree without a harness has no files', async () => {
  assert.deepEqual(await listHarnessFiles('/nonexistent'), []);
});

test('the sample tree', async () => {
  assert.deepEqual(await listHarnessFiles(SAMPLE), ['common.py', 'starting.py', 'talking.py', 'waiting.py']);
  const starting = await readHarnessFile(SAMPLE, 'starting.py');
  assert.deepEqual(
    starting.tests.map(({ name, summary, line }) => [name, summary, line]),
    [
      ['starts_shell', 'the shell comes up', 8],
      ['starts_missing_driver', 'a driver that nobody has written', 28],
      ['counts_modules', 'every module gets there', 40],
    ],
  );
  const talking = await readHarnessFile(SAMPLE, 'talking.py');
  assert.deepEqual([talking.tests, talking.made, talking.problems], [[], [30], []]);
});
