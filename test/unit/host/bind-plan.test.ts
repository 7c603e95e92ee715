import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bindPlan, releasePlan } from '../../../src/host/bind-plan.ts';
import { pciAddress } from '../../../src/host/pci-address.ts';
import { planText } from '../../../src/host/plan.ts';
import type { PciFunction, Snapshot } from '../../../src/host/snapshot.ts';
import { madeFacts as facts } from '../../fixtures/made-facts.ts';

const common = { vendor: '8086', device: '10d3', classCode: '020000', bars: [], bootVga: false, uses: [], group: 16 };
function group(...functions: (Partial<PciFunction> & { address: PciFunction['address'] })[]): Snapshot {
  const all = functions.map((fn): PciFunction => ({ ...common, bridge: false, ...fn }));
  return {
    hasPci: true,
    iommus: [],
    functions: new Map(all.map((fn) => [fn.address, fn])),
    groups: new Map([[16, { id: 16, functions: all.map((fn) => fn.address), holders: [], firmwareMemory: [] }]]),
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
    planText(bindPlan(snapshot, facts, A, 'desk')),
    `barrelfish-plan 2
module vfio-pci | -
record 0000:03:00.0 e1000e - desk | forget 0000:03:00.0
record 0000:03:00.1 - other desk | forget 0000:03:00.1
unbind 0000:03:00.0 e1000e | probe 0000:03:00.0 e1000e
override 0000:03:00.0 vfio-pci | override 0000:03:00.0 -
probe 0000:03:00.0 vfio-pci | unbind 0000:03:00.0 vfio-pci
override 0000:03:00.1 vfio-pci | override 0000:03:00.1 other
probe 0000:03:00.1 vfio-pci | unbind 0000:03:00.1 vfio-pci
grant 16 1000 | grant 16 0
mark 0000:03:00.0 taken | -
mark 0000:03:00.1 taken | -
end
`,
  );
});

test('root needs no grant, and what is bound already stays', () => {
  const snapshot = group({ address: A, driver: 'vfio-pci' });
  assert.equal(
    planText(bindPlan(snapshot, { ...facts, uid: 0 }, A, 'desk')),
    'barrelfish-plan 2\nmodule vfio-pci | -\nend\n',
  );
});

const taking = { uid: 1000, user: 'dev', since: 0, state: 'taken' } as const;

test('a device is kept from D3cold while it is taken', () => {
  const free = group({ address: A, driver: 'e1000e', d3coldAllowed: true });
  const lines = planText(bindPlan(free, facts, A, 'desk')).split('\n');
  const forbid = lines.indexOf('d3cold 0000:03:00.0 0 | d3cold 0000:03:00.0 1');
  assert.ok(forbid !== -1 && forbid < lines.findIndex((line) => line.startsWith('probe 0000:03:00.0 vfio-pci')));
  const had = { ...taking, driver: 'e1000e', d3cold: true } as const;
  const taken = { address: A, driver: 'vfio-pci', driverOverride: 'vfio-pci', d3coldAllowed: false };
  const back = planText(releasePlan(group({ ...taken, taking: had }), A)).split('\n');
  const allow = back.indexOf('d3cold 0000:03:00.0 1 | d3cold 0000:03:00.0 0');
  assert.ok(allow !== -1 && allow < back.findIndex((line) => line.startsWith('probe 0000:03:00.0 e1000e')));
  // One that was kept from it before stays so.
  const { d3cold: _, ...without } = had;
  assert.doesNotMatch(planText(releasePlan(group({ ...taken, taking: without }), A)), /d3cold/);
  assert.doesNotMatch(planText(bindPlan(group({ address: A, d3coldAllowed: false }), facts, A, 'desk')), /d3cold/);
});

test('a release gives back what was noted', () => {
  const onVfio = { driver: 'vfio-pci', driverOverride: 'vfio-pci' };
  const snapshot = group(
    { address: A, ...onVfio, taking: { ...taking, driver: 'e1000e' } },
    { address: B, ...onVfio, taking: { ...taking, override: 'other' } },
  );
  assert.equal(
    planText(releasePlan(snapshot, A)),
    `barrelfish-plan 2
mark 0000:03:00.0 releasing | mark 0000:03:00.0 taken
mark 0000:03:00.1 releasing | mark 0000:03:00.1 taken
unbind 0000:03:00.0 vfio-pci | probe 0000:03:00.0 vfio-pci
override 0000:03:00.0 - | override 0000:03:00.0 vfio-pci
probe 0000:03:00.0 e1000e | unbind 0000:03:00.0 e1000e
unbind 0000:03:00.1 vfio-pci | probe 0000:03:00.1 vfio-pci
override 0000:03:00.1 other | override 0000:03:00.1 vfio-pci
forget 0000:03:00.0 | -
forget 0000:03:00.1 | -
end
`,
  );
});

// However far a plan got, the same call puts everything back.
const interrupted = { ...taking, state: 'interrupted', driver: 'e1000e' } as const;
for (const { name, now, steps } of [
  { name: 'only noted', now: { driver: 'e1000e' }, steps: [] },
  { name: 'unbound', now: {}, steps: ['probe 0000:03:00.0 e1000e | unbind 0000:03:00.0 e1000e'] },
  {
    name: 'overridden',
    now: { driverOverride: 'vfio-pci' },
    steps: [
      'override 0000:03:00.0 - | override 0000:03:00.0 vfio-pci',
      'probe 0000:03:00.0 e1000e | unbind 0000:03:00.0 e1000e',
    ],
  },
  {
    name: 'back with its driver, but not free for it',
    now: { driver: 'e1000e', driverOverride: 'vfio-pci' },
    steps: ['override 0000:03:00.0 - | override 0000:03:00.0 vfio-pci'],
  },
  {
    name: 'taken',
    now: { driver: 'vfio-pci', driverOverride: 'vfio-pci' },
    steps: [
      'unbind 0000:03:00.0 vfio-pci | probe 0000:03:00.0 vfio-pci',
      'override 0000:03:00.0 - | override 0000:03:00.0 vfio-pci',
      'probe 0000:03:00.0 e1000e | unbind 0000:03:00.0 e1000e',
    ],
  },
]) {
  test(`an interrupted plan is put back from: ${name}`, () => {
    const lines = planText(releasePlan(group({ address: A, ...now, taking: interrupted }), A))
      .trimEnd()
      .split('\n');
    assert.deepEqual(lines, [
      'barrelfish-plan 2',
      'mark 0000:03:00.0 releasing | -',
      ...steps,
      'forget 0000:03:00.0 | -',
      'end',
    ]);
  });
}

test('where the note is damaged, the kernel chooses the driver', () => {
  const damaged = { ...taking, problem: 'damaged' } as const;
  const snapshot = group({ address: A, driver: 'vfio-pci', driverOverride: 'vfio-pci', taking: damaged });
  assert.match(planText(releasePlan(snapshot, A)), /^probe 0000:03:00\.0 \* \| -$/m);
});

test("what somebody else bound gets the kernel's choice", () => {
  const snapshot = group({ address: A, driver: 'vfio-pci', driverOverride: 'vfio-pci' });
  assert.match(planText(releasePlan(snapshot, A)), /^probe 0000:03:00\.0 \* \| -$/m);
});

test('bridges and devices without a group have no plan', () => {
  const snapshot = group({ address: BRIDGE, bridge: true });
  assert.throws(() => bindPlan(snapshot, facts, BRIDGE, 'desk'), { code: 'refused' });
  assert.throws(() => bindPlan(snapshot, facts, A, 'desk'), { code: 'no-device' });
});
