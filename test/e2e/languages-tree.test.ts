// A day with the other languages of a tree that can be built, in the packaged extension, on samples of our own.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { layDriverTree } from '../fixtures/driver-tree.ts';
import { copyOfGuest } from '../guest/build.ts';
import { outputRoot } from '../vscode/paths.ts';
import { until } from '../vscode/until.ts';
import { Developer } from './developer.ts';
import { emptyFolder, openWorkbench } from './fixture.ts';
import { installedExtension } from './install.ts';

const PATIENCE_MS = 20_000;
const BUILD_MS = 60_000;
const MENU = `title Barrelfish
root (nd)
kernel /x86_64/sbin/elver loglevel=3
module /x86_64/sbin/cpu loglevel=3
module /x86_64/sbin/init
module /x86_64/sbin/monitor loglevel=4

# Drivers
module /x86_64/sbin/kaluga boot
modul /x86_64/sbin/startd boot
module /x86_64/sbin/e1000n

# Programs
module /x86_64/sbin/fish nospawn
module /x86_64/sbin/nvme nospawn
`;
const MENU_FILE = 'hake/menu.lst.sample';
const HAKEFILE = 'usr/drivers/nvme/Hakefile';

const root = emptyFolder();
const { buildDirectory, sourceDirectory } = await copyOfGuest(root);
layDriverTree(sourceDirectory);
writeFileSync(path.join(sourceDirectory, MENU_FILE), MENU);
const fish = path.join(buildDirectory, 'x86_64/sbin/fish');
rmSync(fish);

const workbench = await openWorkbench({
  folder: sourceDirectory,
  width: 1440,
  height: 1000,
  settings: { 'barrelfish.buildDirectory': buildDirectory, 'files.autoSave': 'off' },
});
const { page, editor } = workbench;
const developer = new Developer(workbench, sourceDirectory);
const picture = (name: string): Promise<void> =>
  workbench.screenshot(path.join(outputRoot, 'pictures', `languages-${name}.png`));
const problem = (text: string | RegExp) => page.locator('.markers-panel .monaco-list-row', { hasText: text });

test('a menu.lst is told what is wrong with it', async () => {
  await developer.open(MENU_FILE);
  await workbench.run('Problems: Focus on Problems View');
  for (const wrong of [
    /“modul” is no keyword/,
    /fish has not been built/,
    /nvme is not there/,
    /e1000n is a driver, but without “auto”/,
    /“loglevel=4” is an argument of the kernel/,
  ])
    await problem(wrong).first().waitFor({ timeout: PATIENCE_MS });
  await picture('menu');
  await developer.press('Control+J');
});

test('what has not been built is built from there, and the finding goes', async () => {
  await developer.goTo(MENU_FILE, 'fish nospawn', 1);
  await developer.mend(/^Build x86_64\/sbin\/fish/);
  await until('the program', () => Promise.resolve(existsSync(fish)), BUILD_MS);
  await workbench.run('Problems: Focus on Problems View');
  await problem(/fish has not been built/).waitFor({ state: 'detached', timeout: PATIENCE_MS });
  await developer.press('Control+J');
});

test('a driver gets its argument, paths and arguments are offered', async () => {
  await developer.goTo(MENU_FILE, 'e1000n', 1);
  await developer.mend('Give e1000n the argument auto');
  await editor.waitForText('sbin/e1000n auto');
  await developer.save(MENU_FILE);
  await developer.goTo(MENU_FILE, 'sbin/e1000n auto', 16);
  await developer.press('Enter');
  await developer.type('module /x86_64/sbin/awk');
  await developer.suggest('/x86_64/sbin/awkward');
  await picture('menu-completion');
  await developer.take('/x86_64/sbin/awkward');
  await developer.type(' ');
  await developer.suggest('nospawn');
  await developer.take('nospawn');
  assert.match(await developer.save(MENU_FILE), /^module \/x86_64\/sbin\/awkward nospawn$/m);
});

test('an argument says what it means, and a program leads to its Hakefile', async () => {
  await developer.goTo(MENU_FILE, 'loglevel=3', 2);
  await developer.hover(/notice/);
  await developer.press('Escape');
  await developer.followLink('nvme', 'Hakefile');
  await developer.waitForPlace('Hakefile', 'Ln 9, Col 34');
});

test('an interface says what it is in C, and its names lead on', async () => {
  const file = 'if/disk_queue.if';
  await developer.goTo(file, 'message submit', 9);
  await developer.hover(/disk_queue_submit__tx/);
  await picture('interface-hover');
  await developer.press('Escape');
  await page
    .locator('.codelens-decoration a', { hasText: '1 use in C' })
    .filter({ visible: true })
    .first()
    .waitFor({ timeout: PATIENCE_MS });
  await picture('interface');
  await developer.goTo(file, 'submit(request', 8);
  await developer.press('F12');
  await workbench.statusBarItem('Ln 21, Col 7').first().waitFor();
  await developer.press('Shift+F12');
  assert.ok((await developer.peeked()).length >= 2);
  await developer.press('Escape', 'Escape');
  await developer.rename('disk_request');
  await editor.waitForText('message submit(disk_request one');
  await developer.goTo(file, 'message detach');
  await developer.type('message wait(disk');
  await developer.suggest('disk_request');
  await developer.take('disk_request');
  await editor.waitForText('message wait(disk_request');
  await developer.press('Escape');
  await workbench.run('File: Revert File');
  assert.ok((await developer.symbols()).includes('submit'));
  await developer.goTo('usr/drivers/nvme/nvme.c', 'disk_queue_completed__tx', 4);
  await developer.press('F12');
  await developer.waitForPlace('disk_queue.if', 'Col 13');
});

test('a Hakefile leads to its files, and misses what is not there', async () => {
  await developer.goTo(HAKEFILE, '"disk_queue"', 3);
  await developer.squiggle('warning').first().waitFor({ timeout: PATIENCE_MS });
  await picture('hakefile');
  await developer.press('F12');
  await developer.waitForPlace('disk_queue.if', 'Ln 5, Col 11');
  await developer.goTo(HAKEFILE, '"driverkit"', 3);
  await developer.press('F12');
  await developer.waitForPlace('Hakefile', 'Ln 1, Col 29');
  await developer.press('Control+W');
  await developer.goTo(HAKEFILE, '"queue.c"', 8);
  await developer.press('ArrowRight');
  await developer.type(', "nv');
  await developer.suggest('nvme.c');
  await developer.take('nvme.c');
  await editor.waitForText('"queue.c", "nvme.c');
  await workbench.run('File: Revert File');
  await developer.followLink('nvme.c', 'nvme.c');
});

for (const [file, name] of [
  ['socs/samples.soc', 'Board'],
  ['schema/samples.sks', 'controller'],
  ['errors/errno.fugu', 'NO_DEVICE'],
  ['capabilities/caps.hl', 'Queue'],
  ['trace_definitions/trace_defs.pleco', 'SUBMIT'],
  ['usr/skb/programs/device_db.pl', 'e1000n'],
] as const) {
  test(`${path.extname(file)} has colours and symbols`, async () => {
    await developer.open(file);
    await developer.colours();
    const symbols = await developer.symbols();
    assert.ok(
      symbols.some((each) => each.includes(name)),
      symbols.join(),
    );
    await picture(`small-${path.extname(file).slice(1)}`);
  });
}

/** By the directory of the packaged extension, which is this test's alone. */
function server(): number | undefined {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .find((pid) => {
      try {
        const words = readFileSync(`/proc/${String(pid)}/cmdline`, 'latin1');
        return words.includes(installedExtension()) && words.includes('language-server.cjs');
      } catch {
        return false; // it has just ended
      }
    });
}

test('a server that ends is started again, with a message, and goes on', async () => {
  const first = server();
  assert.ok(first);
  await developer.open(MENU_FILE);
  process.kill(first, 'SIGKILL');
  await workbench.notifications.waitFor(/language server ended unexpectedly/, PATIENCE_MS);
  await picture('crash');
  await workbench.notifications.press(/language server ended/, 'Show Log');
  await workbench.output.waitForText(/\S/);
  await until('another server', () => Promise.resolve(server() !== undefined && server() !== first), PATIENCE_MS);
  await developer.goTo(MENU_FILE, 'loglevel=3', 2);
  await developer.hover(/notice/);
});
