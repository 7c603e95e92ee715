import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostFacts } from '../../../src/host/facts.ts';
import { pciAddress, type PciAddress } from '../../../src/host/pci-address.ts';
import type { PciFunction, Snapshot } from '../../../src/host/snapshot.ts';
import { verdictOf } from '../../../src/host/verdict.ts';

const NIC = pciAddress('01:00.0');

function fn(address: PciAddress, more: Partial<PciFunction> = {}): PciFunction {
  return {
    address,
    vendor: '8086',
    device: '10d3',
    classCode: '020000',
    bridge: false,
    group: 14,
    bars: [],
    resetMethods: ['flr'],
    bootVga: false,
    uses: [],
    ...more,
  };
}

function snapshotOf(functions: PciFunction[], holders: { pid: number; command: string }[] = []): Snapshot {
  return {
    hasPci: true,
    iommus: ['dmar0'],
    functions: new Map(functions.map((each) => [each.address, each])),
    groups: new Map([
      [14, { id: 14, functions: functions.filter((each) => each.group === 14).map((each) => each.address), holders }],
    ]),
  };
}

const facts: HostFacts = {
  kernel: '6.1',
  uid: 1000,
  user: 'dev',
  memlock: 0,
  cpu: 'intel',
  commandLine: '',
  vfio: 'loaded',
  sshServerAddress: '10.0.0.5',
  sshInterface: 'br0',
};

function codes(functions: PciFunction[], holders?: { pid: number; command: string }[]): [string, ...string[]] {
  const { level, reasons } = verdictOf(snapshotOf(functions, holders), facts, NIC);
  return [level, ...reasons.map((reason) => reason.code)];
}

const net = { kind: 'net', interface: 'eth0', up: true, addresses: [], defaultRoute: false } as const;
const disk = { kind: 'block', device: 'sda', bytes: 1, mounts: [], swaps: [], holders: [] } as const;

test('a device that nobody uses can be taken', () => {
  assert.deepEqual(codes([fn(NIC)]), ['take']);
});

test('what the host would lose refuses', () => {
  assert.deepEqual(codes([fn(NIC, { uses: [{ ...net, defaultRoute: true }] })]), ['refuse', 'default-route']);
  assert.deepEqual(codes([fn(NIC, { uses: [{ ...net, addresses: ['10.0.0.5/24'] }] })]), ['refuse', 'carries-ssh']);
  assert.deepEqual(codes([fn(NIC, { uses: [{ ...net, master: 'br0' }] })]), ['refuse', 'carries-ssh']);
  assert.deepEqual(codes([fn(NIC, { uses: [{ ...disk, mounts: ['/'] }] })]), ['refuse', 'mounted']);
  assert.deepEqual(codes([fn(NIC, { uses: [{ ...disk, swaps: ['sda2'] }] })]), ['refuse', 'swap']);
  assert.deepEqual(codes([fn(NIC, { uses: [{ ...disk, holders: ['vg'] }] })]), ['refuse', 'holders']);
  assert.deepEqual(codes([fn(NIC, { bootVga: true })]), ['refuse', 'boot-vga']);
  assert.deepEqual(codes([fn(NIC, { classCode: '060000' })]), ['refuse', 'host-bridge']);
  assert.deepEqual(codes([fn(NIC, { bridge: true })]), ['refuse', 'bridge']);
  assert.deepEqual(codes([fn(NIC)], [{ pid: 7, command: 'qemu' }]), ['refuse', 'held']);
});

test('what merely stops is said', () => {
  assert.deepEqual(codes([fn(NIC, { uses: [net] })]), ['take', 'interface-goes-down']);
  assert.deepEqual(codes([fn(NIC, { uses: [{ ...net, addresses: ['192.0.2.1/24'] }] })]), [
    'caution',
    'interface-goes-down',
  ]);
  assert.deepEqual(codes([fn(NIC, { resetMethods: [] })]), ['caution', 'no-reset']);
});

test("a sibling's reasons are the device's, bridges' are not", () => {
  const sibling = fn(pciAddress('01:00.1'), { uses: [{ ...disk, mounts: ['/srv'] }] });
  const bridge = fn(pciAddress('00:02.0'), { bridge: true, resetMethods: [] });
  assert.deepEqual(codes([fn(NIC), sibling, bridge]), ['refuse', 'mounted']);
});

test('without a group there is nothing to take', () => {
  const { group: _, ...alone } = fn(NIC);
  assert.deepEqual(codes([alone]), ['refuse', 'no-group']);
});

test("what somebody else has taken, or is changing, is not one's to take", () => {
  const taking = { readable: true, uid: 1234, user: 'eve', since: 1, state: 'taken' } as const;
  const bound = { driver: 'vfio-pci', taking };
  assert.deepEqual(codes([fn(NIC, bound)]), ['refuse', 'taken']);
  assert.deepEqual(codes([fn(NIC, { ...bound, taking: { ...taking, uid: facts.uid } })]), ['take']);
  // It was given back by hand: the note is all that is left.
  assert.deepEqual(codes([fn(NIC, { ...bound, driver: 'e1000e' })]), ['take']);
  for (const state of ['changing', 'interrupted'] as const)
    assert.deepEqual(codes([fn(NIC, { taking: { ...taking, uid: facts.uid, state } })]), ['refuse', state]);
});
