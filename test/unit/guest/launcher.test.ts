import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseProbe } from '../../../src/guest/accelerator.ts';
import { lockedBytes, memoryPlan } from '../../../src/guest/launcher.ts';
import { machineSpec, passedDevice } from './machine-spec.ts';
import { madeFacts as facts } from '../../fixtures/made-facts.ts';

const MIB = 1024 * 1024;
test('all memory is locked when devices are passed, once per device with an IOMMU in the guest', () => {
  const passed = [passedDevice(5), passedDevice(6)];
  assert.equal(lockedBytes(machineSpec()), 0);
  assert.equal(lockedBytes(machineSpec({ passed })), 2064 * MIB);
  assert.equal(
    lockedBytes(machineSpec({ passed, extraArguments: ['-device', 'intel-iommu,intremap=on'] })),
    2 * 2064 * MIB,
  );
});

test('the limit is raised only for whom it is too low', () => {
  const spec = machineSpec({ passed: [passedDevice(5)] });
  const bytes = 2064 * MIB;
  assert.deepEqual(memoryPlan(spec, facts, 7), { steps: [{ do: { op: 'memlock', pid: 7, bytes, uid: 1000 } }] });
  assert.equal(memoryPlan(spec, { ...facts, memlock: bytes }, 7), undefined);
  assert.equal(memoryPlan(spec, { ...facts, memlock: Infinity }, 7), undefined);
  assert.equal(memoryPlan(spec, { ...facts, uid: 0 }, 7), undefined);
  assert.equal(memoryPlan(machineSpec(), facts, 7), undefined);
});

test('KVM works only where the probe has run', () => {
  assert.deepEqual(parseProbe('ended 33\n'), { code: 'kvm-works' });
  assert.deepEqual(parseProbe('no-device\n'), { code: 'no-kvm-device' });
  assert.deepEqual(parseProbe('no-permission kvm\n'), { code: 'no-kvm-permission', group: 'kvm' });
  assert.deepEqual(parseProbe('ended 124\n'), { code: 'kvm-does-not-run', output: '' });
  assert.deepEqual(parseProbe('ended 137\nx\n'), { code: 'kvm-does-not-run', output: 'x' });
  assert.deepEqual(parseProbe('ended 1\nfailed to initialize kvm\n'), {
    code: 'kvm-refuses',
    output: 'failed to initialize kvm',
  });
  assert.equal(parseProbe(''), undefined);
});
