import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pciAddress } from '../../../src/host/pci-address.ts';
import { planText } from '../../../src/host/plan.ts';
import type { PciFunction, Snapshot } from '../../../src/host/snapshot.ts';
import { virtualFunctionsPlan } from '../../../src/host/vf-plan.ts';
import { madeFacts } from '../../fixtures/made-facts.ts';

const PF = pciAddress('06:00.0');
const VF = pciAddress('06:00.1');
const common = {
  vendor: '1b36',
  device: '0010',
  classCode: '010802',
  bridge: false,
  bars: [],
  bootVga: false,
  uses: [],
};
const facts = { ...madeFacts, uid: 0, user: 'root' };

function host(
  current: number,
  vf: Partial<PciFunction> = {},
  holders: { pid: number; command: string }[] = [],
): Snapshot {
  const physical: PciFunction = { ...common, address: PF, group: 25, sriov: { current, total: 2 } };
  const virtual: PciFunction = { ...common, address: VF, group: 26, physicalFunction: PF, ...vf };
  return {
    hasPci: true,
    iommus: [],
    functions: new Map([physical, ...(current > 0 ? [virtual] : [])].map((fn) => [fn.address, fn])),
    groups: new Map([
      [25, { id: 25, functions: [PF], holders: [], firmwareMemory: [] }],
      [26, { id: 26, functions: [VF], holders, firmwareMemory: [] }],
    ]),
  };
}

const lines = (snapshot: Snapshot, count: number): string[] =>
  planText(virtualFunctionsPlan(snapshot, facts, PF, count))
    .split('\n')
    .slice(1, -2);

test('the number goes through 0, and back', () => {
  assert.deepEqual(lines(host(0), 2), ['vfs 0000:06:00.0 2 | vfs 0000:06:00.0 0']);
  assert.deepEqual(lines(host(2), 0), ['vfs 0000:06:00.0 0 | vfs 0000:06:00.0 2']);
  assert.deepEqual(lines(host(2), 1), [
    'vfs 0000:06:00.0 0 | vfs 0000:06:00.0 2',
    'vfs 0000:06:00.0 1 | vfs 0000:06:00.0 0',
  ]);
  assert.deepEqual(lines(host(2), 2), []);
});

test('one that somebody uses does not go away under them', () => {
  const mounted = {
    kind: 'block',
    device: 'sda',
    bytes: 1,
    mounts: ['/srv'],
    swaps: [],
    holders: [],
    contents: [],
  } as const;
  assert.throws(() => lines(host(2, { uses: [mounted] }), 0), { code: 'refused' });
  assert.throws(() => lines(host(2, {}, [{ pid: 7, command: 'qemu' }]), 0), { code: 'refused' });
});

test('a function without SR-IOV has none to give', () => {
  assert.throws(() => virtualFunctionsPlan(host(0), facts, VF, 1), { code: 'no-device' });
});
