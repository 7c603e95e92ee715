// Rows of the failure table that are seen where no IOMMU is, or where the kernel is locked down.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pciAddress } from '../../src/host/pci-address.ts';
import { means, openStage, produce } from './failures.ts';

const NIC = pciAddress('01:00.0');
const { lab, rows, reasonsFor } = await openStage('none');

test('a device without a group cannot be passed on, nor bound', async () => {
  assert.deepEqual(reasonsFor(NIC)[0], { address: NIC, code: 'no-group' });
  const said = await produce(
    lab,
    `section qemu; qemu -device vfio-pci,host=${NIC}
    echo vfio-pci >$D/${NIC}/driver_override; echo ${NIC} >$D/${NIC}/driver/unbind
    section bind; echo ${NIC} | tee $B/drivers/vfio-pci/bind
    section log; log
    section end; to ${NIC} ''`,
  );
  means({ code: 'no-iommu-group', address: NIC }, { qemu: said.get('qemu') });
  means({ code: 'bind-refused', driver: 'vfio-pci' }, { script: said.get('bind') });
  means({ code: 'probe-refused', address: NIC, error: -22 }, { kernel: said.get('log') });
  rows.add(3);
});

// A kernel stays locked down until it is booted anew: nothing here may rely on its not being so.
test('Secure Boot keeps programs from writing to the configuration of devices', async () => {
  const said = await produce(
    lab,
    `mountpoint -q /sys/kernel/security || mount -t securityfs securityfs /sys/kernel/security
    echo integrity >/sys/kernel/security/lockdown
    section write; setpci -s ${NIC} 40.b=0
    section log; log`,
  );
  assert.match(said.get('write') ?? '', /Operation not permitted/);
  means({ code: 'config-locked', process: 'setpci' }, { kernel: said.get('log') });
  rows.add(37);
});

test('the rows that were seen', (context) => {
  assert.equal(rows.report(context), 2);
});
