// Rows of the failure table, made by the lab's kernel and the QEMU in it, and what the extension makes of them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pciAddress } from '../../src/host/pci-address.ts';
import { readSnapshot } from '../../src/host/snapshot-reader.ts';
import type { Snapshot } from '../../src/host/snapshot.ts';
import { testSysfsFailures } from './failures-of-sysfs.ts';
import { means, openStage, produce, reason } from './failures.ts';

const LEAST_ROWS = 25;
const NIC = pciAddress('01:00.0');
/** Two functions of one group. */
const TWINS = [pciAddress('03:00.0'), pciAddress('03:00.1')] as const;
const BRIDGE = pciAddress('04:00.0');
const BEHIND_BRIDGE = [pciAddress('05:01.0'), pciAddress('05:02.0')] as const;
const EMPTY_PORT = pciAddress('00:03.2');
const ABSENT = pciAddress('99:00.0');
const MEMORY = 64 * 2 ** 20;

const stage = await openStage('intel');
const { lab, connection, untouched, rows, groupOf, reasonsFor, failed } = stage;

test('QEMU gets a device that is not there, or that the host has', async () => {
  const said = await produce(
    lab,
    `section absent; qemu -device vfio-pci,host=${ABSENT}
    section host; qemu -device vfio-pci,host=${NIC}`,
  );
  means({ code: 'no-host-device', address: ABSENT }, { qemu: said.get('absent') });
  means({ code: 'device-gone', address: ABSENT }, { script: await failed({ op: 'probe', address: ABSENT }) });
  rows.add(4);
  means({ code: 'group-node-missing', address: NIC, group: groupOf(NIC) }, { qemu: said.get('host') });
  rows.add(5);
});

test('QEMU gets a part of a group, somebody else’s group, too little memory, or two address spaces', async () => {
  const [first, second] = TWINS;
  const said = await produce(
    lab,
    `
    to ${first} vfio-pci
    section sibling; qemu -device vfio-pci,host=${first}
    echo ${second} >$D/${second}/driver/unbind
    section unbound; qemu -device vfio-pci,host=${second}
    to ${second} vfio-pci
    section user; as_dev timeout 60 $machine -device vfio-pci,host=${first}
    chown dev /dev/vfio/$(group ${first})
    section limit; as_dev timeout 60 $machine -device vfio-pci,host=${first}
    section limit-log; log
    section spaces; qemu -M kernel-irqchip=split -device intel-iommu,caching-mode=on \\
      -device vfio-pci,host=${first} -device vfio-pci,host=${second}
    section caching; qemu -M kernel-irqchip=split -device intel-iommu -device vfio-pci,host=${first}
    section iommufd; qemu -device vfio-pci,host=${first},iommufd=iommufd0; qemu -object iommufd,id=iommufd0
    section width; timeout 60 $machine -m 64,slots=1,maxmem=600G -object memory-backend-ram,id=high,size=64M \\
      -device vfio-pci,host=${first},rombar=0 -device pc-dimm,memdev=high,addr=0x8000000000
    section end; to ${first} ''; to ${second} ''`,
  );
  const group = groupOf(first);
  means({ code: 'group-not-viable', address: first, group }, { qemu: said.get('sibling') });
  rows.add(1);
  means(
    { code: 'device-not-given', address: second, group, problem: 'gone', said: 'No such device' },
    { qemu: said.get('unbound') },
  );
  rows.add(8);
  means({ code: 'group-node-forbidden', address: first, group }, { qemu: said.get('user') });
  rows.add(6);
  means(
    { code: 'memory-lock-limit', size: MEMORY, limit: 8 * 2 ** 20 },
    { qemu: said.get('limit'), kernel: said.get('limit-log') },
  );
  rows.add(9);
  means({ code: 'several-address-spaces', address: second, group }, { qemu: said.get('spaces') });
  rows.add(24);
  means({ code: 'caching-mode-off' }, { qemu: said.get('caching') });
  rows.add(25);
  means({ code: 'iommufd-unsupported' }, { qemu: said.get('iommufd') });
  rows.add(30);
  // The lab's IOMMU translates 39 bits.
  means({ code: 'address-too-wide', at: '0x8000000000' }, { qemu: said.get('width') });
  rows.add(31);
});

test('a bridge may stay in the group of a passed device, and vfio-pci takes none', async () => {
  const [first, second] = BEHIND_BRIDGE;
  const said = await produce(
    lab,
    `
    to ${first} vfio-pci; to ${second} vfio-pci
    section passed; qemu -device vfio-pci,host=${first} -device vfio-pci,host=${second} && echo ended well
    to ${first} ''; to ${second} ''
    section port; to ${EMPTY_PORT} vfio-pci; log; to ${EMPTY_PORT} ''`,
  );
  assert.match(said.get('passed') ?? '', /^ended well$/m);
  means([], { qemu: said.get('passed') });
  assert.equal(untouched.functions.get(BRIDGE)?.group, groupOf(first));
  reason('bridge', reasonsFor(BRIDGE));
  means({ code: 'probe-refused', address: EMPTY_PORT, error: -22 }, { kernel: said.get('port') });
  rows.add(2);
});

test('devices behind a bridge share a group since nothing keeps them apart', () => {
  const [first, ...others] = BEHIND_BRIDGE;
  const shared = reasonsFor(first).find(({ code }) => code === 'shared-group');
  assert.deepEqual(shared, { address: first, code: 'shared-group', others, bridges: [BRIDGE] });
  rows.add(45);
});

test('a group that a QEMU has open is busy, and unbinding from it waits', async () => {
  const group = groupOf(NIC);
  const started = await produce(
    lab,
    `to ${NIC} vfio-pci
    setsid $machine -S -device vfio-pci,host=${NIC},rombar=0 </dev/null >/dev/null 2>&1 & holder=$!
    until [ -n "$(find /proc/$holder/fd -lname /dev/vfio/${String(group)})" ]; do
      kill -0 $holder || exit; sleep 0.1
    done
    section pid; echo $holder`,
  );
  const pid = Number(started.get('pid'));
  try {
    const held = reason('held', reasonsFor(NIC, await readSnapshot(connection)));
    assert.equal(held.pid, pid);
    assert.match(held.command, /^qemu-system-x86_64 /);
    means(
      { code: 'group-held', address: NIC, group, pid },
      { script: await failed({ op: 'unbind', address: NIC, driver: 'vfio-pci' }) },
    );
    // The kernel tells of the wait after ten seconds, or when the process is to end.
    const said = await produce(
      lab,
      `section busy; qemu -device vfio-pci,host=${NIC}
      section waits; sh -c "echo ${NIC} >$B/drivers/vfio-pci/unbind" & waiting=$!; echo $waiting
      until grep -q vfio_unregister /proc/$waiting/wchan; do sleep 0.1; done
      kill $waiting; until log | grep -q 'currently in use'; do sleep 0.1; done
      section log; log
      section end; kill ${String(pid)}; wait $waiting`,
    );
    means({ code: 'group-node-busy', address: NIC, group }, { qemu: said.get('busy') });
    rows.add(7);
    means(
      { code: 'unbind-blocked', address: NIC, process: 'sh', pid: Number(said.get('waits')) },
      { kernel: said.get('log') },
    );
    rows.add(17);
  } finally {
    await produce(
      lab,
      `kill ${String(pid)} 2>/dev/null; while [ -e /proc/${String(pid)} ]; do sleep 0.1; done; to ${NIC} ''`,
    );
  }
});

test('the root bus takes nothing while the machine runs', async () => {
  const plugging = lab.qmp.execute({ execute: 'device_add', arguments: { driver: 'e1000e', bus: 'pcie.0' } });
  const said = await plugging.then(() => '', String);
  means({ code: 'bus-without-hotplug', bus: 'pcie.0' }, { qemu: said });
  rows.add(27);
});

test('KVM belongs to others', async () => {
  const said = await produce(
    lab,
    `[ ! -e /dev/kvm ] || exit; mknod -m 600 /dev/kvm c 10 232
    section kvm; as_dev timeout 60 qemu-system-x86_64 -nodefaults -display none -accel kvm
    section end; rm /dev/kvm`,
  );
  means({ code: 'kvm-forbidden' }, { qemu: said.get('kvm') });
  rows.add(42);
});

testSysfsFailures(stage);

test('everything is as it was, and enough rows were seen', async (context) => {
  const drivers = ({ functions }: Snapshot): (string | undefined)[][] =>
    [...functions.values()].map(({ address, driver, driverOverride }) => [address, driver, driverOverride]);
  assert.deepEqual(drivers(await readSnapshot(connection)), drivers(untouched));
  assert.ok(rows.report(context) >= LEAST_ROWS);
});
