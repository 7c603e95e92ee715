// The real system through the UI, where BARRELFISH_BUILD names a build directory of it: its targets, a boot to the shell
// with what is known of it, and one of its tree's own harness tests.
import assert from 'node:assert/strict';
import path from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { outputRoot } from '../vscode/paths.ts';
import { RowList } from '../vscode/row-list.ts';
import { emptyFolder, openWorkbench } from './fixture.ts';

/** Its drivers alone take half a minute under emulation. */
const BOOT_MS = 300_000;
const PATIENCE_MS = 60_000;

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
    const labels = (await quickInput.items()).map(({ label }) => label);
    assert.ok(labels.includes('X86_64_Basic'), labels.join());
    await picture('targets');
    await quickInput.cancel();
  });

  test('the real system boots to its shell, and what it says is understood', { timeout: BOOT_MS }, async () => {
    await workbench.run('Barrelfish: Boot Configuration…');
    await quickInput.choose(/^real/);
    await guests.find(/^real fish/, BOOT_MS);
    await terminal.waitForText('fish v0.2', PATIENCE_MS);
    const tooltip = await guests.tooltip(/^real /);
    assert.match(tooltip, /e1000n/);
    await picture('booted');
    await guests.pressInlineButton(/^real /, 'Stop Guest');
    await guests.find(/^real ended/, PATIENCE_MS);
  });

  test('a test of the tree’s own harness passes', { timeout: BOOT_MS + PATIENCE_MS }, async () => {
    const explorer = new RowList(page, page.locator('.test-explorer-tree'));
    await workbench.openContainer('Testing');
    await explorer.find(/./, PATIENCE_MS);
    await workbench.run('Test: Focus on Test Explorer View');
    await page.locator('.test-explorer .monaco-editor textarea, .testing-filter-wrapper textarea').first().focus();
    await page.keyboard.insertText('memtest');
    const memtest = await explorer.find(/^memtest/, PATIENCE_MS);
    assert.ok(memtest);
    await explorer.pressInlineButton(/^memtest/, 'Run Test');
    await explorer.find((row) => row.name.includes('memtest') && row.name.includes('Passed'), BOOT_MS);
    await picture('harness');
  });
}

const directory = process.env['BARRELFISH_BUILD'];
if (directory === undefined) test('the real system', { skip: 'BARRELFISH_BUILD names no build directory' });
else await realBuild(directory);
