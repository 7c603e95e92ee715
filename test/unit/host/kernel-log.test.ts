import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import type { Connection } from '../../../src/host/connection.ts';
import { followKernelLog, kernelLogSince, recentKernelLog } from '../../../src/host/kernel-log.ts';
import { pciAddress } from '../../../src/host/pci-address.ts';

/** A host whose log reads so. */
function hostThatSays(stdout: string): Connection {
  const run = (): Promise<unknown> => Promise.resolve({ exitCode: 0, stdout: Buffer.from(stdout), stderr: '' });
  return { name: 'made', kind: 'local', run } as unknown as Connection;
}

const log = `uptime 100.50 100.400000
[    0.000000] Linux version 6.1
[   97.499999] usb 1-1: gone
[   98.500000] DMAR: DRHD: handling fault status reg 3
[  100.400000] vfio-pci 0000:01:00.0: vgaarb: changed VGA decodes
not a line of the log
`;

test('only what is not older is handed on, without its time', async () => {
  assert.equal(
    await recentKernelLog(hostThatSays(log), 2),
    'DMAR: DRHD: handling fault status reg 3\nvfio-pci 0000:01:00.0: vgaarb: changed VGA decodes',
  );
  assert.equal(await recentKernelLog(hostThatSays(log), 0), '');
});

test('what comes after the reading has begun is new, whatever the clocks say', async () => {
  const slept = log.replace('uptime 100.50', 'uptime 90000.00');
  assert.equal(await recentKernelLog(hostThatSays(slept), 2), '');
  assert.equal(await recentKernelLog(hostThatSays(`${slept}[  100.400001] new\n`), 2), 'new');
});

test('who follows is told what was there before', async () => {
  const lines = `${log}[  100.500000] new`.split('\n');
  const open = (): Promise<unknown> =>
    Promise.resolve({ lines: Readable.from(lines), [Symbol.asyncDispose]: () => Promise.resolve() });
  const heard: [string, boolean][] = [];
  const watch = await followKernelLog({ open } as unknown as Connection, 2, (line, past) => heard.push([line, past]));
  await watch.ended;
  assert.deepEqual(heard, [
    ['DMAR: DRHD: handling fault status reg 3', true],
    ['vfio-pci 0000:01:00.0: vgaarb: changed VGA decodes', true],
    ['new', false],
  ]);
});

const restricted = readFileSync('/proc/sys/kernel/dmesg_restrict', 'utf8').trim() === '1';
for (const shell of ['dash', 'bash']) {
  const skip = process.getuid?.() !== 0 ? 'only root can become nobody' : !restricted && 'everybody may read it here';
  test(`who may not read it is told so, by ${shell}`, { skip }, () => {
    const script = readFileSync(new URL('../../../src/host/kernel-log.sh', import.meta.url), 'utf8');
    const nobody = ['--reuid', '65534', '--regid', '65534', '--clear-groups'];
    const { stdout, status } = spawnSync('setpriv', [...nobody, shell, '-c', script, 'sh', 'recent'], {
      encoding: 'utf8',
    });
    assert.deepEqual([stdout, status], ['unavailable\n', 0]);
  });
}

test('without the right to read it there is nothing, and no failure', async () => {
  assert.equal(await recentKernelLog(hostThatSays('unavailable\n'), 100), '');
  const devices = [pciAddress('01:00.0')];
  assert.deepEqual(await kernelLogSince(hostThatSays('unavailable\n'), performance.now(), devices), {});
  const broken = { run: () => Promise.reject(new Error('lost')) } as unknown as Connection;
  assert.deepEqual(await kernelLogSince(broken, performance.now(), devices), {});
});
