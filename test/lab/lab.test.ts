// What the other tests rely on when they use the lab. Takes a minute once the lab's ready state is there.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { buildGuest } from '../guest/build.ts';
import { temporaryDirectory } from '../temporary-directory.ts';
import { startLab, password, type Lab, type LabUser } from './lab.ts';
import { sweep } from './registry.ts';

const nic = '0000:01:00.0';
const nvme = '0000:06:00.0';
const devices = '/sys/bus/pci/devices';
let lab: Lab;

before(async () => {
  lab = await startLab({ name: `test-${String(process.pid)}`, onProgress: console.log });
  const { buildDirectory } = await buildGuest();
  const tar = ['--create', '--directory', buildDirectory, 'x86_64/sbin/elver', 'x86_64/sbin/cpu'];
  const { stdout } = await promisify(execFile)('tar', tar, { encoding: 'buffer', maxBuffer: 2 ** 24 });
  await succeed('root', ['tar', '--extract', '--directory', '/srv'], { stdin: stdout });
});

after(async () => {
  await lab.stop();
  assert.ok(!(await sweep()).some(({ name }) => name === lab.name));
});

async function succeed(user: LabUser, argv: readonly string[], options = {}): Promise<string> {
  const { code, stdout, stderr } = await lab.run(user, argv, { timeoutMs: 120_000, ...options });
  assert.equal(code, 0, `${argv.join(' ')}\n${stdout}${stderr}`);
  return stdout;
}

const shell = async (user: LabUser, script: string, ...words: readonly string[]): Promise<string> =>
  await succeed(user, ['/bin/sh', '-c', script, 'sh', ...words]);

const bind = `
  cd ${devices}/$1; modprobe vfio-pci; echo $2 >driver_override
  if [ -e driver ]; then echo $1 >driver/unbind; fi
  echo $1 >/sys/bus/pci/drivers_probe; readlink driver`;

/** The nested QEMU as the extension would start it, until the guest has read the NIC's address. */
const nested = `
  cd /srv; serial=$(mktemp); [ -z "$1" ] || prlimit --pid $$ --memlock=$1:$1
  qemu-system-x86_64 -nodefaults -no-user-config -M q35 -accel tcg -m 64 -display none -serial file:$serial \\
    -device vfio-pci,host=${nic},addr=0x5,rombar=0 -kernel x86_64/sbin/elver -append loglevel=3 -initrd x86_64/sbin/cpu &
  until grep -q 'fish v0.2' $serial; do kill -0 $! || exit 1; sleep 0.1; done
  cat $serial; kill $!`;

test('the clock is right and users have the limits of a Debian host', async () => {
  assert.ok(Math.abs(Number(await succeed('root', ['date', '+%s'])) - Date.now() / 1000) < 5);
  for (const user of ['root', 'user', 'visitor'] as const) {
    assert.equal(await shell(user, 'ulimit -l'), '8192\n');
  }
  assert.match(await succeed('user', ['id']), /uid=1000\(dev\).*27\(sudo\)/);
  assert.match(await succeed('visitor', ['id']), /uid=1001\(visitor\) gid=1001\(visitor\) groups=1001\(visitor\)\n/);
  assert.notEqual((await lab.run('user', ['sudo', '-n', 'true'])).code, 0);
  assert.equal(await succeed('user', ['sudo', '-S', '-p', '', 'id', '-u'], { stdin: `${password}\n` }), '0\n');
});

test('every group has the functions that the topology means it to have', async () => {
  const listing = await shell('root', 'cd /sys/kernel/iommu_groups; ls -d */devices/*');
  const groups = Map.groupBy(listing.trim().split('\n'), (path) => path.split('/')[0]);
  const sets = [...groups.values()].map((paths) => paths.map((path) => path.split('/')[2]).join(' '));
  for (const set of [
    '0000:01:00.0',
    '0000:02:00.0',
    '0000:03:00.0 0000:03:00.1',
    '0000:04:00.0 0000:05:01.0 0000:05:02.0',
    '0000:00:1f.0 0000:00:1f.2 0000:00:1f.3',
    nvme,
  ]) {
    assert.ok(sets.includes(set), `${set} is none of:\n${sets.join('\n')}`);
  }
  assert.match(await succeed('root', ['findmnt', '-n', '-o', 'SOURCE', '/mnt/data']), /^\/dev\/vdb$/m);
  assert.equal(await shell('root', `cat ${devices}/0000:00:05.0/boot_vga`), '1\n');
});

test('an NVMe controller makes virtual functions, each in a group of its own', async () => {
  const script = `cd ${devices}/$1; echo 2 >sriov_numvfs; udevadm settle; readlink virtfn*/iommu_group; echo 0 >sriov_numvfs`;
  const groups = (await shell('root', script, nvme)).trim().split('\n');
  assert.equal(new Set(groups).size, 2);
});

test('a change of driver is seen by a user, and the device reaches the guest', async () => {
  const argv = ['-F', lab.sshConfig, lab.hosts.user, 'udevadm monitor --kernel --subsystem-match=pci'];
  const monitor = spawn('ssh', argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  let events = '';
  monitor.stdout.setEncoding('utf8').on('data', (text: string) => (events += text));
  const seen = async (pattern: RegExp): Promise<void> => {
    while (!pattern.test(events)) await once(monitor.stdout, 'data', { signal: AbortSignal.timeout(30_000) });
  };
  try {
    await seen(/KERNEL - the kernel uevent/);
    assert.match(await shell('root', bind, nic, 'vfio-pci'), /\/vfio-pci\n$/);
    await seen(new RegExp(`KERNEL\\[[^\\]]*\\] unbind .*${nic}[^]*\\] bind .*${nic}`));
    assert.match(await shell('root', nested, ''), /pci 00:05\.0 8086:10d3[^]*mac 52:54:00:00:00:0a\r\n/);
    assert.match(await shell('root', bind, nic, ''), /\/e1000e\n$/);
  } finally {
    monitor.kill();
  }
});

test('a user who owns the group and may lock the memory needs no root', async () => {
  await shell('root', `${bind}; chown dev /dev/vfio/$(basename $(readlink iommu_group))`, nic, 'vfio-pci');
  await succeed('root', ['sh', '-c', 'echo "dev - memlock 100000" >/etc/security/limits.d/lab.conf']);
  const bytes = String(80 * 2 ** 20);
  const script = `exec prlimit --memlock=${bytes}:${bytes} setpriv --reuid dev --regid dev --init-groups sh -c "$1"`;
  assert.match(await shell('root', script, nested.replace('"$1"', '""')), /mac 52:54:00:00:00:0a/);
  const refused = await lab.run('user', ['/bin/sh', '-c', nested, 'sh', ''], { timeoutMs: 60_000 });
  assert.match(refused.stderr, /VFIO_MAP_DMA failed: Cannot allocate memory/);
  await shell('root', bind, nic, '');
});

test('a device can be plugged in and pulled', async () => {
  const present = `[ -e ${devices}/0000:0c:00.0 ]`;
  await lab.qmp.execute({ execute: 'device_add', arguments: { driver: 'e1000e', id: 'late', bus: 'port10' } });
  await shell('root', `until ${present}; do sleep 0.1; done`);
  await lab.qmp.execute({ execute: 'device_del', arguments: { id: 'late' } });
  await shell('root', `while ${present}; do sleep 0.1; done`);
});

test('a unix socket in the lab is forwarded', async () => {
  const local = join(temporaryDirectory('lab-test-'), 'local');
  const server = lab.run('user', ['timeout', '30', 'socat', 'UNIX-LISTEN:/tmp/echo', 'EXEC:cat']);
  await shell('user', 'until [ -S /tmp/echo ]; do sleep 0.1; done');
  // As the socket appears when ssh listens, its first message says that it does.
  const argv = ['-v', '-F', lab.sshConfig, '-N', '-L', `${local}:/tmp/echo`, lab.hosts.user];
  const forward = spawn('ssh', argv, { stdio: ['ignore', 'ignore', 'pipe'] });
  try {
    for await (const text of forward.stderr) if (String(text).includes('Entering interactive session')) break;
    const socket = connect(local);
    socket.write('hello');
    assert.equal(String((await once(socket, 'data'))[0]), 'hello');
    socket.destroy();
  } finally {
    forward.kill();
    await server;
  }
});

test('the host key is known, and another one is refused', async () => {
  const known = await readFile(join(lab.directory, 'known_hosts'), 'utf8');
  const other = join(lab.directory, 'other_hosts');
  await writeFile(
    other,
    known.replace(/AAAA\S{40}/, (text) => text.slice(0, -8) + 'AAAAAAAA'),
  );
  const argv = ['-F', lab.sshConfig, '-o', `UserKnownHostsFile=${other}`, lab.hosts.user, 'true'];
  await assert.rejects(promisify(execFile)('ssh', argv), /REMOTE HOST IDENTIFICATION HAS CHANGED/);
});
