import type { Locator, Page } from 'playwright-core';
import { matches, until } from './until.ts';

interface LineElement {
  readonly textContent: string | null;
  readonly style: { readonly top: string };
}

/** Lines are elements with a place of their own, in no order. */
function readLines(elements: LineElement[]): string[] {
  const line = (element: LineElement) => ({ top: parseFloat(element.style.top), text: element.textContent ?? '' });
  return elements
    .map(line)
    .sort((a, b) => a.top - b.top)
    .map(({ text }) => text.replaceAll('\u00a0', ' ').trimEnd());
}

/** A text that the workbench shows in one of its parts. Only the lines in sight can be read. */
export class ShownText {
  private readonly part: Locator;
  private readonly name: string;

  constructor(part: Locator, name: string) {
    this.part = part;
    this.name = name;
  }

  async text(): Promise<string> {
    return (await this.part.locator('.view-lines > .view-line').evaluateAll(readLines)).join('\n');
  }

  async waitForText(match: string | RegExp, timeoutMs?: number): Promise<string> {
    let seen = '';
    return until(
      () => `${String(match)} in ${this.name}, which showed:\n${seen}`,
      async () => {
        seen = await this.text();
        return matches(seen, match) ? seen : undefined;
      },
      timeoutMs,
    );
  }
}

/** The editor that is in front. */
export class Editor extends ShownText {
  private readonly page: Page;

  constructor(page: Page) {
    super(page.locator('.part.editor .editor-group-container.active .editor-instance'), 'the editor');
    this.page = page;
  }

  /** The title of the tab in front, or undefined when no editor is open. */
  async title(): Promise<string | undefined> {
    const tab = this.page.locator(
      '.part.editor .editor-group-container.active .tab.active .monaco-icon-label-container',
    );
    return (await tab.count()) > 0 ? ((await tab.first().textContent()) ?? undefined) : undefined;
  }

  async waitForTitle(match: string | RegExp, timeoutMs?: number): Promise<string> {
    let seen: string | undefined;
    return until(
      () => `an editor ${String(match)}; in front was ${seen ?? 'none'}`,
      async () => {
        seen = await this.title();
        return seen !== undefined && matches(seen, match) ? seen : undefined;
      },
      timeoutMs,
    );
  }

  /** The whole document, by way of the clipboard. */
  async wholeText(): Promise<string> {
    await this.page.locator('.part.editor .editor-group-container.active .editor-instance .view-lines').first().click();
    await this.page.keyboard.press('Control+A');
    await this.page.keyboard.press('Control+C');
    await this.page.keyboard.press('ArrowLeft');
    return readClipboard(this.page);
  }
}

export async function readClipboard(page: Page): Promise<string> {
  return page.evaluate<string>('navigator.clipboard.readText()');
}
