// A day with register files: what somebody does who writes a driver, in the packaged extension, on samples of our own.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { layDriverTree } from '../fixtures/driver-tree.ts';
import { MadeTree } from '../fixtures/made-tree.ts';
import { outputRoot } from '../vscode/paths.ts';
import { until } from '../vscode/until.ts';
import { Developer } from './developer.ts';
import { openWorkbench } from './fixture.ts';

const PATIENCE_MS = 20_000;
const UART = 'devices/uart16550.dev';
const DRIVER = 'usr/drivers/nvme/nvme.c';
/** One bit is missing, and the second register begins in the first. */
const HALF_DONE = `device timer lsbfirst (addr base) "A timer" {
    register ctrl rw addr(base, 0x0) "Control" {
        run  1  "Runs";
        mode 30 "Mode";
    };
    register count ro addr(base, 0x2) "Count" type(uint32);
};
`;

const made = new MadeTree({ 'devices/timer.dev': HALF_DONE });
after(() => {
  made[Symbol.dispose]();
});
layDriverTree(made.root);
const workbench = await openWorkbench({
  folder: made.root,
  width: 1440,
  height: 1000,
  settings: { 'files.autoSave': 'off' },
});
const { page, editor, quickInput } = workbench;
const developer = new Developer(workbench, made.root);
const picture = (name: string): Promise<void> =>
  workbench.screenshot(path.join(outputRoot, 'pictures', `languages-${name}.png`));

test('what is wrong with a register is underlined, and mended from there', async () => {
  await developer.goTo('devices/timer.dev', 'ctrl');
  await developer.squiggle('error').first().waitFor({ timeout: PATIENCE_MS });
  await workbench.run('Problems: Focus on Problems View');
  const problems = page.locator('.markers-panel .monaco-list-row');
  await problems.filter({ hasText: /31 bits/ }).waitFor();
  await picture('problems');
  await developer.goTo('devices/timer.dev', 'ctrl', 1);
  await developer.mend('Fill up to 32 bits');
  await editor.waitForText('_ 1 rsvd;');
  await developer.save('devices/timer.dev');
  await developer.goTo('devices/timer.dev', 'count', 1);
  await developer.mend(/also$/);
  assert.match(await developer.save('devices/timer.dev'), /ro also addr\(base, 0x2\)/);
  await problems.first().waitFor({ state: 'detached', timeout: PATIENCE_MS });
  await developer.press('Control+J');
});

test('a register is drawn when one points at it', async () => {
  await developer.goTo(UART, 'register ier', 10);
  // A hover goes again when a lens comes above its line meanwhile.
  const { text, box } = await until('a hover that stays', async () => {
    const shown = await developer.hover(/ier.*Interrupt enable/);
    const drawn = page.locator('.monaco-hover:visible').last();
    const place = await drawn.boundingBox({ timeout: 1000 }).catch(() => null);
    return place ? { text: shown, box: place } : undefined;
  });
  assert.match(text, /3\s+modem\s+rw\s+Modem status/);
  const clip = { x: 350, y: box.y - 60, width: 760, height: box.height + 200 };
  await page.screenshot({ path: path.join(outputRoot, 'pictures', 'register.png'), clip });
  await picture('register');
  await developer.press('Escape');
});

test('bits stand beside the fields, and above a register its uses', async () => {
  await developer.goTo(UART, 'register ier');
  await editor.waitForText(/modem +1 *\[3\] +"Modem status"/);
  const lens = page
    .locator('.codelens-decoration a', { hasText: /^1 use in C$/ })
    .filter({ visible: true })
    .first();
  await lens.waitFor({ timeout: PATIENCE_MS });
  await picture('hints');
  await lens.click();
  assert.match((await developer.peeked()).join('\n'), /uart16550_ier_modem_wrf/);
  await picture('uses');
  await developer.press('Escape');
});

test('definition and references', async () => {
  await developer.goTo(UART, 'type(cause)', 6);
  await developer.press('F12');
  await developer.waitForPlace('uart16550.dev', 'Ln 14, Col 13');
  await developer.press('Shift+F12');
  assert.ok((await developer.peeked()).length >= 3);
  await developer.press('Escape');
  await developer.goTo('devices/nvme.dev', 'pcicap.state', 8);
  await developer.press('F12');
  await developer.waitForPlace('pcicap.dev', 'Ln 2, Col 13');
});

test('a new name goes to all places, in other files, too', async () => {
  await developer.goTo('devices/pcicap.dev', 'state', 1);
  await developer.rename('phase_state');
  await editor.waitForText('constants phase_state');
  await workbench.run('File: Save All Files');
  await until('the other file', () =>
    Promise.resolve(readFileSync(made.path('devices/nvme.dev'), 'utf8').includes('type(pcicap.phase_state)')),
  );
});

test('what may stand there is offered, and explained', async () => {
  await developer.goTo(UART, 'register lsr');
  await developer.press('Enter', 'ArrowUp');
  await developer.type('register msr ro io(base, 0x6) "Modem status" type(');
  await developer.press('Escape');
  await page.keyboard.type('err', { delay: 60 });
  const offered = await developer.suggest('errors');
  assert.ok(!offered.includes('register'), offered.join());
  await picture('completion');
  await developer.take('errors');
  await developer.press('End');
  await developer.goTo(UART, 'register lsr', 20);
  await developer.press('Control+Shift+Space');
  const help = page.locator('.parameter-hints-widget.visible');
  await help.waitFor({ timeout: PATIENCE_MS });
  await picture('signature');
  await developer.press('Escape', 'Escape');
  await editor.waitForText('type(errors)');
  await workbench.run('File: Revert File');
});

test('names are listed, found, and folded', async () => {
  await developer.open(UART);
  assert.ok((await developer.symbols()).includes('ier'));
  await developer.press('Control+T');
  await quickInput.type('#cap');
  await quickInput.list.waitFor('the symbol', (rows) => rows.some(({ label }) => label.includes('cap')));
  await quickInput.cancel();
  await page.locator('.breadcrumbs-control', { hasText: 'uart16550.dev' }).waitFor();
  await developer.press('Control+K', 'Control+0');
  await until('the folds', async () => !(await editor.text()).includes('Modem status'));
  await developer.press('Control+K', 'Control+J');
});

test('larger and larger stretches are selected', async () => {
  await developer.goTo(UART, 'cause) "What', 2);
  await developer.press('Shift+Alt+ArrowRight');
  await workbench.statusBarItem('(5 selected)').first().waitFor();
  await developer.press('Shift+Alt+ArrowRight', 'Shift+Alt+ArrowRight');
  await workbench
    .statusBarItem(/\((?!5 )\d+ selected\)/)
    .first()
    .waitFor();
});

test('a file is formatted, and its words stay', async () => {
  const words = (text: string): string => text.replaceAll(/\s+/g, '');
  await developer.open('devices/nvme.dev');
  const before = await developer.save('devices/nvme.dev');
  await workbench.run('Format Document');
  await page.locator('.tab.active.dirty').waitFor();
  const formatted = await developer.save('devices/nvme.dev');
  assert.equal(words(formatted), words(before));
  assert.notEqual(formatted, before);
});

test('from C, a generated name leads to its register', async () => {
  await developer.goTo(DRIVER, 'nvme_cc_rd', 5);
  await developer.hover(/Controller configuration/);
  await picture('c');
  await developer.press('Escape', 'F12');
  await developer.waitForPlace('nvme.dev', /Ln \d+, Col 12/);
  await editor.waitForText('register cc rw');
});

test('in C, only what the access of a register allows is offered', async () => {
  await developer.goTo(DRIVER, 'nvme_cc_wr(&nvme, cc);', 22);
  await developer.press('Enter');
  await developer.type('uart16550_thr_');
  const offered = await developer.suggest('uart16550_thr_wr');
  assert.ok(!offered.includes('uart16550_thr_rd'), offered.join());
  await picture('c-completion');
  await developer.take('uart16550_thr_wr');
  await editor.waitForText('    uart16550_thr_wr');
  await workbench.run('File: Revert File');
});
