import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { buildGuest } from '../guest/build.ts';
import { outputRoot } from '../vscode/paths.ts';
import type { Row } from '../vscode/row-elements.ts';
import { RowList } from '../vscode/row-list.ts';
import { until } from '../vscode/until.ts';
import { emptyFolder, openWorkbench } from './fixture.ts';

// The harness of the test guest's own tree, run from the Testing view in guests of this machine.
const PATIENCE_MS = 60_000;

const guest = await buildGuest();
const workbench = await openWorkbench({
  folder: emptyFolder(),
  width: 1440,
  height: 1000,
  settings: {
    'barrelfish.buildDirectory': guest.buildDirectory,
    'barrelfish.qemu.memory': 64,
    'barrelfish.qemu.accelerator': 'tcg',
    'testing.automaticallyOpenTestResults': 'neverOpen',
    'testing.automaticallyOpenPeekView': 'never',
  },
  env: { XDG_STATE_HOME: emptyFolder() },
});
const explorer = new RowList(workbench.page, workbench.page.locator('.test-explorer-tree'));
const hasPython = spawnSync('python3', ['-c', 'import json']).status === 0;
const needsPython = { skip: hasPython ? false : 'there is no python3' };

/** VS Code names a row by the test, and then by how it went. */
function item(name: string, says = ''): (row: Row) => boolean {
  return (row) => row.name.includes(name) && row.name.includes(says);
}

test('the tests of the tree are listed, with what they are for', async () => {
  await workbench.openContainer('Testing');
  await explorer.find(item('source'), PATIENCE_MS);
  await explorer.expandAll();
  for (const name of ['starts_shell', 'starts_missing_driver', 'counts_modules', 'waits_in_vain'])
    await explorer.find(item(name), PATIENCE_MS);
  await explorer.find(item('starts_shell: the shell comes up'), PATIENCE_MS);
  const rows = await explorer.rows();
  assert.equal(rows.find(item('forgotten')), undefined);
  assert.equal(rows.find(item('common.py')), undefined);
});

test('those that a file makes while it runs are listed too', needsPython, async () => {
  await until(
    'what talking.py makes',
    async () => {
      await explorer.expandAll(); // the file has nothing to unfold before Python has run it
      const rows = await explorer.rows();
      return rows.some(item('echoes_one')) && rows.some(item('echoes_two'));
    },
    PATIENCE_MS,
  );
});

test('a test passes', needsPython, async () => {
  await explorer.pressInlineButton(item('starts_shell'), 'Run Test');
  await explorer.find(item('starts_shell', 'Passed'), PATIENCE_MS);
});

test('a test types at the shell', needsPython, async () => {
  await explorer.pressInlineButton(item('echoes_two'), 'Run Test');
  await explorer.find(item('echoes_two', 'Passed'), PATIENCE_MS);
});

test('a test fails, with the reason that the harness gives and a way to the log', needsPython, async () => {
  await explorer.pressInlineButton(item('starts_missing_driver'), 'Run Test');
  await explorer.find(item('starts_missing_driver', 'Failed'), PATIENCE_MS);
  await workbench.run('Test Results: Focus on Test Results View');
  const { page } = workbench;
  const results = page.locator('.test-output-peek-tree .monaco-list-row');
  await results.filter({ hasText: 'starts_missing_driver' }).first().click();
  const message = page.locator('.test-output-peek-message-container', { hasText: 'kaluga has not started e9999' });
  await message.locator('a', { hasText: 'Serial log' }).click();
  await workbench.editor.waitForTitle(/\.starts_missing_driver\.log$/);
  assert.match(await workbench.editor.wholeText(), /fish v0\.2/);
  await workbench.screenshot(path.join(outputRoot, 'pictures', 'harness.png'));
});

test('a test that waits in vain is called off, and its guest with it', needsPython, async () => {
  await explorer.pressInlineButton(item('waits_in_vain'), 'Run Test');
  await workbench.openContainer('Barrelfish');
  const guests = workbench.view('Guests');
  await guests.setExpanded(true);
  await guests.find(/^waits_in_vain fish/, PATIENCE_MS);
  await workbench.run('Test: Cancel Test Run');
  await guests.find(/^waits_in_vain .*ended/, PATIENCE_MS);
  await workbench.openContainer('Testing');
  await explorer.find(item('waits_in_vain', 'Skipped'), PATIENCE_MS);
});

test('all guests of tests have ended, and nothing was written into the tree', needsPython, async () => {
  await workbench.openContainer('Barrelfish');
  const rows = await workbench.view('Guests').rows();
  for (const row of rows.filter(({ level }) => level === 1)) assert.match(row.description, /ended/);
  const sources = spawnSync('find', [guest.sourceDirectory, '-name', '*.pyc']);
  assert.equal(sources.stdout.toString(), '');
  assert.ok(readFileSync(path.join(guest.sourceDirectory, 'tools/harness/tests/common.py')).length > 0);
});
