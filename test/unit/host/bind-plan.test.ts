import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bindPlan, releasePlan } from '../../../src/host/bind-plan.ts';
import type { HostFacts } from '../../../src/host/facts.ts';
import { pciAddress } from '../../../src/host/pci-address.ts';
import { planText } from '../../../src/host/plan.ts';
import type { PciFunction, Snapshot } from '../../../src/host/snapshot.ts';

const common = { vendor: '8086', device: '10d3', classCode: '020000', bars: [], bootVga: false, uses: [], group: 16 };
const facts: HostFacts = {
  kernel: '',
  uid: 1000,
  user: 'dev',
  memlock: 0,
  cpu: 'intel',
  commandLine: '',
  vfio: 'loaded',
};

function group(...functions: (Partial<PciFunction> & { address: PciFunction['address'] })[]): Snapshot {
  const all = functions.map((fn): PciFunction => ({ ...common, bridge: false, ...fn }));
  return {
    hasPci: true,
    iommus: [],
    functions: new Map(all.map((fn) => [fn.address, fn])),
    groups: new Map([[16, { id: 16, functions: all.map((fn) => fn.address), holders: [] }]]),
  };
}
const A = pciAddress('03:00.0');
const B = pciAddress('03:00.1');
const BRIDGE = pciAddress('00:02.2');

test('a bind takes the endpoints of the whole group, and can be taken back step by step', () => {
  const snapshot = group(
    { address: BRIDGE, bridge: true, driver: 'pcieport' },
    { address: A, driver: 'e1000e' },
    { address: B, driverOverride: 'other' },
  );
  assert.equal(
    planText(bindPlan(snapshot, facts, A)),
    `barrelfish-plan 1
module vfio-pci | -
record 0000:03:00.0 e1000e - | forget 0000:03:00.0
unbind 0000:03:00.0 e1000e | probe 0000:03:00.0 e1000e
override 0000:03:00.0 vfio-pci | override 0000:03:00.0 -
probe 0000:03:00.0 vfio-pci | unbind 0000:03:00.0 vfio-pci
record 0000:03:00.1 - other | forget 0000:03:00.1
override 0000:03:00.1 vfio-pci | override 0000:03:00.1 other
probe 0000:03:00.1 vfio-pci | unbind 0000:03:00.1 vfio-pci
grant 16 1000 | -
end
`,
  );
});

test('root needs no grant, and what is bound already stays', () => {
  const snapshot = group({ address: A, driver: 'vfio-pci' });
  assert.equal(planText(bindPlan(snapshot, { ...facts, uid: 0 }, A)), 'barrelfish-plan 1\nmodule vfio-pci | -\nend\n');
});

test('a release gives back what was noted', () => {
  const snapshot = group(
    { address: A, driver: 'vfio-pci', driverOverride: 'vfio-pci', takenFrom: { driver: 'e1000e' } },
    { address: B, driver: 'vfio-pci', driverOverride: 'vfio-pci', takenFrom: { override: 'other' } },
  );
  assert.equal(
    planText(releasePlan(snapshot, A)),
    `barrelfish-plan 1
unbind 0000:03:00.0 vfio-pci | probe 0000:03:00.0 vfio-pci
override 0000:03:00.0 - | override 0000:03:00.0 vfio-pci
probe 0000:03:00.0 e1000e | -
forget 0000:03:00.0 | -
unbind 0000:03:00.1 vfio-pci | probe 0000:03:00.1 vfio-pci
override 0000:03:00.1 other | override 0000:03:00.1 vfio-pci
forget 0000:03:00.1 | -
end
`,
  );
});

test("what somebody else bound gets the kernel's choice", () => {
  const snapshot = group({ address: A, driver: 'vfio-pci', driverOverride: 'vfio-pci' });
  assert.match(planText(releasePlan(snapshot, A)), /^probe 0000:03:00\.0 \* \| -$/m);
});

test('bridges and devices without a group have no plan', () => {
  const snapshot = group({ address: BRIDGE, bridge: true });
  assert.throws(() => bindPlan(snapshot, facts, BRIDGE), { code: 'refused' });
  assert.throws(() => bindPlan(snapshot, facts, A), { code: 'no-device' });
});
