import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diagnose, diagnoseTogether } from '../../../src/diagnosis/diagnose.ts';
import type { Diagnosis } from '../../../src/diagnosis/diagnosis.ts';
import { buildCases } from './build-cases.ts';
import type { Case } from './case.ts';
import { kernelCases } from './kernel-cases.ts';
import { guestCases, scriptCases } from './other-cases.ts';
import { qemuCases } from './qemu-cases.ts';

function meaning({ means }: Case): readonly Diagnosis[] {
  return 'code' in means ? [means] : means;
}

for (const each of [...qemuCases, ...kernelCases, ...scriptCases, ...guestCases, ...buildCases]) {
  test(`${each.source}: ${each.name}`, () => {
    assert.deepEqual(diagnose(each.text, each.source), meaning(each));
  });
}

test('a text of several matters tells the graver first, whatever was said first', () => {
  const text = [
    'qemu-system-x86_64: vfio: Cannot reset device 0000:01:00.0, no available reset mechanism.',
    'qemu-system-x86_64: -gdb tcp::1234: Failed to find an available port: Address already in use',
    'qemu-system-x86_64: -device vfio-pci,host=0000:01:00.0: vfio 0000:01:00.0: group 16 is not viable',
  ].join('\n');
  assert.deepEqual(
    diagnose(text, 'qemu').map(({ code }) => code),
    ['group-not-viable', 'port-taken', 'reset-incomplete'],
  );
});

test("the kernel's log tells why the IOMMU was refused", () => {
  const qemu = {
    source: 'qemu',
    text: 'vfio 0000:01:00.0: failed to setup container for group 14: Failed to set iommu for container: Operation not permitted',
  } as const;
  const remapping = 'No interrupt remapping support.  Use the module param "allow_unsafe_interrupts" to enable VFIO';
  const reserved = (address: string): string =>
    `vfio-pci ${address}: DMAR: Device is ineligible for IOMMU domain attach due to platform RMRR requirement.`;
  const codes = (text: string): string[] =>
    diagnoseTogether([qemu, { source: 'kernel', text }]).map(({ code }) => code);
  assert.deepEqual(codes(''), ['iommu-refused']);
  assert.deepEqual(codes(remapping), ['no-interrupt-remapping']);
  assert.deepEqual(codes(reserved('0000:01:00.0')), ['firmware-reserved-memory']);
  assert.deepEqual(codes(reserved('0000:02:00.0')), ['iommu-refused', 'firmware-reserved-memory']);
});

test('texts about the same add their facts to one diagnosis', () => {
  const text =
    'Region pc.ram: vfio_dma_map(0x55d0a8f7a600, 0x0, 0x80000000, 0x7f1f8be00000) = -12 (Cannot allocate memory)';
  assert.deepEqual(
    diagnoseTogether([
      { source: 'qemu', text },
      { source: 'kernel', text: 'vfio_pin_pages_remote: RLIMIT_MEMLOCK (8388608) exceeded' },
    ]),
    [{ code: 'memory-lock-limit', size: 2 ** 31, limit: 8388608 }],
  );
});
