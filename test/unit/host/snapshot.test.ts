import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { LocalConnection } from '../../../src/host/local-connection.ts';
import { pciAddress } from '../../../src/host/pci-address.ts';
import { readSnapshot } from '../../../src/host/snapshot-reader.ts';
import type { PciFunction, Snapshot } from '../../../src/host/snapshot.ts';
import { MadeHost } from '../../fixtures/made-sysfs.ts';

const connection = new LocalConnection('test');
const read = (host: MadeHost): Promise<Snapshot> => readSnapshot(connection, { roots: host.roots });
function at(snapshot: Snapshot, address: string): PciFunction {
  const fn = snapshot.functions.get(pciAddress(address));
  assert.ok(fn, `no ${address}`);
  return fn;
}

test('an endpoint is read with all that is known of it', async () => {
  using host = new MadeHost();
  host.add('0000:01:00.0', { driver: 'e1000e', group: 14, behind: '0000:00:02.0' });
  const fn = at(await read(host), '01:00.0');
  assert.deepEqual(
    { ...fn, bars: undefined },
    {
      address: '0000:01:00.0',
      vendor: '8086',
      device: '10d3',
      subsystem: { vendor: '1af4', device: '1100' },
      revision: '02',
      classCode: '020000',
      interruptLine: true,
      bridge: false,
      parent: '0000:00:02.0',
      driver: 'e1000e',
      group: 14,
      bars: undefined,
      link: { speed: '2.5 GT/s PCIe', width: 1, maxSpeed: '8.0 GT/s PCIe', maxWidth: 4 },
      resetMethods: ['pm', 'bus'],
      bootVga: false,
      uses: [],
    },
  );
  assert.deepEqual(fn.bars, [
    { index: 0, kind: 'memory', start: 0xfe000000n, size: 0x20000n, prefetchable: false, is64Bit: false },
  ]);
});

test('bridges are told by their header type, whatever their class says', async () => {
  using host = new MadeHost();
  host.add('0000:00:02.0', { headerType: 0x81, classCode: '060400', driver: 'pcieport', group: 2 });
  host.add('0000:00:1f.0', { headerType: 0x80, classCode: '060100', group: 3 });
  const snapshot = await read(host);
  assert.equal(at(snapshot, '00:02.0').bridge, true);
  assert.equal(at(snapshot, '00:1f.0').bridge, false);
});

test('a virtual function has its ids from the kernel, not from its configuration space', async () => {
  using host = new MadeHost();
  host.add('0000:06:00.0', { group: 18, files: { sriov_numvfs: '2\n', sriov_totalvfs: '4\n' } });
  host.add('0000:06:00.1', { group: 19, vendor: '1b36', device: '0010', physicalFunction: '0000:06:00.0' });
  const snapshot = await read(host);
  const fn = at(snapshot, '06:00.1');
  assert.deepEqual([fn.vendor, fn.device, fn.physicalFunction], ['1b36', '0010', '0000:06:00.0']);
  assert.deepEqual(at(snapshot, '06:00.0').sriov, { current: 2, total: 4 });
  assert.deepEqual([fn.interruptLine, at(snapshot, '06:00.0').interruptLine], [false, true]);
});

test('what is missing is left out, and the rest is still read', async () => {
  using host = new MadeHost();
  const without = ['config', 'resource', 'numa_node', 'driver_override', 'reset_method', 'current_link_speed'];
  host.add('0000:00:01.0', { without });
  host.add('0000:00:03.0', { without: ['uevent'] });
  host.add('0000:00:04.0', { without: ['uevent', 'config'] });
  host.add('0000:00:05.0');
  const snapshot = await read(host);
  assert.deepEqual([...snapshot.functions.keys()], ['0000:00:01.0', '0000:00:03.0', '0000:00:05.0']);
  const fn = at(snapshot, '00:01.0');
  assert.deepEqual([fn.vendor, fn.device, fn.classCode, fn.bars, fn.group], ['8086', '10d3', '020000', [], undefined]);
  assert.equal(at(snapshot, '00:03.0').device, '10d3');
});

test('a device that vanished between listing and reading is not there', async () => {
  using host = new MadeHost();
  host.add('0000:00:05.0');
  host.add('0000:00:06.0');
  rmSync(path.join(host.roots.sys, 'devices/pci0000:00/0000:00:05.0'), { recursive: true }); // its link dangles now
  assert.deepEqual([...(await read(host)).functions.keys()], ['0000:00:06.0']);
});

test('a host without PCI says so', async () => {
  using host = new MadeHost();
  rmSync(path.join(host.roots.sys, 'bus'), { recursive: true });
  assert.equal((await read(host)).hasPci, false);
});

test('interfaces belong to their function, with addresses, default route, VLAN and bond', async () => {
  using host = new MadeHost();
  host.add('0000:01:00.0', { driver: 'e1000e', group: 1 });
  host.add('0000:02:00.0', { driver: 'e1000e', group: 2 });
  host.addClassDevice('net', 'eth0', '0000:01:00.0/net/eth0');
  host.addClassDevice('net', 'eth1', '0000:02:00.0/net/eth1');
  host.write('sys/devices/pci0000:00/0000:01:00.0/net/eth0/operstate', 'up\n');
  host.link('sys/devices/pci0000:00/0000:02:00.0/net/eth1/upper_eth1.7', '../../../../virtual/net/eth1.7');
  host.link('sys/class/net/eth1.7', '../../devices/virtual/net/eth1.7');
  host.link('sys/devices/virtual/net/eth1.7/upper_bond0', '../bond0');
  host.write(
    'proc/net/route',
    'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\nbond0\t00000000\t0202000A\t0003\t0\t0\t0\t00000000\n',
  );
  host.write('proc/net/ipv6_route', `${'0'.repeat(32)} 00 ${'0'.repeat(32)} 00 fe80 00000400 1 0 00000003     eth0\n`);
  const snapshot = await read(host);
  assert.deepEqual(at(snapshot, '01:00.0').uses, [
    { kind: 'net', interface: 'eth0', up: true, addresses: [], defaultRoute: true, above: [] },
  ]);
  assert.deepEqual(at(snapshot, '02:00.0').uses, [
    { kind: 'net', interface: 'eth1', up: false, addresses: [], defaultRoute: true, above: ['eth1.7', 'bond0'] },
  ]);
});

test('a disk is used by what is on its partitions, and on the mappings above them', async () => {
  using host = new MadeHost();
  host.add('0000:07:00.0', { classCode: '010802', driver: 'nvme', group: 7 });
  for (const [name, below, number] of [
    ['nvme0n1', '0000:07:00.0/nvme/nvme0/nvme0n1', '259:0'],
    ['nvme0n1p1', '0000:07:00.0/nvme/nvme0/nvme0n1/nvme0n1p1', '259:1'],
    ['nvme0n1p2', '0000:07:00.0/nvme/nvme0/nvme0n1/nvme0n1p2', '259:2'],
  ] as const) {
    host.addClassDevice('block', name, below);
    host.write(`sys/devices/pci0000:00/${below}/dev`, `${number}\n`);
    host.write(`sys/devices/pci0000:00/${below}/size`, '2048\n');
  }
  host.link('sys/class/block/dm-0', '../../devices/virtual/block/dm-0');
  host.write('sys/devices/virtual/block/dm-0/dev', '254:0\n');
  host.write('sys/devices/virtual/block/dm-0/dm/name', 'vg-home\n');
  host.link(
    'sys/devices/pci0000:00/0000:07:00.0/nvme/nvme0/nvme0n1/nvme0n1p2/holders/dm-0',
    '../../../../../virtual/block/dm-0',
  );
  host.write(
    'proc/self/mountinfo',
    '30 1 259:1 / /boot rw - ext4 /dev/nvme0n1p1 rw\n31 1 254:0 / /my\\040home rw shared:1 - ext4 /dev/mapper/vg-home rw\n',
  );
  host.write(
    'proc/swaps',
    'Filename\tType\tSize\tUsed\tPriority\n/dev/nvme0n1p1                          partition\t1\t0\t-2\n',
  );
  assert.deepEqual(at(await read(host), '07:00.0').uses, [
    {
      kind: 'block',
      device: 'nvme0n1',
      bytes: 1048576,
      mounts: ['/boot', '/my home'],
      swaps: ['nvme0n1p1'],
      holders: ['vg-home'],
      contents: [],
    },
  ]);
});

test('who has taken a device, and what it had, is read back', async () => {
  using host = new MadeHost();
  const note = (address: string, state: string): void => {
    host.add(address, { driver: 'vfio-pci', group: 14 });
    const lines = ['barrelfish-note 1', 'driver e1000e', 'override -', 'from desk', 'uid 1000', 'user dev', 'since 7'];
    host.write(`run/barrelfish/${address}`, [...lines, `state ${state}`, ''].join('\n'));
  };
  host.write('proc/42/stat', `42 (sh) x) R ${Array.from({ length: 40 }, (_, field) => field + 4).join(' ')}\n`);
  note('0000:01:00.0', 'taken');
  note('0000:02:00.0', 'taking 42 22');
  note('0000:03:00.0', 'taking 42 23'); // another process has got that pid
  note('0000:04:00.0', 'releasing 43 22');
  host.add('0000:05:00.0', { driver: 'vfio-pci', group: 14 });
  host.add('0000:06:00.0', { driver: 'vfio-pci', group: 14 });
  host.write('run/barrelfish/0000:06:00.0', 'barrelfish-note 2\nhad e1000e\nstate resting\n');
  host.write('run/barrelfish/0000:05:00.0', '\x1b[31m\0driver ../../x');
  const snapshot = await read(host);
  const common = { driver: 'e1000e', from: 'desk', uid: 1000, user: 'dev', since: 7 };
  assert.deepEqual(at(snapshot, '01:00.0').taking, { ...common, state: 'taken' });
  assert.deepEqual(at(snapshot, '02:00.0').taking, { ...common, state: 'changing' });
  assert.equal(at(snapshot, '03:00.0').taking?.state, 'interrupted');
  assert.equal(at(snapshot, '04:00.0').taking?.state, 'interrupted');
  const damaged = at(snapshot, '05:00.0').taking;
  assert.equal(damaged?.problem, 'damaged');
  assert.equal(damaged.driver, undefined);
  const newer = at(snapshot, '06:00.0').taking;
  assert.deepEqual([newer?.problem, newer?.state], ['newer', 'taken']);
});

test('what udev found on a disk is on it, whether it is mounted or not', async () => {
  using host = new MadeHost();
  host.add('0000:07:00.0', { classCode: '010802', driver: 'nvme', group: 7 });
  for (const [name, below, number, record] of [
    ['sda', '0000:07:00.0/block/sda', '8:0', 'I:1\nE:ID_PART_TABLE_TYPE=gpt\n'],
    [
      'sda1',
      '0000:07:00.0/block/sda/sda1',
      '8:1',
      'E:ID_PART_ENTRY_NUMBER=1\nE:ID_PART_TABLE_TYPE=gpt\nE:ID_FS_TYPE=ext4\nE:ID_FS_LABEL=data\n',
    ],
  ] as const) {
    host.addClassDevice('block', name, below);
    host.write(`sys/devices/pci0000:00/${below}/dev`, `${number}\n`);
    host.write(`run/udev/data/b${number}`, record);
  }
  const [use] = at(await read(host), '07:00.0').uses;
  assert.ok(use?.kind === 'block');
  assert.deepEqual(use.contents, ['gpt partitions', 'ext4 "data"']);
});

test('memory that the firmware keeps for a device is that of its group', async () => {
  using host = new MadeHost();
  host.add('0000:01:00.0', { group: 14 });
  host.add('0000:02:00.0', { group: 15 });
  const msi = '0x00000000fee00000 0x00000000feefffff msi\n';
  host.write('sys/kernel/iommu_groups/14/reserved_regions', `0x00000000bdf6e000 0x00000000bdf83fff direct\n${msi}`);
  host.write(
    'sys/kernel/iommu_groups/15/reserved_regions',
    `0x0000000000000000 0x0000000000ffffff direct-relaxable\n${msi}`,
  );
  const { groups } = await read(host);
  assert.deepEqual(groups.get(14)?.firmwareMemory, ['0x00000000bdf6e000–0x00000000bdf83fff']);
  assert.deepEqual(groups.get(15)?.firmwareMemory, []);
});

test('nothing that a file contains can pass for another file', async () => {
  using host = new MadeHost();
  host.add('0000:01:00.0', { files: { driver_override: 'x\n==> 0000:01:00.0/boot_vga\n@@ end\n' } });
  const fn = at(await read(host), '01:00.0');
  assert.equal(fn.bootVga, false);
});
