import assert from 'node:assert/strict';
import { test } from 'node:test';
import { engineNamed, engines, runsEngine } from '../../../src/debug/engines.ts';
import { readAbilities } from '../../../src/debug/gdb-abilities.ts';
import { sessionArguments } from '../../../src/debug/session-arguments.ts';
import { Failure } from '../../../src/host/failure.ts';

const session = sessionArguments({ gdb: '/opt/gdb', socket: '/run/gdb', symbols: [], commands: [] });

test('each engine starts its adapter, with nothing between a path and the program', () => {
  assert.deepEqual(engines.bundled.command(session, '/with blanks/adapter.cjs'), ['node', '/with blanks/adapter.cjs']);
  assert.deepEqual(engines.gdb.command(session, '/with blanks/adapter.cjs'), [
    '/opt/gdb',
    ...['-q', '-nx', '-iex', 'set auto-load off', '-iex', 'set debuginfod enabled off'],
    ...['-iex', 'set style enabled off', '--interpreter=dap'],
    ...['-ex', 'source /with blanks/barrelfish_dap.py'],
  ]);
});

test('an engine is ours unless it is said, and what is none is said to be', () => {
  assert.equal(engineNamed(undefined), 'bundled');
  assert.equal(engineNamed('gdb'), 'gdb');
  for (const [wished, engine] of [
    ['lldb', 'lldb'],
    ['', ''],
    ['toString', 'toString'],
    [['gdb'], '["gdb"]'],
    [null, 'null'],
  ] as const)
    assert.throws(
      () => engineNamed(wished),
      (error) =>
        Failure.is(error, 'no-engine') && error.facts.engine === engine && error.facts.known.join() === 'bundled,gdb',
    );
});

test("gdb's own adapter needs a gdb 15 with Python", () => {
  const of = (version: string, python: boolean) =>
    readAbilities({ stdout: `GNU gdb (Debian) ${version}\n${python ? 'gdb has Python\n' : ''}`, stderr: '' });
  assert.equal(runsEngine('gdb', of('13.1', true)), false);
  assert.equal(runsEngine('gdb', of('14.2', true)), false);
  assert.equal(runsEngine('gdb', of('15.1', true)), true);
  assert.equal(runsEngine('gdb', of('16.3', false)), false);
  assert.equal(runsEngine('gdb', readAbilities({ stdout: '', stderr: '' })), false);
  assert.equal(runsEngine('bundled', of('9.2', false)), true);
});
