// The real system in the debugger, where BARRELFISH_BUILD names a build directory of it: from the kernel's first function
// to a driver's init, on two cores.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { readBuildDirectory } from '../../src/barrelfish/build-directory.ts';
import { outputRoot } from '../vscode/paths.ts';
import { emptyFolder, openWorkbench } from './fixture.ts';

/** Its drivers alone take half a minute under emulation; a debugger stops it often. */
const BOOT_MS = 300_000;
const PATIENCE_MS = 60_000;
const DRIVER = 'usr/drivers/e1000';

async function realDebugging(buildDirectory: string): Promise<void> {
  const build = await readBuildDirectory(buildDirectory);
  assert.ok(build);
  const source = await readFile(path.join(build.sourceDirectory, DRIVER, 'e1000n.c'), 'utf8');
  const lines = source.split('\n');
  const init = lines.findIndex((line) => line.startsWith('static errval_t init(struct bfdriver_instance'));
  const last = lines.findIndex((line, index) => index > init && line.includes('eds->bfi = bfi;'));
  const launch = {
    ...{ type: 'barrelfish', request: 'launch', name: 'The real system', configuration: 'real' },
    ...{ stopAt: 'arch_init', domains: ['e1000n'] },
  };
  const workbench = await openWorkbench({
    // Not the whole tree: its index is another test's affair.
    folder: path.join(build.sourceDirectory, DRIVER),
    width: 1440,
    height: 1000,
    colorTheme: 'dark',
    settings: {
      launch: { version: '0.2.0', configurations: [launch] },
      'barrelfish.buildDirectory': buildDirectory,
      'barrelfish.build.beforeBoot': 'never',
      'barrelfish.qemu.memory': 2048,
      'barrelfish.qemu.accelerator': 'tcg',
      'barrelfish.bootConfigurations': [{ name: 'real', cores: 2, emulated: [{ device: 'e1000' }] }],
    },
    env: { XDG_STATE_HOME: emptyFolder() },
  });
  const { terminal, debugging } = workbench;
  const domains = workbench.view('Domains');
  const picture = (name: string): Promise<void> =>
    workbench.screenshot(path.join(outputRoot, 'pictures', `real-debugging-${name}.png`));

  /** The next stop is in that function. */
  const stopsIn = async (name: string): Promise<void> => {
    await debugging.waitForStop(BOOT_MS);
    await debugging.callStack.find(new RegExp(`^${name}\\b`), PATIENCE_MS);
  };
  const goesOnTo = async (name: string): Promise<void> => {
    await debugging.press('Continue');
    await debugging.waitUntilRunning(PATIENCE_MS).catch(() => undefined); // it may have stopped again already
    await stopsIn(name);
  };
  const isNow = async (expression: string, value: RegExp): Promise<void> => {
    await debugging.watch.find((row) => row.label === expression && value.test(row.description), PATIENCE_MS);
  };

  test('F5 stops in arch_init of the first core’s kernel', { timeout: BOOT_MS }, async () => {
    await workbench.openContainer('Run and Debug');
    await workbench.page.getByText('The real system').first().waitFor();
    await workbench.run('Debug: Start Debugging');
    await stopsIn('arch_init');
    await debugging.variables.expand('Local');
    const magic = await debugging.variables.find((row) => row.label === 'magic', PATIENCE_MS);
    assert.match(`${magic.description} ${magic.name}`, /732803074/);
    await picture('arch-init');
  });

  test(
    'it stops in kernel_startup, and in both functions of the second core’s kernel',
    { timeout: BOOT_MS },
    async () => {
      await debugging.addFunctionBreakpoint('arch_init');
      await debugging.addFunctionBreakpoint('kernel_startup');
      await goesOnTo('kernel_startup');
      await debugging.addWatch('(int)my_core_id');
      await isNow('(int)my_core_id', /^0$/);
      await goesOnTo('arch_init');
      await goesOnTo('kernel_startup');
      await isNow('(int)my_core_id', /^1$/);
      await picture('second-core');
    },
  );

  test('a breakpoint in the driver’s init stops in e1000n, with locals right', { timeout: BOOT_MS }, async () => {
    await workbench.openFile('e1000n.c', init + 1);
    await workbench.page.keyboard.press('F9');
    await workbench.openFile('e1000n.c', last + 2);
    await workbench.page.keyboard.press('F9');
    await goesOnTo('init');
    await debugging.callStack.find(/^core \d · e1000n/, PATIENCE_MS);
    await goesOnTo('init');
    await debugging.callStack.find(/^core \d · e1000n/, PATIENCE_MS);
    await debugging.addWatch('eds->service_name');
    await isNow('eds->service_name', /"e1000"$/);
    await debugging.addWatch('eds->bfi == bfi');
    await isNow('eds->bfi == bfi', /^1$/);
    await debugging.addWatch('bfi->dstate == eds');
    await isNow('bfi->dstate == eds', /^1$/);
    await domains.setExpanded(true);
    await domains.find(/^e1000n .*stopped here/, PATIENCE_MS);
    await picture('in-e1000n');
    await workbench.useColorTheme('light');
    await picture('in-e1000n-light');
  });

  test('left alone it gets to its shell', { timeout: BOOT_MS }, async () => {
    await workbench.view('Breakpoints').pressTitleButton('Remove All Breakpoints');
    await debugging.press('Continue');
    await terminal.waitForText('fish v0.2', BOOT_MS);
    await debugging.press('Stop');
    await debugging.waitForEnd(PATIENCE_MS);
  });
}

const directory = process.env['BARRELFISH_BUILD'];
if (directory === undefined) test('the real system', { skip: 'BARRELFISH_BUILD names no build directory' });
else await realDebugging(directory);
