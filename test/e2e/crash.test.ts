// The extension host, or its window, goes in the middle of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../vscode/until.ts';
import { driverOf } from './main-job.ts';
import { onHost, PATIENCE_MS, rowOf } from './on-host.ts';
import { openStage } from './stage.ts';

const NIC = '0000:01:00.0';
const stage = await openStage('root', {
  settings: { 'barrelfish.devices.onClose': 'release' },
  workbench: { colorTheme: 'high-contrast-dark' },
});
const { workbench, lab } = stage;
const devices = workbench.view('Devices');
await workbench.openContainer('Barrelfish');
await devices.find(rowOf('01:00.0'), PATIENCE_MS);

/** All that a bind changes. */
async function position(): Promise<string> {
  const device = `/sys/bus/pci/devices/${NIC}`;
  return onHost(
    lab,
    `cat ${device}/driver_override ${device}/d3cold_allowed; basename $(readlink ${device}/driver) 2>&1; ls /run/barrelfish 2>/dev/null | grep -c : || true`,
  );
}

async function bind(): Promise<void> {
  await devices.pressInlineButton(rowOf('01:00.0'), 'Bind to vfio-pci');
  await workbench.dialog.read('to vfio-pci?');
  await workbench.dialog.press('Bind');
}

test('an extension host that is killed in the middle of a bind: what is left is offered to be put back', async () => {
  const before = await position();
  // As a driver that does not let go: whoever writes there waits.
  const probe = '/sys/bus/pci/drivers_probe';
  await onHost(lab, `modprobe vfio-pci; mkfifo /run/stuck; mount --bind /run/stuck ${probe}`);
  await bind();
  // In fs/pipe.c, fifo_open: whoever writes there waits for somebody who reads.
  const isStuck = `grep -q '^state taking' /run/barrelfish/${NIC} && grep -q wait_for_partner /proc/[0-9]*/wchan`;
  await until(
    'the bind to be half done',
    async () => (await lab.run('root', ['sh', '-c', isStuck])).code === 0,
    PATIENCE_MS,
  );
  assert.equal(workbench.server.killExtensionHosts(), 1);
  await onHost(lab, `umount -l ${probe}`); // whoever waits still does
  await workbench.notifications.waitFor(/a change of driver was interrupted: 01:00\.0/, PATIENCE_MS);
  await devices.find(rowOf('01:00.0', 'change interrupted'), PATIENCE_MS);
  await stage.picture('crashed');
  await workbench.notifications.press(/a change of driver was interrupted/, 'Put Back…');
  await workbench.dialog.read('as it was?');
  await workbench.dialog.press('Put Back');
  await devices.find(rowOf('01:00.0', 'e1000e'), PATIENCE_MS);
  assert.equal(await position(), before);
  await onHost(lab, 'timeout 2 cat /run/stuck >/dev/null; rm /run/stuck');
});

test('a window that closes gives back what it has taken, where that is wished', async () => {
  const before = await position();
  await bind();
  await devices.find(rowOf('01:00.0', 'vfio-pci'), PATIENCE_MS);
  await workbench.reload();
  await until('the device to be given back', async () => (await driverOf(stage, NIC)) === 'e1000e', PATIENCE_MS);
  await until('the note to go', async () => (await position()) === before, PATIENCE_MS);
});

test('the next window offers to give back what the one before has taken, where that is wished', async () => {
  const before = await position();
  workbench.server.writeSettings({ 'barrelfish.devices.onClose': 'ask' });
  await workbench.reload();
  await workbench.openContainer('Barrelfish');
  await devices.find(rowOf('01:00.0', 'e1000e'), PATIENCE_MS);
  await bind();
  await devices.find(rowOf('01:00.0', 'vfio-pci'), PATIENCE_MS);
  await workbench.reload();
  await workbench.openContainer('Barrelfish');
  await workbench.notifications.waitFor(/01:00\.0 on lab has been bound from this machine/, PATIENCE_MS);
  await workbench.notifications.press(/has been bound from this machine/, 'Release…');
  await workbench.dialog.read('to e1000e?');
  await workbench.dialog.press('Release');
  await devices.find(rowOf('01:00.0', 'e1000e'), PATIENCE_MS);
  await until('the note to go', async () => (await position()) === before, PATIENCE_MS);
});
