import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { findPython, harnessCommand, isPython2 } from '../../../src/barrelfish/harness-python.ts';
import type { Argv } from '../../../src/host/connection.ts';
import { Failure } from '../../../src/host/failure.ts';

let tree: string;

before(async () => {
  tree = await mkdtemp(path.join(tmpdir(), 'harness-python-'));
  await mkdir(path.join(tree, 'tools/harness'), { recursive: true });
});
after(() => rm(tree, { recursive: true }));

const write = (text: string): Promise<void> => writeFile(path.join(tree, 'tools/harness/harness.py'), text);

test('which Python a tree is written in', async () => {
  for (const old of ['print "x"', '  print x', "\tprint 'a' % b", 'try:\n  x\nexcept OSError, e:\n  pass']) {
    await write(`import os\n${old}\n`);
    assert.equal(await isPython2(tree), true, old);
  }
  for (const text of ['print("x")', 'print = 3', 'except (A, B):', 'except A as e:', '# print "x"', 'printer "x"']) {
    await write(`import os\n${text}\n`);
    assert.equal(await isPython2(tree), false, text);
  }
  assert.equal(await isPython2('/nonexistent'), false);
});

async function foundAmong(answers: Readonly<Record<string, number>>): Promise<string> {
  return findPython(tree, ([program]: Argv) => {
    const exitCode = answers[program];
    if (exitCode === undefined) return Promise.reject(new Failure('program-missing', { program, host: 'here' }));
    return Promise.resolve({ exitCode });
  });
}

test('an old tree runs in Python 2 where that works, any other in Python 3', async () => {
  await write('print "x"\n');
  assert.equal(await foundAmong({ python2: 0, python3: 0 }), 'python2');
  assert.equal(await foundAmong({ python2: 127, 'python2.7': 127, python3: 0 }), 'python3');
  await write('print("x")\n');
  assert.equal(await foundAmong({ python2: 0, python3: 0 }), 'python3');
  assert.equal(await foundAmong({ python: 0 }), 'python');
  await assert.rejects(foundAmong({ python3: 1 }), (error) => Failure.is(error, 'program-missing'));
});

test('the script is an argument, and paths are those of where it runs', () => {
  const build = { path: '/b', sourceDirectory: '/s', sourceReference: '../s', architectures: ['x86_64'] };
  const what = { file: 'a.py', test: 'a b', cores: 4 };
  const [python, dash, script, ...words] = harnessCommand('py', '/s', { build }, what);
  assert.deepEqual([python, dash, words], ['py', '-c', ['run', '/s', '/b', 'x86_64', '4', 'a.py', 'a b']]);
  assert.match(script ?? '', /^"""Runs one test/);

  const place = { wrapper: ['in', '${build}'], pathMap: { '/there/s': '${source}', '/there/b': '${build}' } };
  const wrapped = harnessCommand('py', '/s', { build, place }, { file: 'a.py' });
  assert.deepEqual(
    [wrapped.slice(0, 4), wrapped.slice(5)],
    [
      ['in', '/b', 'py', '-c'],
      ['list', '/there/s', 'a.py'],
    ],
  );
});
