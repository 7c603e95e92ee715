import type { Locator, Page } from 'playwright-core';
import { matches, until } from './until.ts';

/** The terminal that is in front. Only what is in sight can be read, not what has scrolled away. */
export class Terminal {
  private readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  private get active(): Locator {
    return this.page.locator('.terminal-wrapper.active .xterm:visible').last();
  }

  async waitForTerminal(timeoutMs?: number): Promise<void> {
    await this.active.waitFor(timeoutMs === undefined ? {} : { timeout: timeoutMs });
  }

  async text(): Promise<string> {
    const rows = await this.active.locator('.xterm-rows > div').allTextContents();
    return rows
      .map((row) => row.replaceAll('\u00a0', ' ').trimEnd())
      .join('\n')
      .trimEnd();
  }

  async waitForText(match: string | RegExp, timeoutMs?: number): Promise<string> {
    await this.waitForTerminal(timeoutMs);
    let seen = '';
    return until(
      () => `${String(match)} in the terminal, which showed:\n${seen}`,
      async () => {
        seen = await this.text();
        return matches(seen, match) ? seen : undefined;
      },
      timeoutMs,
    );
  }

  async type(text: string): Promise<void> {
    await this.focus();
    await this.page.keyboard.type(text);
  }

  async press(key: string): Promise<void> {
    await this.focus();
    await this.page.keyboard.press(key);
  }

  /** Types a line and sends it. */
  async enter(line: string): Promise<void> {
    await this.type(line);
    await this.page.keyboard.press('Enter');
  }

  private async focus(): Promise<void> {
    await this.waitForTerminal();
    await this.active.locator('.xterm-helper-textarea').focus();
  }

  /** The names of all terminals; there is a list of them only when there are two or more. */
  async names(): Promise<string[]> {
    const tabs = this.page.locator('.terminal-tabs-entry .label-name');
    return tabs.allInnerTexts();
  }
}
