import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { buildGuest } from '../guest/build.ts';
import { outputRoot } from '../vscode/paths.ts';
import { emptyFolder, openWorkbench } from './fixture.ts';

// A guest of two cores: each has a kernel of its own, at a place of its own.
const PATIENCE_MS = 60_000;

const guest = await buildGuest();
const launch = {
  ...{ type: 'barrelfish', request: 'launch', name: 'On two cores', configuration: 'pair' },
  ...{ stopAt: 'kernel_startup', domains: ['monitor'] },
};

const workbench = await openWorkbench({
  folder: guest.sourceDirectory,
  width: 1440,
  height: 1000,
  settings: {
    launch: { version: '0.2.0', configurations: [launch] },
    'barrelfish.buildDirectory': guest.buildDirectory,
    'barrelfish.build.beforeBoot': 'never',
    'barrelfish.qemu.memory': 128,
    'barrelfish.qemu.accelerator': 'tcg',
    'barrelfish.bootConfigurations': [{ name: 'pair', cores: 2 }],
  },
  env: { XDG_STATE_HOME: emptyFolder() },
});
const { terminal, debugging } = workbench;
const domains = workbench.view('Domains');

function picture(name: string): Promise<void> {
  return workbench.screenshot(path.join(outputRoot, 'pictures', `debugging-cores-${name}.png`));
}

test('a kernel’s function stops each core, with the globals of its own', async () => {
  await workbench.openContainer('Run and Debug');
  await workbench.page.getByText('On two cores').first().waitFor();
  await workbench.run('Debug: Start Debugging');
  await debugging.waitForStop(PATIENCE_MS);
  await debugging.callStack.find(/^kernel_startup/, PATIENCE_MS);
  await debugging.addFunctionBreakpoint('kernel_startup');
  await debugging.addWatch('(int)my_core_id');
  await debugging.watch.find(/^\(int\)my_core_id 0$/, PATIENCE_MS);
  await debugging.press('Continue');
  await debugging.callStack.find(/^(?:Thread #2|core 1\b)/, PATIENCE_MS);
  await debugging.waitForStop(PATIENCE_MS);
  await debugging.callStack.find(/^kernel_startup/, PATIENCE_MS);
  await debugging.watch.find(/^\(int\)my_core_id 1$/, PATIENCE_MS);
  await picture('second-kernel');
});

test('domains are listed for every core, and threads are called after what they run', async () => {
  await debugging.press('Continue');
  await terminal.waitForText(/fish v0\.2.*\n>/s, PATIENCE_MS);
  await workbench.openFile('domain/monitor.c', 21);
  await workbench.page.keyboard.press('F9');
  await terminal.enter('turn 4');
  await debugging.waitForStop(PATIENCE_MS);
  await debugging.callStack.find(/^work/, PATIENCE_MS);
  await debugging.watch.find(/^\(int\)my_core_id 77$/, PATIENCE_MS);
  await domains.setExpanded(true);
  const rows = await domains.waitFor('the domains of both cores', (all) => all.length === 8, PATIENCE_MS);
  assert.deepEqual(
    rows.map(({ level, label }) => `${'> '.repeat(level - 1)}${label}`),
    ['Core 0', '> e1000n', '> init', '> kaluga', '> monitor', '> startd', 'Core 1', '> monitor'],
  );
  await debugging.callStack.find(/^core [01] · monitor/, PATIENCE_MS);
  await picture('domains');
  for (const theme of ['high-contrast-dark', 'high-contrast-light'] as const) {
    await workbench.useColorTheme(theme);
    await picture(`domains-${theme}`);
  }
  await workbench.useColorTheme('light');
});

test('a guest that has a debugger is not given another', async () => {
  await workbench.run('Barrelfish: Attach Debugger');
  await workbench.notifications.waitFor(/has a debugger already/, PATIENCE_MS);
  await workbench.notifications.dismiss(/has a debugger already/);
});

test('a guest that is reset while it is stopped boots into the same breakpoints', async () => {
  await workbench.run('Barrelfish: Reset Guest');
  await debugging.press('Continue');
  for (const core of ['0', '1']) {
    await debugging.callStack.find(/^kernel_startup/, PATIENCE_MS);
    await debugging.waitForStop(PATIENCE_MS);
    await debugging.watch.find(new RegExp(`^\\(int\\)my_core_id ${core}$`), PATIENCE_MS);
    await debugging.press('Continue');
  }
  await debugging.waitUntilRunning(PATIENCE_MS);
  await terminal.waitForText(/fish v0\.2.*\n>/s, PATIENCE_MS);
  await debugging.press('Stop');
  await debugging.waitForEnd(PATIENCE_MS);
  await terminal.waitForText('The guest has ended', PATIENCE_MS);
});
