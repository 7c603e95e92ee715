import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseDevices, type DeviceWish } from '../../../src/guest/device-choice.ts';
import { Failure } from '../../../src/host/failure.ts';
import { pciAddress } from '../../../src/host/pci-address.ts';
import type { PciFunction, Snapshot } from '../../../src/host/snapshot.ts';
import { madeFacts } from '../../fixtures/made-facts.ts';

function fn(address: string, group: number, more: Partial<PciFunction> = {}): PciFunction {
  return {
    address: pciAddress(address),
    vendor: '8086',
    device: '10d3',
    classCode: '020000',
    bridge: false,
    group,
    bars: [],
    bootVga: false,
    uses: [],
    resetMethods: ['flr'],
    ...more,
  };
}

function hostWith(functions: readonly PciFunction[], held: readonly number[] = []) {
  const groups = new Map(
    functions.map(({ address, group = 0 }) => [
      group,
      {
        id: group,
        functions: [address],
        holders: held.includes(group) ? [{ pid: 7, command: 'qemu' }] : [],
        firmwareMemory: [],
      },
    ]),
  );
  const snapshot: Snapshot = {
    hasPci: true,
    iommus: ['dmar0'],
    functions: new Map(functions.map((each) => [each.address, each])),
    groups,
  };
  return { name: 'gruyere', snapshot, facts: madeFacts };
}

const ids: DeviceWish = { kind: 'ids', vendor: '8086', device: '10d3' };
const at = (address: string): DeviceWish => ({ kind: 'address', address: pciAddress(address) });

test('a kind of device is the first of it that may be taken', () => {
  const mounted = fn('01:00.0', 1, { bootVga: true });
  const host = hostWith([fn('03:00.0', 3), mounted, fn('02:00.0', 2), fn('04:00.0', 4, { device: '10c9' })]);
  assert.deepEqual(chooseDevices([ids], host), ['0000:02:00.0']);
  assert.deepEqual(chooseDevices([ids, ids], host), ['0000:02:00.0', '0000:03:00.0']);
});

test('one that is bound already goes before its twins', () => {
  const host = hostWith([fn('02:00.0', 2, { driver: 'e1000e' }), fn('03:00.0', 3, { driver: 'vfio-pci' })]);
  assert.deepEqual(chooseDevices([ids], host), ['0000:03:00.0']);
});

test('one that a guest has, or that is named beside it, is not taken twice', () => {
  const host = hostWith([fn('02:00.0', 2), fn('03:00.0', 3), fn('04:00.0', 4)], [2]);
  assert.deepEqual(chooseDevices([ids, at('03:00.0')], host), ['0000:04:00.0', '0000:03:00.0']);
});

test('too few of a kind say how many there are and why not', () => {
  const facts = (wishes: readonly DeviceWish[], host: ReturnType<typeof hostWith>): unknown => {
    try {
      chooseDevices(wishes, host);
      return 'chosen';
    } catch (error) {
      return Failure.is(error, 'no-match') ? [error.facts.count, error.facts.reasons[0]?.code] : error;
    }
  };
  assert.deepEqual(facts([ids], hostWith([fn('02:00.0', 2, { device: '10c9' })])), [0, undefined]);
  assert.deepEqual(facts([ids], hostWith([fn('02:00.0', 2)], [2])), [1, 'held']);
  assert.deepEqual(facts([ids, ids], hostWith([fn('02:00.0', 2)])), [1, undefined]);
  assert.deepEqual(facts([ids], hostWith([fn('02:00.0', 2, { bridge: true })])), [0, undefined]);
});

test('an address that is not there', () => {
  assert.throws(
    () => chooseDevices([at('09:00.0')], hostWith([])),
    (error) => Failure.is(error, 'no-device') && error.facts.address === '0000:09:00.0',
  );
});
