// What goes wrong in guests, and virtual functions passed on to one.
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { emptyFolder } from './fixture.ts';
import { functionOf, PATIENCE_MS, rowOf } from './on-host.ts';
import { openStage } from './stage.ts';

const stage = await openStage('root');
const { workbench, lab } = stage;
const devices = workbench.view('Devices');
const guests = workbench.view('Guests');
await workbench.openContainer('Barrelfish');
await devices.find(rowOf('01:00.0'), PATIENCE_MS);

/** `driven`: whether the guest has a driver for it. */
async function bindAndBoot(address: string, driven = true): Promise<void> {
  await devices.pressInlineButton(rowOf(address), 'Bind to vfio-pci');
  await workbench.dialog.read('to vfio-pci?');
  await workbench.dialog.press('Bind');
  await devices.find(rowOf(address, 'vfio-pci'), PATIENCE_MS);
  await devices.pressInlineButton(rowOf(address), 'Boot with This Device');
  if (!driven) {
    await workbench.dialog.read('Barrelfish will not drive');
    await workbench.dialog.press('Boot Anyway');
  }
  await workbench.terminal.waitForText('fish v0.2', PATIENCE_MS);
}

async function stopAndRelease(address: string): Promise<void> {
  const name = new RegExp(`^Barrelfish ${address.replace('.', '\\.')}`);
  await guests.pressInlineButton(name, 'Stop Guest');
  await guests.find(new RegExp(`${name.source} ended`), PATIENCE_MS);
  await devices.pressInlineButton(rowOf(address), 'Release to Host');
  await workbench.dialog.read('Release');
  await workbench.dialog.press('Release');
  await devices.find(new RegExp(`^${address.replace('.', '\\.')} (?!.*vfio-pci)`), PATIENCE_MS);
}

test('memory that a device was not given is a problem of its guest, and what the guest has there', async () => {
  await bindAndBoot('01:00.0');
  await workbench.terminal.enter('dma f12345000');
  const { message } = await workbench.notifications.waitFor(/The IOMMU stopped/, PATIENCE_MS);
  assert.match(message, /^Barrelfish 01:00\.0: The IOMMU stopped 01:00\.0 from reading at 0xf12345000: /);
  await workbench.notifications.dismiss(/The IOMMU stopped/);
  await guests.find(/^The IOMMU stopped 01:00\.0 from reading at 0xf12345000/, PATIENCE_MS);
  await stage.picture('fault');
  await workbench.run('Problems: Focus on Problems View');
  const problems = workbench.page.locator('.markers-panel');
  await problems
    .getByText(/In the guest, the device is 00:05\.0/)
    .first()
    .waitFor();
  await problems
    .getByText(/The guest has nothing at that address/)
    .first()
    .waitFor();
  await stage.picture('problems');
});

test('the memory of a guest behind ssh is saved on this side, and opened in the debugger', async () => {
  const { debugging, notifications, quickInput } = workbench;
  await workbench.run('Barrelfish: Save Guest Memory…');
  await quickInput.waitFor(/^Save Guest Memory/);
  await quickInput.enterPath(path.join(emptyFolder(), 'of a guest.core'));
  await notifications.waitFor('The memory of', PATIENCE_MS);
  await notifications.press('The memory of', 'Open in Debugger');
  await debugging.waitForStop(PATIENCE_MS);
  await workbench.openContainer('Run and Debug');
  await debugging.callStack.find(/^run_shell/, PATIENCE_MS);
  await debugging.press('Disconnect');
  await debugging.waitForEnd(PATIENCE_MS);
  await workbench.openContainer('Barrelfish');
  await stopAndRelease('01:00.0');
});

test('a virtual function is made, passed on, given back and removed', async () => {
  const physical = await functionOf(lab, '/sys/class/block/nvme0n1');
  const virtual = `${physical.slice(0, 5)}.1`;
  const change = async (count: string): Promise<void> => {
    await devices.chooseFromContextMenu(rowOf(physical), 'Virtual Functions…');
    await workbench.quickInput.enter(count);
    await workbench.dialog.read('Change the virtual functions');
    await workbench.dialog.press('Change');
  };
  await change('2');
  await devices.find(rowOf(virtual), PATIENCE_MS);
  await bindAndBoot(virtual, false);
  await workbench.terminal.enter('pci');
  await workbench.terminal.waitForText(/> pci\s[^]*pci 00:05\.0 1b36:0010 class 010802/, PATIENCE_MS);
  await stopAndRelease(virtual);
  await change('0');
  await devices.find(rowOf(physical, '0 of 2 VFs'), PATIENCE_MS);
});
