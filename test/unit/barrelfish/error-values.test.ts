import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseErrorNames } from '../../../src/barrelfish/error-names.ts';
import { errorNumbers, errorStack, errorValue } from '../../../src/barrelfish/error-values.ts';

const names = parseErrorNames(`
errors kernel SYS_ERR_ {
    success OK "Fine",
    failure FULL "No room",
};
errors other OTHER_ERR_ {
    failure LATE "Too late",
    success AGAIN "Once more",
};
`);
const numbers = errorNumbers(names);

test('successes are counted first, then failures, over all groups', () => {
  assert.deepEqual(
    numbers.map(({ name }) => name),
    ['SYS_ERR_OK', 'OTHER_ERR_AGAIN', 'SYS_ERR_FULL', 'OTHER_ERR_LATE'],
  );
});

test('a value is a stack of errors, the latest lowest', () => {
  const stack = (value: bigint) => errorStack(value, numbers).map(({ number, error }) => error?.name ?? number);
  assert.deepEqual(stack(0n), ['SYS_ERR_OK']);
  assert.deepEqual(stack((2n << 10n) | 3n), ['OTHER_ERR_LATE', 'SYS_ERR_FULL']);
  assert.deepEqual(stack((3n << 20n) | (900n << 10n) | 2n), ['SYS_ERR_FULL', 900, 'OTHER_ERR_LATE']);
  // All 64 bits: six of ten, and the four that are left.
  assert.deepEqual(stack(-1n), [1023, 1023, 1023, 1023, 1023, 1023, 15]);
  assert.deepEqual(errorStack(7n, []), [{ number: 7, error: undefined }]);
});

test('a value is a number as C and gdb write it, or a name', () => {
  assert.equal(errorValue(' 0x803 ', numbers), 0x803n);
  assert.equal(errorValue('2051ul', numbers), 2051n);
  assert.equal(errorValue('-1', numbers), -1n);
  assert.equal(errorValue('OTHER_ERR_LATE', numbers), 3n);
  for (const text of ['', 'err', 'LATE', '0x', '1.5', '0x11112222333344445', '9'.repeat(99)])
    assert.equal(errorValue(text, numbers), undefined, text);
});
