// Rows of the failure table that take an IOMMU with less than passthrough needs.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pciAddress } from '../../src/host/pci-address.ts';
import { means, openStage, produce } from './failures.ts';

const NIC = pciAddress('01:00.0');
const BEHIND_PORT = pciAddress('02:00.0');
const PORT = pciAddress('00:02.1');
const { lab, untouched, rows, groupOf, reasonsFor } = await openStage('poor');

test('without interrupt remapping the IOMMU is refused, and the kernel tells why', async () => {
  const said = await produce(
    lab,
    `to ${NIC} vfio-pci
    section qemu; qemu -device vfio-pci,host=${NIC}
    section log; log
    section end; to ${NIC} ''`,
  );
  means({ code: 'iommu-refused', address: NIC, group: groupOf(NIC) }, { qemu: said.get('qemu') });
  rows.add(13);
  means({ code: 'no-interrupt-remapping' }, { qemu: said.get('qemu'), kernel: said.get('log') });
  rows.add(11);
});

test('a port without ACS is in the group of what is behind it, and may stay on its driver', async () => {
  const functions = untouched.groups.get(groupOf(PORT))?.functions;
  assert.deepEqual(new Set(functions), new Set([PORT, BEHIND_PORT]));
  const { driver, bridge } = untouched.functions.get(PORT) ?? {};
  assert.deepEqual({ driver, bridge }, { driver: 'pcieport', bridge: true });
  // Nobody else's, so there is nothing to explain.
  assert.ok(!reasonsFor(BEHIND_PORT).some(({ code }) => code === 'bridge' || code === 'shared-group'));
  // So that QEMU may not be stopped by what stops the other test.
  const said = await produce(
    lab,
    `to ${BEHIND_PORT} vfio-pci; echo Y >/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts
    section qemu; qemu -device vfio-pci,host=${BEHIND_PORT} && echo ended well
    section end; echo N >/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts; to ${BEHIND_PORT} ''`,
  );
  assert.match(said.get('qemu') ?? '', /^ended well$/m);
  means([], { qemu: said.get('qemu') });
  rows.add(2);
});

test('the rows that were seen', (context) => {
  assert.equal(rows.report(context), 3);
});
