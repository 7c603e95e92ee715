import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tooOld } from '../../../src/guest/qemu-version.ts';

test('a QEMU from before 4.2 is too old, and the failure says what is needed', () => {
  assert.deepEqual(tooOld({ major: 4, minor: 1, micro: 1 })?.facts, { version: '4.1.1', needed: '4.2' });
  assert.deepEqual(tooOld({ major: 2, minor: 12, micro: 0 })?.facts, { version: '2.12.0', needed: '4.2' });
  for (const [major, minor] of [
    [4, 2],
    [5, 0],
    [10, 1],
  ] as const)
    assert.equal(tooOld({ major, minor, micro: 0 }), undefined);
});
