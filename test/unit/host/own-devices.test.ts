import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withOwn } from '../../../src/host/own-devices.ts';
import { pciAddress } from '../../../src/host/pci-address.ts';
import type { PciFunction, Snapshot } from '../../../src/host/snapshot.ts';

const A = pciAddress('01:00.0');
const B = pciAddress('02:00.0');
const common = {
  vendor: '8086',
  device: '10d3',
  classCode: '020000',
  bridge: false,
  bars: [],
  bootVga: false,
  uses: [],
};
const functions = [A, B].map((address): [typeof address, PciFunction] => [address, { ...common, address }]);
const snapshot: Snapshot = { hasPci: true, iommus: [], functions: new Map(functions), groups: new Map() };

test('a device is meant by its host and address, by its address, or by its ids', () => {
  const nicknames = { [`lab/${A}`]: 'victim', [A]: 'somebody', '8086:10d3': 'card', [`other/${B}`]: 'not here' };
  const { functions: named } = withOwn(snapshot, 'lab', { nicknames, kept: [] });
  assert.deepEqual([named.get(A)?.nickname, named.get(B)?.nickname], ['victim', 'card']);
  for (const key of [`lab/${A}`, A, '8086:10d3'])
    assert.equal(withOwn(snapshot, 'lab', { nicknames: {}, kept: [key] }).functions.get(A)?.kept, true, key);
  for (const key of [`other/${A}`, B, '8086:10d4', 'lab', ''])
    assert.equal(withOwn(snapshot, 'lab', { nicknames: {}, kept: [key] }).functions.get(A)?.kept, undefined, key);
});

test('an entry may be written as people write it', () => {
  for (const entry of ['01:00.0', 'lab/01:00.0', ' 0000:01:00.0 ', '8086:10D3', 'lab/1:0.0'])
    assert.equal(withOwn(snapshot, 'lab', { nicknames: {}, kept: [entry] }).functions.get(A)?.kept, true, entry);
});

test('without a word of the user the snapshot stays as it is', () => {
  assert.equal(withOwn(snapshot, 'lab', { nicknames: {}, kept: [] }), snapshot);
});
