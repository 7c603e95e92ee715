import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { buildGuest } from '../guest/build.ts';
import { newerGdb } from '../newer-gdb.ts';
import { outputRoot } from '../vscode/paths.ts';
import { emptyFolder, openWorkbench } from './fixture.ts';

// A session with gdb's own debug adapter, where there is a gdb that has one.
const PATIENCE_MS = 60_000;

/** What Debian 12's says of itself. */
async function oldGdb(): Promise<string> {
  const file = path.join(emptyFolder(), 'gdb');
  await writeFile(file, '#!/bin/sh\necho "GNU gdb (Debian 13.1-3) 13.1"\necho "gdb has Python"\n', { mode: 0o755 });
  return file;
}

async function withGdb(gdb: string): Promise<void> {
  const guest = await buildGuest();
  const launch = {
    ...{ type: 'barrelfish', request: 'launch', devices: [], stopAt: 'e1000n', domains: ['e1000n'], engine: 'gdb' },
  };
  const configurations = [
    { ...launch, name: 'With gdb itself', gdb },
    { ...launch, name: 'Without a gdb', gdb: path.join(guest.buildDirectory, 'no-gdb') },
    { ...launch, name: 'With an old gdb', gdb: await oldGdb() },
    { ...launch, name: 'A board', gdb, bootTarget: 'qemu_a15ve_1' },
  ];
  const workbench = await openWorkbench({
    folder: guest.sourceDirectory,
    width: 1440,
    height: 1000,
    settings: {
      launch: { version: '0.2.0', configurations },
      'barrelfish.buildDirectory': guest.buildDirectory,
      'barrelfish.build.beforeBoot': 'never',
      'barrelfish.qemu.memory': 64,
      'barrelfish.qemu.accelerator': 'tcg',
    },
    env: { XDG_STATE_HOME: emptyFolder() },
  });
  const { debugging, notifications, quickInput, terminal } = workbench;
  const domains = workbench.view('Domains');
  const picture = (name: string): Promise<void> =>
    workbench.screenshot(path.join(outputRoot, 'pictures', `debugging-engine-${name}.png`));

  const start = async (name: string): Promise<void> => {
    await workbench.run('Debug: Select and Start Debugging');
    await quickInput.choose(name);
  };

  test('a gdb that is no debug adapter, or not for the machine, is refused before anything is booted', async () => {
    await workbench.openContainer('Run and Debug');
    await start('Without a gdb');
    const { message, buttons } = await notifications.waitFor('"engine": "gdb" needs gdb', PATIENCE_MS);
    assert.match(message, /needs gdb 15 or newer with Python, and .*no-gdb does not run/);
    assert.deepEqual(buttons, ['Open Launch Configurations']);
    await picture('refused');
    await notifications.dismiss('"engine": "gdb" needs gdb');
    await start('With an old gdb');
    await notifications.waitFor(/needs gdb 15 or newer, and .* is gdb 13\.1\./, PATIENCE_MS);
    await notifications.dismiss('"engine": "gdb" needs gdb');
    await start('A board');
    await notifications.waitFor('"engine": "gdb" is for PCs, and qemu_a15ve_1 is a board.', PATIENCE_MS);
    await notifications.dismiss('"engine": "gdb" is for PCs');
    assert.deepEqual(await terminal.names(), []);
  });

  test('F5 stops in the domain that was asked for, and the domains are listed', async () => {
    await start('With gdb itself');
    await debugging.waitForStop(PATIENCE_MS);
    await debugging.callStack.find(/^main/, PATIENCE_MS);
    await domains.setExpanded(true);
    await domains.find(/^e1000n .*stopped here/, PATIENCE_MS);
  });

  test('a breakpoint stops in the domain, with its values, and steps', async () => {
    await workbench.openFile('domain/e1000n.c', 37);
    await workbench.page.keyboard.press('F9');
    await debugging.press('Continue');
    await terminal.waitForText(/fish v0\.2.*\n>/s, PATIENCE_MS);
    await terminal.enter('turn 1');
    await debugging.waitForStop(PATIENCE_MS);
    await debugging.callStack.find(/^work/, PATIENCE_MS);
    await debugging.variables.find(/^turn 1$/, PATIENCE_MS);
    await debugging.addWatch('device.descriptors[slot] == sum');
    await debugging.watch.find(/ 0$/, PATIENCE_MS);
    await debugging.press('Step Over');
    await debugging.watch.find(/ 1$/, PATIENCE_MS);
    await domains.find(/^e1000n .*stopped here/, PATIENCE_MS);
    await picture('in-e1000n');
  });

  test('the session ends with its guest', async () => {
    await debugging.press('Continue');
    await terminal.waitForText('turn ends: 1 rounds', PATIENCE_MS);
    await debugging.press('Stop');
    await debugging.waitForEnd(PATIENCE_MS);
    await terminal.waitForText('The guest has ended', PATIENCE_MS);
  });
}

const newer = await newerGdb();
if ('gdb' in newer) await withGdb(newer.gdb);
else test('gdb’s own debug adapter', { skip: newer.missing });
