import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DiagnosisCode } from '../../../src/diagnosis/diagnosis.ts';
import type { FailureCode } from '../../../src/host/failure.ts';
import type { Reason } from '../../../src/host/verdict.ts';
import { buildCases } from './build-cases.ts';
import { kernelCases } from './kernel-cases.ts';
import { guestCases, scriptCases } from './other-cases.ts';
import { qemuCases } from './qemu-cases.ts';

/** What tells a user of something that goes wrong: a text that is recognised, a state, a verdict or a failure. */
interface Row {
  name: string;
  texts?: readonly DiagnosisCode[];
  states?: readonly DiagnosisCode[];
  reasons?: readonly Reason['code'][];
  failures?: readonly FailureCode[];
}

/** All that is known to go wrong with passing devices to Barrelfish, in a fixed order. */
const ROWS: readonly Row[] = [
  { name: 'group not viable', texts: ['group-not-viable'], failures: ['group-not-viable'] },
  { name: 'bridge in the group', texts: ['probe-refused'], reasons: ['bridge'] },
  { name: 'no IOMMU group', texts: ['no-iommu-group'], reasons: ['no-group'] },
  { name: 'no such host device', texts: ['no-host-device', 'device-gone'], failures: ['no-device'] },
  { name: 'group node missing', texts: ['group-node-missing', 'container-unusable'] },
  { name: 'group node forbidden', texts: ['group-node-forbidden'] },
  { name: 'group node busy', texts: ['group-node-busy'], reasons: ['held'] },
  { name: 'device not handed out', texts: ['device-not-given'] },
  { name: 'limit of locked memory', texts: ['memory-lock-limit'] },
  { name: 'limit with iommufd', texts: ['iommufd-memory'] },
  { name: 'no interrupt remapping', texts: ['no-interrupt-remapping'] },
  { name: 'memory reserved by firmware', texts: ['firmware-reserved-memory'], reasons: ['firmware-memory'] },
  { name: 'IOMMU refused', texts: ['iommu-refused'] },
  { name: 'BAR in use by the framebuffer', texts: ['bar-reserved'] },
  { name: 'reset needs siblings', texts: ['reset-incomplete'], reasons: ['no-reset'] },
  { name: 'power state', texts: ['does-not-wake'] },
  { name: 'unbind hangs', texts: ['unbind-blocked', 'group-held', 'driver-stayed'], failures: ['timeout'] },
  { name: 'new_id and bind', texts: ['new-id-known', 'bind-refused'] },
  { name: 'probe without effect', texts: ['probe-took-nothing', 'driver-changed'] },
  { name: 'misspelt driver', texts: ['driver-misspelt'] },
  { name: 'built-in module', texts: ['module-builtin', 'module-missing'] },
  { name: 'restore finds the device busy', texts: ['bind-busy'] },
  { name: 'option ROM', texts: ['rom-unreadable'] },
  { name: 'several address spaces', texts: ['several-address-spaces'] },
  { name: 'caching mode', texts: ['caching-mode-off'] },
  { name: 'interrupt controllers in KVM', texts: ['irqchip-in-kernel'] },
  { name: 'bus without hotplug', texts: ['bus-without-hotplug'], failures: ['qmp-error'] },
  { name: 'machine without PCI', texts: ['machine-without-pci'] },
  { name: 'guest slot taken', texts: ['slot-taken'] },
  { name: 'QEMU without iommufd', texts: ['iommufd-unsupported'], failures: ['qemu-too-old'] },
  { name: 'address beyond the IOMMU', texts: ['address-too-wide'] },
  { name: 'DMA fault', texts: ['dma-fault'] },
  { name: 'default route or ssh', reasons: ['default-route', 'carries-ssh'] },
  { name: 'keyboard or mouse', reasons: ['input-goes-away'] },
  { name: 'virtual functions', texts: ['sriov-refused'] },
  { name: 'errata', texts: ['device-denied'], reasons: ['denied'] },
  { name: 'lockdown', texts: ['config-locked'] },
  { name: 'no-IOMMU mode', texts: ['no-iommu-mode'] },
  { name: 'TCP port in use', texts: ['port-taken'] },
  { name: 'breakpoints at reset', texts: ['no-hardware-breakpoints', 'breakpoint-unmapped'] },
  { name: 'Flatpak', states: ['editor-in-sandbox'], failures: ['program-missing'] },
  { name: 'KVM forbidden', texts: ['kvm-forbidden'], failures: ['no-kvm'] },
  { name: 'disk in use', reasons: ['mounted', 'holders', 'swap', 'holds-data'] },
  { name: 'display of the host', reasons: ['boot-vga', 'only-display', 'display-goes-dark'] },
  { name: 'no ACS', reasons: ['shared-group'] },
  { name: 'module not built', texts: ['module-not-built'], failures: ['not-built'] },
  { name: 'silent serial line', states: ['serial-silent'] },
  { name: 'no driver for the device', states: ['device-undriven'] },
];

const ROW_COUNT = 48;
/** What is recognised besides. */
const BEYOND: readonly DiagnosisCode[] = [
  ...(['build-tool-missing', 'haskell-package-missing', 'compiler-too-new', 'container-engine'] as const),
  ...(['build-place-unknown', 'no-rule'] as const),
  ...(['forward-refused', 'image-locked', 'image-missing'] as const),
  'notes-full',
];

test('every row has somebody who tells of it', () => {
  assert.equal(ROWS.length, ROW_COUNT);
  assert.equal(new Set(ROWS.map(({ name }) => name)).size, ROW_COUNT);
  for (const { name, texts = [], states = [], reasons = [], failures = [] } of ROWS) {
    assert.ok(texts.length + states.length + reasons.length + failures.length > 0, name);
  }
});

test('every text of the rows is tried, and every text that is tried is in a row', () => {
  const tried = [...qemuCases, ...kernelCases, ...scriptCases, ...guestCases, ...buildCases].flatMap(({ means }) =>
    'code' in means ? [means.code] : means.map(({ code }) => code),
  );
  const named = [...ROWS.flatMap(({ texts = [] }) => texts), ...BEYOND];
  assert.deepEqual([...new Set(tried)].sort(), [...new Set(named)].sort());
});
