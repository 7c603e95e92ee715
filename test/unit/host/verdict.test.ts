import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pciAddress, type PciAddress } from '../../../src/host/pci-address.ts';
import type { IommuGroup, PciFunction, Snapshot } from '../../../src/host/snapshot.ts';
import { isOverridable, verdictOf } from '../../../src/host/verdict.ts';
import { madeFacts } from '../../fixtures/made-facts.ts';

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

function snapshotOf(
  functions: PciFunction[],
  { holders = [], firmwareMemory = [] }: Partial<Pick<IommuGroup, 'holders' | 'firmwareMemory'>> = {},
): Snapshot {
  return {
    hasPci: true,
    iommus: ['dmar0'],
    functions: new Map(functions.map((each) => [each.address, each])),
    groups: new Map([
      [
        14,
        {
          id: 14,
          functions: functions.filter((each) => each.group === 14).map((each) => each.address),
          holders,
          firmwareMemory,
        },
      ],
    ]),
  };
}

const facts = { ...madeFacts, sshServerAddress: '10.0.0.5', sshInterface: 'br0' };

function codes(functions: PciFunction[], group?: Parameters<typeof snapshotOf>[1]): [string, ...string[]] {
  const { level, reasons } = verdictOf(snapshotOf(functions, group), facts, NIC);
  return [level, ...reasons.map((reason) => reason.code)];
}

const net = { kind: 'net', interface: 'eth0', up: true, addresses: [], defaultRoute: false, above: [] } as const;
const disk = { kind: 'block', device: 'sda', bytes: 1, mounts: [], swaps: [], holders: [], contents: [] } as const;

test('a device that nobody uses can be taken', () => {
  assert.deepEqual(codes([fn(NIC)]), ['take']);
});

test('what the host would lose refuses', () => {
  assert.deepEqual(codes([fn(NIC, { uses: [{ ...net, defaultRoute: true }] })]), ['refuse', 'default-route']);
  assert.deepEqual(codes([fn(NIC, { uses: [{ ...net, addresses: ['10.0.0.5/24'] }] })]), ['refuse', 'carries-ssh']);
  assert.deepEqual(codes([fn(NIC, { uses: [{ ...net, above: ['vlan', 'br0'] }] })]), ['refuse', 'carries-ssh']);
  assert.deepEqual(codes([fn(NIC, { uses: [{ ...disk, mounts: ['/'] }] })]), ['refuse', 'mounted']);
  assert.deepEqual(codes([fn(NIC, { uses: [{ ...disk, swaps: ['sda2'] }] })]), ['refuse', 'swap']);
  assert.deepEqual(codes([fn(NIC, { uses: [{ ...disk, holders: ['vg'] }] })]), ['refuse', 'holders']);
  assert.deepEqual(codes([fn(NIC, { bootVga: true })]), ['refuse', 'boot-vga']);
  assert.deepEqual(codes([fn(NIC, { classCode: '060000' })]), ['refuse', 'host-bridge']);
  assert.deepEqual(codes([fn(NIC, { bridge: true })]), ['refuse', 'bridge']);
  assert.deepEqual(codes([fn(NIC)], { holders: [{ pid: 7, command: 'qemu' }] }), ['refuse', 'held']);
});

test('what merely stops is said', () => {
  assert.deepEqual(codes([fn(NIC, { uses: [net] })]), ['take', 'interface-goes-down']);
  assert.deepEqual(codes([fn(NIC, { uses: [{ ...net, addresses: ['192.0.2.1/24'] }] })]), [
    'caution',
    'interface-goes-down',
  ]);
  assert.deepEqual(codes([fn(NIC, { uses: [{ ...net, above: ['bond0'] }] })]), ['caution', 'interface-goes-down']);
  assert.deepEqual(codes([fn(NIC, { resetMethods: [] })]), ['caution', 'no-reset']);
});

test("a sibling's reasons are the device's, bridges' are not", () => {
  const sibling = fn(pciAddress('01:00.1'), { uses: [{ ...disk, mounts: ['/srv'] }] });
  const bridge = fn(pciAddress('00:02.0'), { bridge: true, resetMethods: [] });
  assert.deepEqual(codes([fn(NIC), sibling, bridge]), ['refuse', 'mounted', 'shared-group']);
});

test('without a group there is nothing to take', () => {
  const { group: _, ...alone } = fn(NIC);
  assert.deepEqual(codes([alone]), ['refuse', 'no-group']);
});

test("what somebody else has taken, or is changing, is not one's to take", () => {
  const taking = { uid: 1234, user: 'eve', since: 1, state: 'taken' } as const;
  const bound = { driver: 'vfio-pci', taking };
  assert.deepEqual(codes([fn(NIC, bound)]), ['refuse', 'taken']);
  assert.deepEqual(codes([fn(NIC, { ...bound, taking: { ...taking, uid: facts.uid } })]), ['take']);
  // It was given back by hand: the note is all that is left.
  assert.deepEqual(codes([fn(NIC, { ...bound, driver: 'e1000e' })]), ['take']);
  for (const state of ['changing', 'interrupted'] as const)
    assert.deepEqual(codes([fn(NIC, { taking: { ...taking, uid: facts.uid, state } })]), ['refuse', state]);
});

test('a disk that holds data is refused, though nothing of it is in use', () => {
  const idle = { ...disk, contents: ['ext4 "data"'] };
  assert.deepEqual(codes([fn(NIC, { uses: [idle] })]), ['refuse', 'holds-data']);
  assert.deepEqual(codes([fn(NIC, { uses: [{ ...idle, mounts: ['/srv'] }] })]), ['refuse', 'mounted']);
  assert.deepEqual(codes([fn(NIC, { uses: [disk] })]), ['caution', 'disk-goes-away']);
});

test('the only display is refused, one of two is not', () => {
  const card = (name: string): PciFunction['uses'] => [{ kind: 'display', card: name, connected: true }];
  const other = pciAddress('02:00.0');
  assert.deepEqual(codes([fn(NIC, { uses: card('card0') })]), ['refuse', 'only-display', 'display-goes-dark']);
  const two = [fn(NIC, { uses: card('card0') }), fn(other, { uses: card('card1'), group: 15 })];
  assert.deepEqual(codes(two), ['caution', 'display-goes-dark']);
});

test('what the kernel would not hand out is said before', () => {
  assert.deepEqual(codes([fn(NIC)], { firmwareMemory: ['0x1–0x2'] }), ['refuse', 'firmware-memory']);
  assert.deepEqual(codes([fn(NIC, { device: '37c8' })]), ['refuse', 'denied']);
});

test('what the user has put aside stays', () => {
  assert.deepEqual(codes([fn(NIC, { kept: true })]), ['refuse', 'kept']);
});

test('those that are taken with a device are named, with what they are behind', () => {
  const sibling = pciAddress('01:00.1');
  const bridge = pciAddress('00:02.0');
  const functions = [fn(NIC), fn(sibling), fn(bridge, { bridge: true })];
  const { level, reasons } = verdictOf(snapshotOf(functions), facts, NIC);
  assert.equal(level, 'take');
  assert.deepEqual(reasons, [{ address: NIC, code: 'shared-group', others: [sibling], bridges: [bridge] }]);
  const bound = [fn(NIC, { driver: 'vfio-pci' }), fn(sibling, { driver: 'e1000e' }), fn(bridge, { bridge: true })];
  assert.deepEqual(codes(bound), ['caution', 'sibling-elsewhere']);
});

test('a note that a newer version wrote is left alone', () => {
  const taking = { uid: facts.uid, user: 'dev', since: 1, state: 'taken', problem: 'newer' } as const;
  assert.deepEqual(codes([fn(NIC, { driver: 'vfio-pci', taking })]), ['refuse', 'newer-note']);
});

test('who types the address may take what is refused, but not what the host runs from', () => {
  const overridable = (use: PciFunction['uses'][number]): boolean[] =>
    verdictOf(snapshotOf([fn(NIC, { uses: [use] })]), facts, NIC).reasons.map(isOverridable);
  for (const point of ['/mnt/data', '/media/usb', '/data', '/rootless', '/boots'])
    assert.deepEqual(overridable({ ...disk, mounts: [point] }), [true], point);
  for (const point of ['/', '/boot', '/boot/efi', '/usr', '/usr/local', '/home', '/var/lib'])
    assert.deepEqual(overridable({ ...disk, mounts: [point, '/mnt/data'] }), [false], point);
  assert.deepEqual(overridable({ ...disk, mounts: ['/mnt'], swaps: ['sda2'] }), [true, false]);
  assert.deepEqual(overridable({ ...net, defaultRoute: true }), [true]);
  assert.deepEqual(overridable(net), [false]); // no refusal at all
});
