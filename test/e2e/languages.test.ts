// What a driver developer sees of the languages: in the packaged extension, on files of our own.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, test } from 'node:test';
import { MadeTree, sampleDevice } from '../fixtures/made-tree.ts';
import { outputRoot } from '../vscode/paths.ts';
import { openWorkbench } from './fixture.ts';
import { ROOMY } from './workspace.ts';

const MENU = `kernel /x86_64/sbin/elver loglevel=3
module /x86_64/sbin/cpu loglevel=3
module /x86_64/sbin/init
module /x86_64/sbin/mem_serv
module /x86_64/sbin/monitor

# Drivers
modul /x86_64/sbin/timer auto
`;
const made = new MadeTree({
  'hake/hake.sh': '',
  'hake/menu.lst.sample': MENU,
  'devices/timer.dev': sampleDevice('timer'),
  'usr/timer/main.c': '#include <dev/timer_dev.h>\n\nvoid f(timer_t *t)\n{\n    timer_ctrl_rd(t);\n}\n',
});
after(() => {
  made[Symbol.dispose]();
});
const workbench = await openWorkbench({ folder: made.root, ...ROOMY });
const { page } = workbench;
const picture = (name: string): Promise<void> =>
  workbench.screenshot(path.join(outputRoot, 'pictures', `languages-${name}.png`));

async function hoverAt(file: string, line: number, column: number): Promise<string> {
  await workbench.openFile(file, line);
  await page.keyboard.press('Home');
  for (let at = 0; at < column; at++) await page.keyboard.press('ArrowRight');
  await workbench.run('Show or Focus Hover');
  const hover = page.locator('.monaco-hover:visible .hover-contents').last();
  await hover.waitFor({ timeout: 20_000 });
  return hover.innerText();
}

test('a menu.lst is told what is wrong with it', async () => {
  await workbench.openFile('menu.lst.sample', 8);
  await page.locator('.squiggly-error').first().waitFor({ timeout: 20_000 });
  await workbench.run('Problems: Focus on Problems View');
  const problem = page.locator('.markers-panel .monaco-list-row').filter({ hasText: 'is no keyword' });
  await problem.first().waitFor();
  await picture('menu');
});

test('a register is drawn when one points at it', async () => {
  const text = await hoverAt('timer.dev', 11, 11);
  assert.match(text, /ctrl/);
  assert.match(text, /Interrupts/);
  await picture('register');
  const clip = { x: 350, y: 40, width: 720, height: 420 };
  await page.screenshot({ path: path.join(outputRoot, 'pictures', 'register.png'), clip });
});

test('a generated name in C shows the register that it is of', async () => {
  const text = await hoverAt('main.c', 5, 2);
  assert.match(text, /ctrl/);
  await picture('c');
});
