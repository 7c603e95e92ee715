import type { Locator, Page } from 'playwright-core';
import type { Row } from './row-elements.ts';
import { RowList, type RowMatch } from './row-list.ts';
import { disappears, matches, until } from './until.ts';

// Looks at the palette in a row that must show the same.
/** The palette filters a moment after typing. */
const OFFERED_MS = 3000;
const PALETTE_STILL = 5;
const TAKE_MS = 1000;

/** The box at the top of the window: quick picks, input boxes and the command palette. */
export class QuickInput {
  private readonly page: Page;
  readonly list: RowList;

  constructor(page: Page) {
    this.page = page;
    this.list = new RowList(page, this.widget.locator('.quick-input-list'));
  }

  private get widget(): Locator {
    return this.page.locator('.quick-input-widget');
  }

  private get box(): Locator {
    return this.widget.locator('.quick-input-box input');
  }

  async isOpen(): Promise<boolean> {
    return this.widget.isVisible();
  }

  /** Waits for the quick input with that title, or whose placeholder or prompt says so. */
  async waitFor(match: string | RegExp, timeoutMs?: number): Promise<void> {
    await until(
      `a quick input ${String(match)}`,
      async () => {
        if (!(await this.isOpen())) return false;
        const texts = [await this.title(), await this.placeholder(), await this.message()];
        return texts.some((text) => matches(text, match));
      },
      timeoutMs,
    );
  }

  async waitForClose(): Promise<void> {
    await this.widget.waitFor({ state: 'hidden' });
  }

  async title(): Promise<string> {
    return (await this.widget.locator('.quick-input-title').innerText()).trim();
  }

  async placeholder(): Promise<string> {
    return (await this.box.getAttribute('placeholder')) ?? '';
  }

  /** The prompt, or what is wrong with the input. */
  async message(): Promise<string> {
    return (await this.widget.locator('.quick-input-message').innerText()).trim();
  }

  async isPassword(): Promise<boolean> {
    return (await this.box.getAttribute('type')) === 'password';
  }

  async value(): Promise<string> {
    return this.box.inputValue();
  }

  async items(): Promise<Row[]> {
    return this.list.rows();
  }

  async choose(match: RowMatch): Promise<void> {
    await this.list.click(match);
  }

  /** Ticks items of a quick pick for many. */
  async tick(...matchList: readonly RowMatch[]): Promise<void> {
    for (const match of matchList) await (await this.list.element(match)).locator('.monaco-checkbox').click();
  }

  /** Replaces what the box holds. */
  async type(text: string): Promise<void> {
    await this.box.fill(text);
  }

  async accept(): Promise<void> {
    await this.box.press('Enter');
  }

  async cancel(): Promise<void> {
    await this.box.press('Escape');
    await this.waitForClose();
  }

  /** Types into an input box and takes it. */
  async enter(text: string): Promise<void> {
    await this.type(text);
    await this.accept();
  }

  /**
   * Types a path into the file dialog, which is open, and takes it. While it reads the folder of the path, the dialog
   * ignores Enter; and it may close at any moment after it has not.
   */
  async enterPath(file: string): Promise<void> {
    const take = async (): Promise<boolean> => {
      if ((await this.value()) !== file) await this.box.fill(file, { timeout: TAKE_MS });
      await this.box.press('Enter', { timeout: TAKE_MS });
      return disappears(this.widget);
    };
    await until(`the file dialog to take ${file}`, async () => !(await this.isOpen()) || take().catch(() => false));
  }

  /** Opens what that key opens, with a text in its box. While a window is still starting, it may close at once. */
  async openWith(key: string, text: string): Promise<void> {
    await this.page.keyboard.press(key);
    await until(`a box that takes ${text}`, async () => {
      const taken = await this.box.fill(text, { timeout: TAKE_MS }).then(
        () => true,
        () => false,
      );
      if (!taken && !(await this.isOpen())) await this.page.keyboard.press(key);
      return taken;
    });
  }

  private async openPalette(filter: string): Promise<void> {
    await this.openWith('F1', `>${filter}`);
  }

  /**
   * Runs a command by its full title, category included: `Barrelfish: Check Host`. A palette that was opened before the
   * window knew that its folder is trusted doesn't have all of them.
   */
  async runCommand(title: string): Promise<void> {
    await until(`the palette to have ${title}`, async () => {
      await this.openPalette(title);
      const offered = await this.list.find(title, OFFERED_MS).catch(() => undefined);
      if (!offered) await this.cancel();
      return offered !== undefined;
    });
    await this.choose(title);
  }

  /** What the command palette offers for a filter: commands that are not enabled are left out. */
  async commands(filter: string): Promise<string[]> {
    await this.openPalette(filter);
    // The palette filters a moment after typing, and says only by keeping still that it is done.
    let last = '';
    let unchanged = 0;
    const rows = await this.list.waitFor('the palette to filter', (all) => {
      const now = all.map(({ label }) => label).join('\n');
      unchanged = now === last ? unchanged + 1 : 0;
      last = now;
      return all.length > 0 && unchanged >= PALETTE_STILL;
    });
    await this.cancel();
    // It also offers what is merely similar.
    const words = filter.toLowerCase().split(/\s+/);
    return rows.map(({ label }) => label).filter((label) => words.every((word) => label.toLowerCase().includes(word)));
  }
}
