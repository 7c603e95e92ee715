import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildGuest } from '../guest/build.ts';
import { readClipboard } from '../vscode/editor.ts';
import { appears, until } from '../vscode/until.ts';
import { emptyFolder, openWorkbench } from './fixture.ts';

// What the tool makes of a guest's serial line, in its terminal and in its log.
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
  },
  env: { XDG_STATE_HOME: emptyFolder() },
});
const guests = workbench.view('Guests');
const { terminal, editor, page } = workbench;
await workbench.openContainer('Barrelfish');

/** Part of an element, as the page measures it. */
interface TextRange {
  selectNodeContents: (node: unknown) => void;
  getBoundingClientRect: () => { left: number; top: number; width: number; height: number };
}
interface Row {
  readonly textContent: string | null;
  readonly ownerDocument: { createRange: () => TextRange };
}

/** Follows a link in the terminal with the mouse, until `title` is in front: links are found while the mouse moves. */
async function followLink(text: string, title: string): Promise<void> {
  const row = page.locator('.terminal-wrapper.active .xterm-rows > div', { hasText: text }).last();
  const place = await row.evaluate((element: Row, wanted) => {
    const range = element.ownerDocument.createRange();
    range.selectNodeContents(element);
    const { left, top, width, height } = range.getBoundingClientRect();
    const shown = element.textContent ?? '';
    const cell = width / shown.length;
    return { x: left + (shown.indexOf(wanted) + wanted.length / 2) * cell, y: top + height / 2, cell };
  }, text);
  const screen = await page.locator('.terminal-wrapper.active .xterm-screen').boundingBox();
  const empty = screen ? screen.x + screen.width - 2 * place.cell : place.x;
  await until(
    () => `${title}, to which ${text} leads`,
    async () => {
      // A tooltip that comes late stays, and covers the links above its own, until there is a click beside it.
      await page.mouse.click(empty, place.y);
      await page.mouse.move(place.x - place.cell, place.y, { steps: 5 });
      await page.keyboard.down('Control');
      await page.mouse.move(place.x, place.y, { steps: 3 });
      await appears(page.locator('.terminal-wrapper.active .xterm-cursor-pointer'));
      await page.mouse.click(place.x, place.y);
      await page.keyboard.up('Control');
      return appears(page.locator('.part.editor .editor-group-container.active .tab.active', { hasText: title }));
    },
    30_000,
  );
}

test('a guest boots, and says what went wrong in it', async () => {
  await guests.setExpanded(true);
  await guests.pressWelcomeButton('Boot');
  await terminal.waitForText('fish v0.2', PATIENCE_MS);
  await terminal.enter('fault e1000n');
  await terminal.waitForText('e1000n ends', PATIENCE_MS);
  await terminal.enter('error kaluga');
  await terminal.waitForText(/DRIVER_ERR_NO_DEVICE[^]*Aborted/, PATIENCE_MS);
  await guests.find(/e1000n faulted on 0x0, at 0x401008/, PATIENCE_MS);
});

test('an error in the terminal leads to its definition, and its place to the source', async () => {
  await followLink('DRIVER_ERR_NO_DEVICE', 'errno.fugu');
  await followLink('messages.c', 'messages.c');
});

test('escape sequences do nothing but colour', async () => {
  await page.evaluate("navigator.clipboard.writeText('mine')");
  await terminal.enter('escapes');
  const text = await terminal.waitForText('escapes end', PATIENCE_MS);
  assert.match(text, /a link green escapes end/);
  assert.equal(await readClipboard(page), 'mine');
});

test('the log has an outline of stages and failures', async () => {
  await workbench.run('Barrelfish: Open Serial Log');
  await editor.waitForTitle(/\.log$/);
  await page.keyboard.press('Control+Shift+O');
  for (const name of ['Kernel 0 up', 'e1000n faulted at 0x401008', 'Error in kaluga: run_error'])
    await page.locator('.quick-input-list').getByText(name).first().waitFor({ timeout: PATIENCE_MS });
  await page.keyboard.press('Escape');
});

test('a kernel that waits for gdb is told of, with the way to attach', async () => {
  await terminal.enter('gdbstub');
  const toast = page.locator('.notification-toast', { hasText: 'has taken the serial line' });
  await toast.waitFor({ timeout: PATIENCE_MS });
  assert.equal(await toast.getByRole('button', { name: "Attach to the Kernel's Debugger" }).count(), 1);
});
