import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { buildGuest } from '../guest/build.ts';
import { outputRoot } from '../vscode/paths.ts';
import { until } from '../vscode/until.ts';
import { emptyFolder, openWorkbench } from './fixture.ts';

// A guest of this machine's with all that makes Barrelfish hard to debug, and what a developer does with it.
const PATIENCE_MS = 60_000;

const guest = await buildGuest();
const launch = { type: 'barrelfish', request: 'launch', name: 'In the kernel', devices: [], stopAt: 'arch_init' };

const workbench = await openWorkbench({
  folder: guest.sourceDirectory,
  width: 1440,
  height: 1000,
  colorTheme: 'dark',
  settings: {
    launch: { version: '0.2.0', configurations: [launch] },
    'barrelfish.buildDirectory': guest.buildDirectory,
    'barrelfish.qemu.memory': 64,
    'barrelfish.qemu.accelerator': 'tcg',
  },
  env: { XDG_STATE_HOME: emptyFolder() },
});
const { terminal, debugging, editor, quickInput } = workbench;
const domains = workbench.view('Domains');

function picture(name: string): Promise<void> {
  return workbench.screenshot(path.join(outputRoot, 'pictures', `debugging-${name}.png`));
}

test('F5 stops in the kernel, before it has moved itself, with its arguments right', async () => {
  await workbench.openContainer('Run and Debug');
  await workbench.page.getByText('In the kernel').first().waitFor();
  await workbench.run('Debug: Start Debugging');
  await debugging.waitForStop(PATIENCE_MS);
  await debugging.callStack.find(/^arch_init/, PATIENCE_MS);
  await debugging.variables.expand('Local');
  const magic = await debugging.variables.find((row) => row.label === 'magic', PATIENCE_MS);
  assert.match(`${magic.description} ${magic.name}`, /732803074/);
  await domains.setExpanded(true);
  await until('the view to say that there is none yet', async () => (await domains.message()).includes('No kernel'));
  await picture('arch-init');
});

test('the domains of a guest are listed while it is stopped', async () => {
  await debugging.press('Continue');
  await terminal.waitForText('fish v0.2', PATIENCE_MS);
  await until('the view to say how to see them', async () => (await domains.message()).startsWith('Pause the guest'));
  await debugging.press('Pause');
  await debugging.waitForStop(PATIENCE_MS);
  const rows = await domains.waitFor('the domains', (all) => all.length === 5, PATIENCE_MS);
  assert.deepEqual(rows.map(({ label, description }) => `${label}: ${description}`).sort(), [
    'e1000n: runnable',
    'init: runnable',
    'kaluga: runnable',
    'monitor: runnable',
    'startd: blocked',
  ]);
  assert.match(await domains.tooltip(/^e1000n/), /Dispatcher at 0xfffffe/);
});

test('a breakpoint in a domain binds when the domain is debugged, and stops there alone', async () => {
  await workbench.openFile('domain/e1000n.c', 37);
  await workbench.page.keyboard.press('F9');
  await domains.pressInlineButton(/^e1000n/, 'Debug This Domain');
  await domains.find(/^e1000n .*debugged/);
  await picture('domains');
  await debugging.press('Continue');
  await terminal.enter('turn 1');
  await debugging.waitForStop(PATIENCE_MS);
  await debugging.callStack.find(/^work/, PATIENCE_MS);
  await editor.waitForTitle('e1000n.c');
  await domains.find(/^e1000n .*stopped here/, PATIENCE_MS);
  await debugging.stepOver(PATIENCE_MS);
  await debugging.variables.find((row) => row.label === 'sum', PATIENCE_MS);
  await picture('in-e1000n');
});

test('an error value is shown as all the errors that it holds', async () => {
  await workbench.run('Barrelfish: Decode Error Value…');
  await quickInput.waitFor(/^Decode Error Value/);
  await quickInput.enter('device.last_error');
  await quickInput.waitFor(/^Error Value device.last_error/);
  const items = await quickInput.items();
  assert.deepEqual(
    items.map(({ label, description }) => `${label} ${description}`.replace(/^\W+/, '').trim()),
    ['DRIVER_ERR_NO_ANSWER 7', 'SYS_ERR_NOT_BUILT_IN 5'],
  );
  await picture('error-value');
  await quickInput.choose(/NO_ANSWER/);
  await editor.waitForTitle('errno.fugu');
});

test('an address is walked through the page tables', async () => {
  await workbench.run('Barrelfish: Walk Page Tables…');
  await quickInput.waitFor(/^Walk Page Tables/);
  await quickInput.enter('&device');
  await editor.waitForTitle(/Page tables/);
  await editor.waitForText(/PML4 .*\nPDPT .*\nPDIR .*\n.*Mapped to physical 0x/s);
  await picture('page-tables');
});

test('a crash report has where the guest stands, what it said, and what it was made from', async () => {
  await workbench.run('Barrelfish: Write Crash Report');
  await editor.waitForTitle(/\.md$/);
  const report = await editor.wholeText();
  for (const part of [
    /^# Crash report of /,
    /### core 0 · e1000n\n\n```text\n#0 {2}0x[0-9a-f]+ {2}work {2}e1000n\.c:\d+\n/,
    /\| 0 \| e1000n \| running \|/,
    /RIP=0*401[0-9a-f]{3}/,
    /fish v0\.2/,
    /module {1,4}\/x86_64\/sbin\/e1000n/,
    /qemu-system-x86_64/,
  ])
    assert.match(report, part);
  await picture('crash-report');
  await workbench.useColorTheme('light');
  await picture('crash-report-light');
});

test('what was stopped goes on, and the terminal with it', async () => {
  await debugging.press('Continue');
  await terminal.waitForText('turn ends: 1 rounds', PATIENCE_MS);
  await terminal.enter('echo still here');
  await terminal.waitForText(/\nstill here\n/, PATIENCE_MS);
});

test('a kernel that waits for gdb after a fault is looked at over its serial line, which comes back', async () => {
  await debugging.press('Stop');
  await debugging.waitForEnd(PATIENCE_MS);
  // Whose prompt would be taken for that of the next.
  await terminal.waitForText('Press any key to close');
  await terminal.press('Enter');
  await workbench.run('Barrelfish: Boot');
  await terminal.waitForText(/fish v0\.2.*\n>/s, PATIENCE_MS);
  await terminal.enter('fault');
  await terminal.waitForText('Waiting for GDB connection', PATIENCE_MS);
  await workbench.page.getByRole('button', { name: "Attach to the Kernel's Debugger" }).first().click();
  await debugging.waitForStop(PATIENCE_MS);
  await debugging.callStack.find(/^run_fault/, PATIENCE_MS);
  await debugging.variables.expand('Local');
  await debugging.variables.find((row) => row.label === 'nowhere', PATIENCE_MS);
  await terminal.waitForText('gdb has the serial line');
  await picture('post-mortem');
  // Opened anew meanwhile, it shows nothing of what gdb and the stub say to each other.
  await workbench.run('Terminal: Kill the Active Terminal Instance');
  await workbench.run('Barrelfish: Open Serial Terminal');
  assert.doesNotMatch(await terminal.waitForText('gdb has the serial line'), /[$]/);
  await debugging.press('Disconnect');
  await debugging.waitForEnd(PATIENCE_MS);
  await terminal.waitForText('The serial line is back', PATIENCE_MS);
});

test('the memory of a guest is saved, and opened in the debugger when the guest is gone', async () => {
  const file = path.join(emptyFolder(), 'of a guest.core');
  await workbench.run('Barrelfish: Save Guest Memory…');
  await quickInput.waitFor(/^Save Guest Memory/);
  await quickInput.enterPath(file);
  await workbench.notifications.waitFor('The memory of', PATIENCE_MS);
  await workbench.run('Barrelfish: Kill Guest');
  await terminal.waitForText('The guest has ended', PATIENCE_MS);
  await workbench.notifications.press('The memory of', 'Open in Debugger');
  await debugging.waitForStop(PATIENCE_MS);
  await debugging.callStack.find(/^run_fault/, PATIENCE_MS);
  await picture('memory');
  await debugging.press('Disconnect');
  await debugging.waitForEnd(PATIENCE_MS);
});

test('without a session, errors are known from the source tree', async () => {
  await workbench.run('Barrelfish: Decode Error Value…');
  await quickInput.waitFor(/^Decode Error Value/);
  await quickInput.enter('0x1407');
  await quickInput.waitFor(/^Error Value 0x1407/);
  const [latest, first] = await quickInput.items();
  assert.match(latest?.label ?? '', /DRIVER_ERR_NO_ANSWER/);
  assert.match(first?.label ?? '', /SYS_ERR_NOT_BUILT_IN/);
  await quickInput.cancel();
});
