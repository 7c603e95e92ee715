import assert from 'node:assert/strict';
import { test } from 'node:test';
import { originFile, readOrigin, writeOrigin } from '../../../src/debug/memory-dump.ts';
import { sessionArguments } from '../../../src/debug/session-arguments.ts';

test('what a dump does not say of itself is kept beside it', () => {
  assert.equal(originFile('/a/b.core'), '/a/b.core.json');
  for (const kernelBase of [0xfffffe0000136000n, undefined])
    assert.deepEqual(readOrigin(writeOrigin({ buildDirectory: '/build', kernelBase })), {
      buildDirectory: '/build',
      kernelBase,
    });
});

test('a file that is no such note is none', () => {
  for (const text of ['', '{', '[]', 'null', '7', '{"buildDirectory": 7}'])
    assert.equal(readOrigin(text), undefined, text);
  assert.deepEqual(readOrigin('{"buildDirectory": "/b", "kernelBase": "0x1; quit"}'), {
    buildDirectory: '/b',
    kernelBase: undefined,
  });
});

test('a dump and a stub are looked at, and never let run', () => {
  const wish = { gdb: 'gdb', socket: '/a file', symbols: [], commands: [] };
  assert.equal(sessionArguments(wish).postMortem, undefined);
  const { target, postMortem } = sessionArguments({ ...wish, dump: true });
  assert.deepEqual([target, postMortem], [{ type: 'core', parameters: ['/a file'] }, true]);
  const stub = sessionArguments({ ...wish, stub: true });
  assert.equal(stub.postMortem, true);
  assert.ok(stub.preConnectCommands.includes('set remotetimeout 2'));
});
