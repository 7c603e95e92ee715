import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pythonStatements } from '../../../src/barrelfish/harness-source.ts';

test('a statement ends with its line, unless a bracket, a string or a backslash goes on', () => {
  const text = 'a = (1,\n  2)\nb = """x\ny"""\nc = 1 + \\\n  2\nd = {"(": [\n]}\n';
  assert.deepEqual(
    pythonStatements(text).statements.map(({ line, text: code }) => [line, code.replace(/\s+/g, ' ')]),
    [
      [1, 'a = (1, 2)'],
      [3, 'b = """x y"""'],
      [5, 'c = 1 + 2'],
      [7, 'd = {"(": [ ]}'],
    ],
  );
});

test('comments are dropped, and strings that look like one are not', () => {
  const { statements, problems } = pythonStatements('# one\nx = "# no" # yes (\ny = \'it"s\'\n');
  assert.deepEqual(
    statements.map(({ text, line }) => [line, text]),
    [
      [2, 'x = "# no"'],
      [3, "y = 'it\"s'"],
    ],
  );
  assert.deepEqual(problems, []);
});

test('indentation counts tabs to multiples of 8, and lines may end as on Windows', () => {
  const { statements } = pythonStatements('if x:\r\n\ty\r\n    \tz\r\n  # no\r\n\r\n    w\r\n');
  assert.deepEqual(
    statements.map(({ indent, line, text }) => [indent, line, text]),
    [
      [0, 1, 'if x:'],
      [8, 2, 'y'],
      [8, 3, 'z'],
      [4, 6, 'w'],
    ],
  );
});

test('a string that is not closed ends with its line', () => {
  const { statements, problems } = pythonStatements('a = "open\nb = 1\n');
  assert.deepEqual(problems, [{ line: 1, code: 'open-string' }]);
  assert.equal(statements.at(-1)?.text, 'b = 1');
});

test('a string of several lines that is not closed ends the file', () => {
  const { statements, problems } = pythonStatements('a = 1\nb = """\nclass C:\n');
  assert.deepEqual(problems, [{ line: 2, code: 'open-string' }]);
  assert.deepEqual(
    statements.map(({ line }) => line),
    [1, 2],
  );
});

test('a bracket that is not closed is forgotten at the next definition', () => {
  const { statements, problems } = pythonStatements('a = (1,\n    2\nclass C:\n    x = 1\n');
  assert.deepEqual(problems, [{ line: 1, code: 'open-bracket' }]);
  assert.deepEqual(
    statements.map(({ text }) => text),
    ['a = (1,     2', 'class C:', 'x = 1'],
  );
});

test('a bracket that is open at the end, and one too many, are no reason to stop', () => {
  assert.deepEqual(pythonStatements('a = [').problems, [{ line: 1, code: 'open-bracket' }]);
  assert.equal(pythonStatements(')\nb\n').statements.length, 2);
});

test('a large hostile file is gone over once', () => {
  for (const piece of ['"', "'''", '"""x', '\\', '(', '((\n', '"\\', "''", 'a\\\n', '\u0000é\n']) {
    const { problems } = pythonStatements(piece.repeat(50_000));
    assert.ok(problems.length <= 50_000);
  }
});
