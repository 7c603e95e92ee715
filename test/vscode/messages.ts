import type { Locator, Page } from 'playwright-core';
import { buttonName, matches, until } from './until.ts';

/** What a dialog says is asked of the host first, which is an emulated one here. */
const DIALOG_MS = 60_000;

export interface DialogContent {
  readonly message: string;
  readonly detail: string;
  /** As they stand in the page; the last is the primary one. */
  readonly buttons: readonly string[];
}

/** The modal dialog in the middle of the window. */
export class Dialog {
  private readonly box: Locator;

  constructor(page: Page) {
    this.box = page.locator('.monaco-dialog-box');
  }

  async read(match: string | RegExp = '', timeoutMs = DIALOG_MS): Promise<DialogContent> {
    const message = this.box.locator('.dialog-message-text');
    await message.filter({ hasText: match }).waitFor({ timeout: timeoutMs });
    const detail = this.box.locator('.dialog-message-detail');
    return {
      message: await message.innerText(),
      detail: (await detail.count()) > 0 ? await detail.innerText() : '',
      buttons: await this.box.locator('.dialog-buttons').getByRole('button').allInnerTexts(),
    };
  }

  async isOpen(): Promise<boolean> {
    return this.box.isVisible();
  }

  async press(button: string): Promise<void> {
    await this.box.locator('.dialog-buttons').getByRole('button', { name: button, exact: true }).click();
    await this.box.waitFor({ state: 'hidden' });
  }
}

export interface Notification {
  readonly severity: 'info' | 'warning' | 'error';
  readonly message: string;
  readonly buttons: readonly string[];
}

/** The messages at the lower right. */
export class Notifications {
  private readonly items: Locator;

  constructor(page: Page) {
    this.items = page.locator('.notification-list-item');
  }

  private static async read(item: Locator): Promise<Notification> {
    const icon = (await item.locator('.notification-list-item-icon').getAttribute('class')) ?? '';
    return {
      severity: icon.includes('codicon-error') ? 'error' : icon.includes('codicon-warning') ? 'warning' : 'info',
      message: (await item.locator('.notification-list-item-message').innerText()).trim(),
      buttons: await item.locator('.notification-list-item-buttons-container').getByRole('button').allInnerTexts(),
    };
  }

  async all(): Promise<Notification[]> {
    const found: Notification[] = [];
    for (const item of await this.items.all()) {
      // One that goes away while it is read is not there any more.
      const read = await Notifications.read(item).catch(() => undefined);
      if (read !== undefined) found.push(read);
    }
    return found;
  }

  async waitFor(match: string | RegExp, timeoutMs?: number): Promise<Notification> {
    let seen: readonly Notification[] = [];
    return until(
      () => `a notification ${String(match)}; there were: ${seen.map(({ message }) => message).join(' | ')}`,
      async () => {
        seen = await this.all();
        return seen.find(({ message }) => matches(message, match));
      },
      timeoutMs,
    );
  }

  async waitUntilGone(match: string | RegExp, timeoutMs?: number): Promise<void> {
    await until(
      `the notification ${String(match)} to go`,
      async () => !(await this.all()).some(({ message }) => matches(message, match)),
      timeoutMs,
    );
  }

  async press(match: string | RegExp, button: string): Promise<void> {
    await this.waitFor(match);
    const buttons = this.items.filter({ hasText: match }).locator('.notification-list-item-buttons-container');
    await buttons.getByRole('button', { name: button, exact: true }).click();
  }

  async dismiss(match: string | RegExp): Promise<void> {
    await this.waitFor(match);
    const item = this.items.filter({ hasText: match });
    await item.hover();
    await item.getByRole('button', { name: buttonName('Clear Notification') }).click();
    await this.waitUntilGone(match);
  }
}
