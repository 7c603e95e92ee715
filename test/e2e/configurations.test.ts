import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, test } from 'node:test';
import { buildGuest } from '../guest/build.ts';
import { outputRoot } from '../vscode/paths.ts';
import { emptyFolder, openWorkbench } from './fixture.ts';

// Boot configurations on this machine, with emulated devices.
const PATIENCE_MS = 60_000;
const MENU = 'platforms/x86/menu.lst.x86_64';

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}

const guest = await buildGuest();
const folder = emptyFolder();
const port = await freePort();
const settingsFile = path.join(folder, '.vscode/settings.json');
mkdirSync(path.dirname(settingsFile));
writeFileSync(path.join(folder, 'hd, 1.img'), Buffer.alloc(1024 * 1024));
writeFileSync(
  settingsFile,
  JSON.stringify({
    'barrelfish.bootConfigurations': [
      {
        name: 'played',
        memory: 80,
        loglevel: 'debug',
        emulated: [
          { device: 'e1000', forward: [{ host: port, guest: 7 }] },
          { device: 'ahci', image: 'hd, 1.img' },
          { device: 'nvme', image: 'hd, 1.img', serial: 'a, b' },
          { device: 'edu', slot: '0xa' },
        ],
        modules: [
          { path: '/x86_64/sbin/monitor', arguments: 'two  words, too' },
          { path: 'startd', remove: true },
        ],
        environment: { QEMU_AUDIO_DRV: 'none' },
      },
      { name: 'broken', cores: 0 },
      { name: 'bare', memory: 64, emulated: [] },
    ],
  }),
);
writeFileSync(
  path.join(folder, '.vscode/launch.json'),
  JSON.stringify({
    version: '0.2.0',
    configurations: [{ type: 'barrelfish', request: 'launch', name: 'Bare', configuration: 'bare', stopAtEntry: true }],
  }),
);
const menuFile = path.join(guest.buildDirectory, MENU);
const menuBefore = readFileSync(menuFile, 'utf8');
after(() => {
  assert.equal(readFileSync(menuFile, 'utf8'), menuBefore);
});

const workbench = await openWorkbench({
  folder,
  width: 1440,
  height: 1000,
  settings: { 'barrelfish.buildDirectory': guest.buildDirectory, 'barrelfish.qemu.accelerator': 'tcg' },
  env: { XDG_STATE_HOME: emptyFolder() },
});
const guests = workbench.view('Guests');
const { terminal, debugging, quickInput, page } = workbench;
await workbench.openContainer('Barrelfish');
await guests.setExpanded(true);

test('the status bar has the first configuration, and lists all of them', async () => {
  const item = workbench.statusBarItem('played · localhost · e1000, ahci, nvme, edu');
  await item.waitFor({ timeout: PATIENCE_MS });
  await item.click();
  await quickInput.waitFor('Boot Barrelfish', PATIENCE_MS);
  const labels = (await quickInput.items()).map(({ label }) => label);
  assert.deepEqual(
    labels.filter((label) => label !== ''),
    ['played', 'bare', 'broken', 'New Configuration…', 'Edit Configurations'],
  );
  await workbench.screenshot(path.join(outputRoot, 'pictures', 'boot-configurations.png'));
});

test('one is booted from there, with its devices where they were to be', async () => {
  await quickInput.choose(/^played/);
  await terminal.waitForText('fish v0.2', PATIENCE_MS);
  await guests.find(/^played /, PATIENCE_MS);
  await workbench.run('Barrelfish: Open Serial Log');
  await workbench.editor.waitForTitle(/\.log$/);
  const log = await workbench.editor.wholeText();
  for (const line of [
    /pci 00:02\.0 8086:100e/,
    /pci 00:03\.0 8086:2922/,
    /pci 00:04\.0 1b36:0010/,
    /pci 00:0a\.0 1234:11e8/,
    /command line \[.*loglevel=4/,
    /\[x86_64\/sbin\/cpu loglevel=4\]/,
    /\[x86_64\/sbin\/monitor two {2}words, too\]/,
  ])
    assert.match(log, line);
  assert.doesNotMatch(log, /sbin\/startd/);
});

test('QEMU listens on the port that leads to the guest', async () => {
  assert.equal(await accepts(port), true);
});

test('what was made of menu.lst is shown beside it', async () => {
  await guests.chooseFromContextMenu(/^played /, 'Show menu.lst of This Boot');
  await workbench.editor.waitForTitle(/as built ↔ as booted by played/, PATIENCE_MS);
  const changed = page.locator('.part.editor .editor.modified .view-line');
  await changed.filter({ hasText: 'monitor two' }).first().waitFor({ timeout: PATIENCE_MS });
  await workbench.screenshot(path.join(outputRoot, 'pictures', 'boot-menu.png'));
});

test('a running guest is saved as a configuration', async () => {
  await guests.chooseFromContextMenu(/^played /, 'Save as Boot Configuration…');
  await quickInput.waitFor('Name of the boot configuration', PATIENCE_MS);
  await quickInput.enter('played again');
  await workbench.statusBarItem('played again · localhost').waitFor({ timeout: PATIENCE_MS });
  const settings = JSON.parse(readFileSync(settingsFile, 'utf8')) as Record<string, { name: string; memory: number }[]>;
  const saved = settings['barrelfish.bootConfigurations']?.at(-1);
  assert.equal(saved?.name, 'played again');
  assert.equal(saved.memory, 80);
});

test('a configuration that something is wrong with says what', async () => {
  await workbench.run('Barrelfish: Boot Configuration…');
  await quickInput.waitFor('Boot Barrelfish', PATIENCE_MS);
  const broken = (await quickInput.items()).find(({ label }) => label === 'broken');
  assert.ok(broken);
  await quickInput.cancel();
});

test('a port that is in use is named', async () => {
  await guests.find(/^played /);
  await workbench.run('Barrelfish: Boot Last Configuration');
  await workbench.notifications.waitFor(new RegExp(`port ${String(port)} of 127\\.0\\.0\\.1`), PATIENCE_MS);
  await guests.pressInlineButton(/^played /, 'Stop Guest');
  await guests.find(/^played ended/, PATIENCE_MS);
});

test('one key in the views boots the last configuration', async () => {
  await guests.click(/^played /);
  await page.keyboard.press('Control+F5');
  await guests.find(/^played again /, PATIENCE_MS);
  await terminal.waitForText('fish v0.2', PATIENCE_MS);
  await guests.pressInlineButton(/^played again /, 'Stop Guest');
  await guests.find(/^played again ended/, PATIENCE_MS);
});

test('F5 boots the configuration of a launch.json, and stops at the entry', async () => {
  await page.keyboard.press('F5');
  await debugging.waitForStop(PATIENCE_MS);
  await workbench.openContainer('Barrelfish');
  await guests.find(/^bare stopped by the debugger/, PATIENCE_MS);
  await debugging.press('Continue');
  await terminal.waitForText('fish v0.2', PATIENCE_MS);
  await debugging.press('Stop');
  await debugging.waitForEnd(PATIENCE_MS);
});
