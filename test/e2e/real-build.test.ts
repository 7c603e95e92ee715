// The real system through the UI, where BARRELFISH_BUILD names a build directory of it: its targets, a boot to the shell
// with what is known of it, and one of its tree's own harness tests.
import assert from 'node:assert/strict';
import path from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { outputRoot } from '../vscode/paths.ts';
import type { Row } from '../vscode/row-elements.ts';
import { RowList } from '../vscode/row-list.ts';
import { until } from '../vscode/until.ts';
import { emptyFolder, openWorkbench } from './fixture.ts';

/** Its drivers alone take half a minute under emulation. */
const BOOT_MS = 300_000;
const PATIENCE_MS = 60_000;

/** VS Code names a row by the test, and then by how it went. */
function item(name: string, says = ''): (row: Row) => boolean {
  return (row) => row.name.includes(name) && row.name.includes(says);
}

async function realBuild(build: string): Promise<void> {
  const workbench = await openWorkbench({
    folder: emptyFolder(),
    width: 1440,
    height: 1000,
    settings: {
      'barrelfish.buildDirectory': build,
      'barrelfish.build.beforeBoot': 'never',
      'barrelfish.qemu.memory': 2048,
      'barrelfish.qemu.accelerator': 'tcg',
      'barrelfish.bootConfigurations': [{ name: 'real', cores: 2, emulated: [{ device: 'e1000' }] }],
      'testing.automaticallyOpenTestResults': 'neverOpen',
      'testing.automaticallyOpenPeekView': 'never',
    },
    env: { XDG_STATE_HOME: emptyFolder() },
  });
  const { quickInput, terminal, page } = workbench;
  const guests = workbench.view('Guests');
  const picture = (name: string): Promise<void> =>
    workbench.screenshot(path.join(outputRoot, 'pictures', `real-${name}.png`));
  await workbench.openContainer('Barrelfish');
  await guests.setExpanded(true);

  test('the platforms of the real Makefile are offered', async () => {
    await workbench.run('Barrelfish: Build…');
    await quickInput.waitFor(/^Build in /, PATIENCE_MS);
    await quickInput.type('X86_64_');
    await until(
      'X86_64_Basic',
      async () => (await quickInput.items()).some(({ label }) => label === 'X86_64_Basic'),
      PATIENCE_MS,
    );
    await picture('targets');
    await quickInput.cancel();
  });

  test('the real system boots to its shell, and what it says is understood', { timeout: BOOT_MS }, async () => {
    await workbench.run('Barrelfish: Boot Configuration…');
    await quickInput.choose(/^real/);
    await guests.find(/^real fish/, BOOT_MS);
    await terminal.waitForText('fish v0.2', PATIENCE_MS);
    await picture('booted');
    await workbench.run('Barrelfish: Open Serial Log');
    await workbench.editor.waitForTitle(/\.log$/);
    const log = await workbench.editor.wholeText();
    assert.match(log, /Kaluga: Starting "e1000n" .* for \(bus=0,dev=2,fun=0\)/);
    const rows = await guests.rows();
    assert.equal(
      rows.find(({ icon }) => icon === 'error'),
      undefined,
    );
    await guests.pressInlineButton(/^real /, 'Stop Guest');
    await guests.find(/^real ended/, PATIENCE_MS);
  });

  test('a test of the tree’s own harness passes', { timeout: BOOT_MS + PATIENCE_MS }, async () => {
    const explorer = new RowList(page, page.locator('.test-explorer-tree'));
    await workbench.openContainer('Testing');
    await explorer.find(item('source'), PATIENCE_MS);
    await page.locator('.testing-filter-wrapper .monaco-editor').first().click();
    await page.keyboard.insertText('memtest');
    await explorer.expandAll();
    await explorer.pressInlineButton(item('memtest'), 'Run Test');
    await explorer.find(item('memtest', 'Passed'), BOOT_MS);
    await picture('harness');
  });
}

const directory = process.env['BARRELFISH_BUILD'];
if (directory === undefined) test('the real system', { skip: 'BARRELFISH_BUILD names no build directory' });
else await realBuild(directory);
