import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHarnessEvent } from '../../../src/barrelfish/harness-driver.ts';

test('lines that are not harness.py’s are nothing', () => {
  for (const line of ['', 'x', '[]', 'null', '1', '{}', '{"event":"other"}', '{"event":{}}']) {
    assert.equal(parseHarnessEvent(line), undefined, line);
  }
});

test('facts of the wrong kind are left out', () => {
  assert.deepEqual(parseHarnessEvent('{"event":"build","targets":[1,"a",null]}'), { event: 'build', targets: ['a'] });
  assert.deepEqual(parseHarnessEvent('{"event":"tests","tests":[{"name":1},null,{"name":"a","doc":"","line":2}]}'), {
    event: 'tests',
    tests: [{ name: 'a', doc: '', line: 2 }],
  });
  assert.deepEqual(parseHarnessEvent('{"event":"error","code":"else","detail":3,"line":"4"}'), {
    event: 'error',
    code: 'failed',
    detail: '',
  });
});
