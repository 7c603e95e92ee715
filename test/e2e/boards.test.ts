import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { makeBoards } from '../guest/board.ts';
import { outputRoot } from '../vscode/paths.ts';
import { emptyFolder, openWorkbench } from './fixture.ts';

// Boot targets for boards: images without a menu.lst of their own, for other architectures.
const PATIENCE_MS = 60_000;

const { buildDirectory } = await makeBoards(emptyFolder());
rmSync(path.join(buildDirectory, 'armv8_a57_qemu_image'));
const folder = emptyFolder();
mkdirSync(path.join(folder, '.vscode'));

/** Makes F5 start a boot configuration. */
function writeLaunch(name: string): void {
  const launch = { type: 'barrelfish', request: 'launch', name, configuration: name };
  writeFileSync(
    path.join(folder, '.vscode/launch.json'),
    JSON.stringify({ version: '0.2.0', configurations: [launch] }),
  );
}
writeLaunch('small board');

const workbench = await openWorkbench({
  folder,
  width: 1440,
  height: 1000,
  settings: {
    'barrelfish.buildDirectory': buildDirectory,
    'barrelfish.build.beforeBoot': 'never',
    'barrelfish.bootConfigurations': [
      { name: 'small board', bootTarget: 'qemu_a15ve_1', memory: 256 },
      { name: 'uefi board', bootTarget: 'qemu_a57', memory: 256, cores: 1 },
      { name: 'with a device', bootTarget: 'qemu_a15ve_1', devices: ['8086:10d3'] },
    ],
  },
  env: { XDG_STATE_HOME: emptyFolder() },
});
const guests = workbench.view('Guests');
const { terminal, debugging, quickInput, notifications } = workbench;
await workbench.openContainer('Barrelfish');
await guests.setExpanded(true);

async function openPicker(): Promise<void> {
  await workbench.run('Barrelfish: Boot Configuration…');
  await quickInput.waitFor('Boot Barrelfish', PATIENCE_MS);
  await quickInput.list.find(/^qemu_a57/, PATIENCE_MS);
}

test('a boot target of the Makefile boots a board', async () => {
  await openPicker();
  const items = await quickInput.items();
  assert.ok(!items.some(({ label }) => label.includes('usbboot')));
  const refused = items.find(({ label }) => label.startsWith('with a device'));
  assert.match(refused?.detail ?? '', /devices can not be set with the boot target qemu_a15ve_1/);
  await workbench.screenshot(path.join(outputRoot, 'pictures', 'boards-picker.png'));
  await quickInput.choose(/^qemu_a15ve_1/);
  await terminal.waitForText('on vexpress-a15', PATIENCE_MS);
  await guests.find(/^qemu_a15ve_1 init/, PATIENCE_MS);
  await workbench.screenshot(path.join(outputRoot, 'pictures', 'boards-guest.png'));
  await guests.pressInlineButton(/^qemu_a15ve_1/, 'Stop Guest');
  await guests.find(/^qemu_a15ve_1 ended/, PATIENCE_MS);
});

test('an image that is missing can be built', async () => {
  await openPicker();
  await quickInput.choose(/^qemu_a57/);
  const { message } = await notifications.waitFor(/^armv8_a57_qemu_image has not been built/, PATIENCE_MS);
  assert.match(message, /the boot target qemu_a57 starts it/);
  await notifications.dismiss(/armv8_a57_qemu_image/);
});

test('F5 stops at the entry of the image, in a gdb that knows the architecture', async () => {
  await workbench.page.keyboard.press('F5');
  await debugging.waitForStop(PATIENCE_MS);
  await debugging.press('Continue');
  await terminal.waitForText('on vexpress-a15', PATIENCE_MS);
  await debugging.press('Stop');
  await debugging.waitForEnd(PATIENCE_MS);
  await workbench.openContainer('Barrelfish');
  await guests.find(/^small board .*ended/, PATIENCE_MS);
});

test('where firmware decides, gdb comes when the CPU driver has said where it is', async () => {
  writeFileSync(path.join(buildDirectory, 'armv8_a57_qemu_image'), Buffer.alloc(1024 * 1024));
  writeLaunch('uefi board');
  await workbench.page.keyboard.press('F5');
  await debugging.waitForStart(PATIENCE_MS);
  await terminal.waitForText('Kernel first byte at 0xffff000080000000', PATIENCE_MS);
  await debugging.waitUntilRunning(PATIENCE_MS);
  await debugging.press('Pause');
  await debugging.waitForStop(PATIENCE_MS);
  await debugging.press('Stop');
  await debugging.waitForEnd(PATIENCE_MS);
  await workbench.openContainer('Barrelfish');
  await guests.find(/^uefi board .*ended/, PATIENCE_MS);
});
