// Which Barrelfish driver takes a device: in the tree, in the database, and before a boot.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { buildGuest } from '../guest/build.ts';
import { startLab } from '../lab/lab.ts';
import { Menu } from '../vscode/menu.ts';
import { outputRoot } from '../vscode/paths.ts';
import { until } from '../vscode/until.ts';
import { emptyFolder, openWorkbench } from './fixture.ts';
import { onHost, PATIENCE_MS, rowOf } from './on-host.ts';
import { labSettings, ROOMY } from './workspace.ts';

const folder = emptyFolder();
const database = path.join(folder, 'drivers.pl');

/** `startd` is a module of the test guest's menu.lst that is no driver: it has no `auto`. */
function writeDatabase(binary: string, damaged = ''): void {
  const entry = (name: string, vendor: string, device: string): string =>
    `pci_driver{\n  binary: "${name}", module: "${name}_module",\n  supported_cards:\n` +
    `  [ pci_card{ vendor: 16'${vendor}, device: 16'${device}, function: _, subvendor: _, subdevice: _ } ],\n` +
    `  interrupt_model: ['legacy'], platforms: ['x86_64']\n}.\n`;
  writeFileSync(
    database,
    `% Made by a test\n${damaged}${entry(binary, '8086', '10d3')}% ${entry('nobody', '8086', '100e').replaceAll('\n', '\n% ')}\n`,
  );
}

writeDatabase('e1000n');
const guest = await buildGuest();
const lab = await startLab();
after(() => lab.stop());
const workbench = await openWorkbench({
  folder,
  ...ROOMY,
  settings: {
    ...labSettings(lab, 'root'),
    'barrelfish.buildDirectory': guest.buildDirectory,
    'barrelfish.deviceDatabase': database,
    'barrelfish.devices.afterGuest': 'release',
    'barrelfish.bootConfigurations': [{ name: 'by ids', devices: ['8086:10d3'] }],
  },
});
await workbench.setSideBarWidth(480);
const devices = workbench.view('Devices');
const guests = workbench.view('Guests');
await workbench.openContainer('Barrelfish');

/** The menu of the view itself; the container has one of its own, for its views. */
async function titleMenu(): Promise<Menu> {
  const header = workbench.page.locator('.pane-header[aria-label="Devices Section"]');
  await header.hover();
  await header.getByRole('button', { name: /More Actions/ }).click();
  return new Menu(workbench.page);
}

const picture = (name: string): Promise<void> =>
  workbench.screenshot(path.join(outputRoot, 'pictures', `drivers-${name}.png`));

test('a row says which driver would take the device, and another that none would by saying nothing', async () => {
  const row = await devices.find(rowOf('01:00.0', '→ e1000n'), PATIENCE_MS);
  assert.match(row.name, /Barrelfish driver e1000n/);
  assert.doesNotMatch(row.name, /→/);
  const tooltip = await devices.tooltip(rowOf('01:00.0'));
  assert.match(tooltip, /Barrelfish driver: e1000n \(module e1000n_module, legacy interrupts, x86_64\)/);
  await picture('tooltip');
  const rows = await devices.rows();
  const nvme = rows.find(({ description }) => /^nvme\b/.test(description));
  assert.ok(nvme, rows.map(({ label }) => label).join());
  assert.doesNotMatch(nvme.description, /→/);
});

test('Go to Driver Entry opens the database at the card', async () => {
  await devices.chooseFromContextMenu(rowOf('01:00.0'), 'Go to Driver Entry');
  await workbench.editor.waitForTitle('drivers.pl');
  await workbench.page.getByText('Ln 5, Col 13 (8 selected)').waitFor();
  await workbench.run('View: Close All Editors');
  // By the key that goes to definitions elsewhere.
  await devices.click(rowOf('02:00.0'));
  await workbench.page.keyboard.press('F12');
  await workbench.page.getByText('Ln 5, Col 13 (8 selected)').waitFor();
  await workbench.run('View: Close All Editors');
});

test('only what Barrelfish can drive is shown, beside what else is filtered', async () => {
  const before = (await devices.rows()).filter(({ label }) => /^\d\d:/.test(label)).length;
  await (await titleMenu()).choose('Show Only Devices That Barrelfish Can Drive');
  const shown = await devices.waitFor('only driven devices', (rows) => {
    const functions = rows.filter(({ label }) => /^\d\d:/.test(label));
    return (
      functions.length > 0 &&
      functions.length < before &&
      functions.every(({ description }) => description.includes('→'))
    );
  });
  await picture('driven');
  assert.ok(shown.some(({ label }) => label.startsWith('02:00.0')));
  await devices.pressTitleButton('Filter Devices…');
  await workbench.quickInput.enter('e1000n 02:00');
  await devices.waitFor('one device', (rows) => rows.filter(({ label }) => /^\d\d:/.test(label)).length === 1);
  await devices.pressTitleButton('Clear Device Filter');
  await (await titleMenu()).choose('Show All Devices');
  await devices.waitFor('all devices', (rows) => rows.filter(({ label }) => /^\d\d:/.test(label)).length === before);
});

test('the rows follow the file, and a damaged entry is a problem at its line', async () => {
  writeDatabase('other', `pci_driver{\n  binary: "lost"\n  module: "lost_module"\n}.\n`);
  await devices.find(rowOf('01:00.0', '→ other'), PATIENCE_MS);
  await workbench.run('Problems: Focus on Problems View');
  const problems = workbench.page.locator('.markers-panel');
  await problems.getByText('A comma or } is missing before module.').first().waitFor();
  await problems.getByText('[Ln 4, Col 3]').first().waitFor();
  await picture('problem');
  writeDatabase('startd');
  await devices.find(rowOf('01:00.0', '→ startd'), PATIENCE_MS);
  await until(
    'no problem to be left',
    async () => (await problems.getByText('is missing before module').count()) === 0,
  );
});

test('a driver without auto is asked about before the boot, and gets it for the boot', async () => {
  await devices.pressInlineButton(rowOf('01:00.0'), 'Bind to vfio-pci');
  await workbench.dialog.read('to vfio-pci?');
  await workbench.dialog.press('Bind');
  await devices.find(rowOf('01:00.0', 'vfio-pci'), PATIENCE_MS);
  await devices.pressInlineButton(rowOf('01:00.0'), 'Boot with This Device');
  const { message, detail } = await workbench.dialog.read('Barrelfish will not drive 01:00.0');
  assert.match(message, /startd has no auto in the menu\.lst/);
  assert.match(detail, /menu\.lst: startd gets auto/);
  await picture('question');
  await workbench.dialog.press('Fix for This Boot');
  await workbench.terminal.waitForText('fish v0.2', PATIENCE_MS);
  await workbench.run('Barrelfish: Show Log');
  await workbench.output.waitForText(
    // The editor breaks lines, after slashes too.
    /menu\.lst:\d+: module\s+\/x86_64\/\s*sbin\/startd boot\s+→\s+module\s+\/x86_64\/\s*sbin\/startd boot auto\s/,
  );
});

test('a configuration finds a device by its ids, asks what it needs before it binds, and has a free one of two', async () => {
  writeDatabase('e1000n');
  await devices.find(rowOf('02:00.0', '→ e1000n'), PATIENCE_MS);
  await workbench.run('Barrelfish: Boot Configuration…');
  await workbench.quickInput.choose(/^by ids/);
  await workbench.dialog.read('Bind 02:00.0', PATIENCE_MS);
  await workbench.dialog.press('Bind and Boot');
  await devices.find(rowOf('02:00.0', 'vfio-pci'), PATIENCE_MS);
  await guests.find(/^by ids fish/, PATIENCE_MS);
});

test('when QEMU is killed, its guest is seen to have ended and its device goes back as the setting says', async () => {
  const ofItsName =
    'for pid in $(pgrep qemu-system); do grep -q "guest=by ids" /proc/$pid/cmdline && kill -KILL $pid; done';
  await onHost(lab, `${ofItsName}; true`);
  await guests.find(/^by ids killed/, PATIENCE_MS);
  await devices.find(rowOf('02:00.0', 'e1000e'), PATIENCE_MS);
  // The other guest goes on, and keeps its own.
  await devices.find(rowOf('01:00.0', 'vfio-pci'), PATIENCE_MS);
});
