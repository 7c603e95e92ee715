import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  commandOf,
  readCurrent,
  readDomains,
  readErrors,
  readLevels,
  readOutput,
} from '../../../src/debug/barrelfish-request.ts';

test('words reach gdb as they are, and never as another command', () => {
  assert.equal(commandOf({ words: ['domains'] }), '-interpreter-exec console "barrelfish domains"');
  assert.equal(
    commandOf({ words: ['walk', 'a "b" \\c'], threadId: 2 }),
    String.raw`-interpreter-exec --thread 2 --frame 0 console "barrelfish walk \"a \\\"b\\\" \\\\c\""`,
  );
  assert.doesNotMatch(commandOf({ words: ['walk', '0\n-gdb-exit\r', '\0'] }), /[\n\r\0]/);
});

test('an answer is told from what our Python says, and from what is not ours', () => {
  const line = (text: string, category = 'stdout') => ({ text, category });
  const output = [
    line('[1, 2]\n'),
    line('Barrelfish: there is no kernel\n', 'stderr'),
    line('barrelfish domains\n', 'log'),
    line('[New Thread 1]\n'),
  ];
  const { value, said, others } = readOutput(output);
  assert.deepEqual(value, [1, 2]);
  assert.deepEqual(said, ['there is no kernel']);
  assert.deepEqual(others, output.slice(2));
  assert.equal(readOutput([]).value, undefined);
});

test('of what comes from a damaged guest, what is as it should be is kept', () => {
  const domain = { core: 0, name: 'init', dispatcher: '0x1', root: '0x2', state: 'running', disabled: true, domain: 3 };
  const wrong = [null, 7, [], {}, { ...domain, name: 7 }, { ...domain, state: 'gone' }, { ...domain, core: '0' }];
  assert.deepEqual(readDomains([...wrong, domain]), [domain]);
  assert.deepEqual(readDomains([{ ...domain, domain: null }]), [{ ...domain, domain: undefined }]);
  const level = { level: 'PML4', at: '0x1', entry: '0x2', flags: ['present', 7], size: 4 };
  assert.deepEqual(readLevels([...wrong, level]), [
    { level: 'PML4', at: '0x1', entry: '0x2', flags: ['present'], physical: undefined, size: undefined },
  ]);
  assert.deepEqual(readErrors([...wrong, { number: 5, name: null }]), [
    { number: 5, name: undefined, text: undefined },
  ]);
  for (const value of [undefined, null, 'domains', 7, {}]) {
    assert.deepEqual([readDomains(value), readLevels(value), readErrors(value)], [[], [], []]);
    assert.equal(readCurrent(value), undefined);
  }
  assert.equal(readCurrent({ dispatcher: '0x1' }), '0x1');
});
