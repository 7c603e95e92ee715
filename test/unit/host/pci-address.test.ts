import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../../src/host/failure.ts';
import {
  comparePciAddresses,
  functionOfPath,
  parsePciAddress,
  pciAddress,
  shortAddress,
} from '../../../src/host/pci-address.ts';

test('all usual spellings are one address', () => {
  for (const text of ['83:00.0', '0000:83:00.0', ' 0000:83:00.0\n'])
    assert.equal(parsePciAddress(text), '0000:83:00.0');
  assert.equal(parsePciAddress('10000:E1:1f.7'), '10000:e1:1f.7');
  assert.equal(parsePciAddress('3:0.1'), '0000:03:00.1');
});

test('what is no address is refused', () => {
  for (const text of ['', '83:00', '83:00.8', '83:20.0', '0000:83:00.0/..', 'zz:00.0', '83:00.0 1', '../83:00.0']) {
    assert.equal(parsePciAddress(text), undefined, text);
  }
  assert.throws(
    () => pciAddress('x'),
    (error) => Failure.is(error, 'bad-address') && error.facts.text === 'x',
  );
});

test('the domain is left out where it is 0000', () => {
  assert.equal(shortAddress(pciAddress('0000:83:00.0')), '83:00.0');
  assert.equal(shortAddress(pciAddress('0001:83:00.0')), '0001:83:00.0');
});

test('addresses sort as lspci sorts them', () => {
  const sorted = ['10000:00:00.0', '0000:0a:00.0', '0001:00:00.0', '0000:02:1f.0', '0000:02:01.1']
    .map(pciAddress)
    .sort(comparePciAddresses);
  assert.deepEqual(sorted, ['0000:02:01.1', '0000:02:1f.0', '0000:0a:00.0', '0001:00:00.0', '10000:00:00.0']);
});

test('a class device belongs to the last function of its path', () => {
  assert.equal(functionOfPath('../../devices/pci0000:00/0000:00:02.7/0000:08:00.0/virtio4/net/eth0'), '0000:08:00.0');
  assert.equal(functionOfPath('../../devices/virtual/block/dm-0'), undefined);
});
