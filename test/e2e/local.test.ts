import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { buildGuest } from '../guest/build.ts';
import { until } from '../vscode/until.ts';
import { emptyFolder, openWorkbench } from './fixture.ts';

// Guests on this machine, with emulated devices only: all that needs no IOMMU.
const PATIENCE_MS = 60_000;

const guest = await buildGuest();
const folder = emptyFolder();
mkdirSync(path.join(folder, '.vscode'));
const launch = { type: 'barrelfish', request: 'launch', name: 'Stop at entry', devices: [], stopAtEntry: true };
writeFileSync(path.join(folder, '.vscode/launch.json'), JSON.stringify({ version: '0.2.0', configurations: [launch] }));

const workbench = await openWorkbench({
  folder,
  width: 1440,
  height: 1000,
  settings: {
    'barrelfish.buildDirectory': guest.buildDirectory,
    'barrelfish.qemu.memory': 64,
    'barrelfish.qemu.accelerator': 'tcg',
  },
  env: { XDG_STATE_HOME: emptyFolder() },
});
const guests = workbench.view('Guests');
const { terminal, debugging } = workbench;
await workbench.openContainer('Barrelfish');

test('a guest with emulated devices boots and answers', async () => {
  await guests.setExpanded(true);
  await guests.pressWelcomeButton('Boot');
  await terminal.waitForText('fish v0.2', PATIENCE_MS);
  await guests.find(/^Barrelfish fish · localhost · tcg/, PATIENCE_MS);
  await terminal.enter('echo one, two');
  await terminal.waitForText(/\none, two\n/, PATIENCE_MS);
});

test('modules reach the guest byte for byte', async () => {
  const text = await terminal.text();
  assert.match(text, /fish v0\.2/);
  await workbench.run('Barrelfish: Open Serial Log');
  await workbench.editor.waitForTitle(/\.log$/);
  const log = await workbench.editor.wholeText();
  assert.ok(
    log.includes(`list=a,b,,c "two words" name="quoted, with comma" x==y  two  blanks "" 'single' 100% $HOME \\back`),
    log,
  );
});

test('closing the terminal leaves the guest alone, and opening it late shows all again', async () => {
  await workbench.run('Terminal: Kill the Active Terminal Instance');
  await guests.find(/^Barrelfish fish/);
  await guests.chooseFromContextMenu(/^Barrelfish /, 'Open Serial Terminal');
  await terminal.waitForText(/\none, two\n/, PATIENCE_MS);
  await terminal.enter('echo still there');
  await terminal.waitForText(/\nstill there\n/, PATIENCE_MS);
});

test('a second guest runs beside the first', async () => {
  await workbench.run('Barrelfish: Boot');
  await guests.waitFor(
    'two guests',
    (rows) => rows.filter(({ description }) => description.startsWith('fish')).length === 2,
    PATIENCE_MS,
  );
  await terminal.waitForText('fish v0.2', PATIENCE_MS);
  await until('two terminals', async () => {
    const names = await terminal.names();
    return names.filter((name) => name.includes('Barrelfish')).length === 2;
  });
});

test('F5 boots and stops at the entry of the boot loader, before anything of the guest has run', async () => {
  await workbench.page.keyboard.press('F5');
  await debugging.waitForStop(PATIENCE_MS);
  await debugging.callStack.find(/^_start/, PATIENCE_MS);
  await workbench.openContainer('Barrelfish');
  // The view is drawn a moment after its container shows.
  await guests.waitFor(
    'one to be paused',
    (rows) => rows.filter(({ description }) => description.startsWith('stopped by the debugger')).length === 1,
  );
  await debugging.press('Continue');
  await terminal.waitForText('fish v0.2', PATIENCE_MS);
  await debugging.press('Stop');
  await debugging.waitForEnd(PATIENCE_MS);
  await guests.find(/ended/, PATIENCE_MS);
});

test('stopping ends the guests one by one', async () => {
  for (let left = 2; left > 0; left -= 1) {
    await guests.pressInlineButton(/^Barrelfish fish/, 'Stop Guest');
    await guests.waitFor(
      'one less',
      (rows) => rows.filter(({ description }) => description.startsWith('fish')).length === left - 1,
      PATIENCE_MS,
    );
  }
});
