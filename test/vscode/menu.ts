import type { Locator, Page } from 'playwright-core';
import { appears, disappears, until } from './until.ts';

/** A menu that has been opened: by a right click, or by a button with three dots. */
export class Menu {
  private readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  private get menus(): Locator {
    return this.page.locator('.monaco-menu');
  }

  async items(): Promise<string[]> {
    await this.menus.last().waitFor();
    const labels = await this.menus.last().locator('[role^=menuitem] .action-label:not(.separator)').allInnerTexts();
    return labels.map((label) => label.trim()).filter((label) => label !== '');
  }

  /** Chooses an item, or one in a submenu: `choose('Copy', 'PCI Address')`. */
  async choose(...path: readonly string[]): Promise<void> {
    for (const [depth, label] of path.entries()) {
      const item = this.menus
        .nth(depth)
        .locator('[role^=menuitem]', { has: this.page.getByText(label, { exact: true }) });
      // A menu that has only just opened ignores clicks, so that the click that opened it does not choose as well.
      await until(`the menu item ${label} to be taken`, async () => {
        const isSubmenu = depth < path.length - 1;
        await item.click();
        return isSubmenu ? appears(this.menus.nth(depth + 1)) : disappears(this.menus.first());
      });
    }
  }

  async close(): Promise<void> {
    await this.page.keyboard.press('Escape');
    await this.menus.first().waitFor({ state: 'hidden' });
  }
}
