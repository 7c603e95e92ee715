import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comparable, parseTimes, withTimes } from '../../../src/barrelfish/serial-text.ts';

test('each line gets the time of its first byte', () => {
  const log = 'one\r\n\u001b[1mtwo\u001b[0m and\nthree';
  const times = parseTimes('0 5\n7 1500\nrubbish\n99999999999999999 1\n19 61002\n');
  assert.deepEqual(withTimes(log, times).split('\n'), [
    '[     0.005] one',
    '[     0.005] two and',
    '[    61.002] three',
  ]);
  assert.equal(withTimes('x', []), '[          ] x');
});

test('what differs from run to run compares equal, and nothing else', () => {
  const one = 'at 0xffffffe000123456: rax 00000000deadbeef, took 1234567890\r\nport 0x3f8, 42 pages\n[  12.345] up';
  const other = 'at 0xffffffe000999999: rax 00000000cafebabe, took 9876543210\r\nport 0x3f8, 42 pages\n[ 112.340] up';
  assert.equal(comparable(one), comparable(other));
  assert.match(comparable(one), /port 0x3f8, 42 pages/);
  assert.notEqual(comparable(one), comparable(one.replace('42', '43')));
  assert.equal(comparable('Kernel starting at address 0xfffffe0000400000'), 'Kernel starting at address 0x…');
});
