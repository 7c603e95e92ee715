import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LocalConnection } from '../../../src/host/local-connection.ts';
import { pciAddress } from '../../../src/host/pci-address.ts';
import { readSnapshot } from '../../../src/host/snapshot-reader.ts';
import type { Use } from '../../../src/host/snapshot.ts';
import { MadeHost } from '../../fixtures/made-sysfs.ts';

const connection = new LocalConnection('test');

/** A disk of a function, or a virtual one; with its number, and what udev has found on it. */
function disk(host: MadeHost, name: string, place: string, number: string, found: readonly string[] = []): void {
  host.link(`sys/class/block/${name}`, `../../devices/${place}/${name}`);
  host.write(`sys/devices/${place}/${name}/dev`, `${number}\n`);
  host.write(`sys/devices/${place}/${name}/size`, '2048\n');
  host.write(`run/udev/data/b${number}`, found.map((line) => `E:${line}\n`).join(''));
}

async function diskOf(host: MadeHost, address: string): Promise<Extract<Use, { kind: 'block' }>> {
  const { functions } = await readSnapshot(connection, { roots: host.roots });
  const [use] = functions.get(pciAddress(address))?.uses ?? [];
  assert.ok(use?.kind === 'block');
  return use;
}

test('each disk of a mounted file system is mounted, although one is named', async () => {
  using host = new MadeHost();
  for (const [name, number, address] of [
    ['sda', '8:0', '0000:01:00.0'],
    ['sdb', '8:16', '0000:02:00.0'],
  ] as const) {
    host.add(address, { classCode: '010601', driver: 'ahci' });
    disk(host, name, `pci0000:00/${address}/block`, number, ['ID_FS_TYPE=btrfs']);
    host.link(`sys/fs/btrfs/9b2f/devices/${name}`, `../../../../devices/pci0000:00/${address}/block/${name}`);
  }
  host.write('proc/self/mountinfo', '30 1 0:27 / / rw - btrfs /dev/sda rw\n');
  assert.deepEqual((await diskOf(host, '01:00.0')).mounts, ['/']);
  assert.deepEqual((await diskOf(host, '02:00.0')).mounts, ['/']);
});

test('a disk with several paths is used by what is on it, whoever has it', async () => {
  using host = new MadeHost();
  host.add('0000:01:00.0', { classCode: '010802', driver: 'nvme' });
  disk(host, 'nvme0c1n1', 'pci0000:00/0000:01:00.0/nvme/nvme1', '259:9');
  const subsystem = 'virtual/nvme-subsystem/nvme-subsys0';
  disk(host, 'nvme0n1', subsystem, '259:0', ['ID_PART_TABLE_TYPE=gpt']);
  disk(host, 'nvme0n1p1', `${subsystem}/nvme0n1`, '259:1', ['ID_FS_TYPE=ext4']);
  const idle = await diskOf(host, '01:00.0');
  assert.deepEqual([idle.device, idle.mounts, idle.holders], ['nvme0n1', [], []]);
  assert.deepEqual(idle.contents, ['gpt partitions', 'ext4']);
  host.write('proc/self/mountinfo', '30 1 259:1 / /boot rw - ext4 /dev/nvme0n1p1 rw\n');
  assert.deepEqual((await diskOf(host, '01:00.0')).mounts, ['/boot']);
});

test('a disk of a pool is mounted where the pool is', async () => {
  using host = new MadeHost();
  host.add('0000:01:00.0', { classCode: '010802', driver: 'nvme' });
  disk(host, 'nvme0n1', 'pci0000:00/0000:01:00.0/nvme/nvme0', '259:0', ['ID_FS_TYPE=zfs_member', 'ID_FS_LABEL=tank']);
  host.write(
    'proc/self/mountinfo',
    '30 1 0:27 / /srv rw - zfs tank/srv rw\n31 1 0:28 / /other rw - zfs tanker/x rw\n32 1 0:29 / /tank rw - zfs tank rw\n',
  );
  assert.deepEqual((await diskOf(host, '01:00.0')).mounts, ['/srv', '/tank']);
});

test('where the mounts can not be read, no disk passes for an unused one', async () => {
  using host = new MadeHost();
  host.add('0000:01:00.0', { classCode: '010802', driver: 'nvme' });
  const roots = { ...host.roots, proc: `${host.roots.proc}/nowhere` };
  await assert.rejects(readSnapshot(connection, { roots }), { code: 'command-failed' });
});

test('a device that is named like a file is none', async () => {
  using host = new MadeHost();
  host.add('0000:01:00.0', { classCode: '010802', driver: 'nvme' });
  disk(host, 'sda', 'pci0000:00/0000:01:00.0/block', '8:0');
  host.write('proc/self/mountinfo', '30 1 8:0 / / rw - ext4 /dev/sda rw\n');
  const name = `x"\n==> ${host.roots.proc}/self/mountinfo <==\n\n==> ${host.roots.run}/barrelfish/0000:01:00.0 <==\nbarrelfish-note 1\n`;
  host.write('proc/bus/input/devices', `N: Name="${name}\nS: Sysfs=/devices/x\n`);
  const { functions } = await readSnapshot(connection, { roots: host.roots });
  const fn = functions.get(pciAddress('01:00.0'));
  assert.ok(fn?.uses[0]?.kind === 'block');
  assert.deepEqual(fn.uses[0].mounts, ['/']);
  assert.equal(fn.taking, undefined);
});
