// What somebody does who writes a driver: with the keys, in an editor that has the keyboard.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { until } from '../vscode/until.ts';
import type { Workbench } from '../vscode/workbench.ts';

const PATIENCE_MS = 20_000;

export class Developer {
  readonly #workbench: Workbench;
  readonly #page: Page;
  readonly #root: string;

  constructor(workbench: Workbench, root: string) {
    this.#workbench = workbench;
    this.#page = workbench.page;
    this.#root = root;
  }

  get #editor(): Locator {
    return this.#page.locator('.part.editor .editor-group-container.active .editor-instance');
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.#page.keyboard.press(key);
  }

  async type(text: string): Promise<void> {
    await this.#page.keyboard.type(text, { delay: 15 });
  }

  async open(file: string): Promise<void> {
    if ((await this.#workbench.editor.title()) === path.basename(file)) return;
    await this.press('Control+P');
    await this.#workbench.quickInput.type(file);
    await until(`${file} to be offered`, async () => {
      const [first] = await this.#workbench.quickInput.items();
      return first?.label === path.basename(file);
    });
    await this.#workbench.quickInput.accept();
    await this.#workbench.editor.waitForTitle(path.basename(file));
    await this.#page.locator('.part.editor .monaco-editor.focused').waitFor();
  }

  /** Puts the cursor to the first of a text of a file as it is saved, so many characters behind where it begins. */
  async goTo(file: string, text: string, behind = 0): Promise<void> {
    await this.open(file);
    const content = readFileSync(path.join(this.#root, file), 'utf8');
    const index = content.indexOf(text);
    if (index < 0) throw new Error(`${file} has no ${text}`);
    const before = content.slice(0, index + behind).split('\n');
    await this.press('Control+G');
    const place = `${String(before.length)}:${String((before.at(-1) ?? '').length + 1)}`;
    await this.#workbench.quickInput.type(`:${place}`);
    await this.#workbench.quickInput.accept();
    await this.#workbench.quickInput.waitForClose();
    const [line, column] = place.split(':');
    await this.#workbench
      .statusBarItem(`Ln ${line ?? ''}, Col ${column ?? ''}`)
      .first()
      .waitFor();
  }

  /** Where the cursor is, as the status bar says it: `Ln 7, Col 15`. */
  async waitForPlace(title: string, place: string | RegExp): Promise<void> {
    await this.#workbench.editor.waitForTitle(title, PATIENCE_MS);
    await this.#workbench.statusBarItem(place).first().waitFor({ timeout: PATIENCE_MS });
  }

  /** The first answer may come before the tree has been read, and the mouse may rest on something that has a hover, too. */
  async hover(match: RegExp): Promise<string> {
    const contents = this.#page.locator('.monaco-hover:visible .hover-contents');
    let seen = '';
    return until(
      () => `a hover ${String(match)}; the last was: ${seen}`,
      async () => {
        await this.press('Control+K', 'Control+I');
        await contents
          .filter({ hasText: match })
          .first()
          .waitFor({ timeout: 2000 })
          .catch(() => undefined);
        seen = (await contents.allInnerTexts()).join('\n');
        return match.test(seen) ? seen : undefined;
      },
      PATIENCE_MS,
    );
  }

  get suggestions(): Locator {
    return this.#page.locator('.suggest-widget.visible .monaco-list-row');
  }

  /** Asks for suggestions, and waits for one. */
  async suggest(match: string): Promise<string[]> {
    let seen: string[] = [];
    return until(
      () => `the suggestion ${match}; there were: ${seen.join(', ')}`,
      async () => {
        if (seen.length === 0) await this.press('Control+Space');
        await this.suggestions
          .first()
          .waitFor({ timeout: 2000 })
          .catch(() => undefined);
        seen = await this.suggestions.locator('.label-name').allInnerTexts();
        return seen.includes(match) ? seen : undefined;
      },
      PATIENCE_MS,
    );
  }

  /** Takes the suggestion by the mouse. */
  async take(match: string): Promise<void> {
    await this.suggestions
      .filter({ has: this.#page.getByText(match, { exact: true }) })
      .first()
      .click();
    await this.#page.locator('.suggest-widget.visible').waitFor({ state: 'hidden' });
  }

  /** Offers what mends the problem at the cursor, and takes one of it. What happens elsewhere in the window closes the list. */
  async mend(title: string | RegExp): Promise<void> {
    const action = this.#page.locator('.action-widget .monaco-list-row.action', { hasText: title }).first();
    await until(
      `the quick fix ${String(title)}`,
      async () => {
        await this.press('Control+.');
        const isTaken = await action.click({ timeout: 2000 }).then(
          () => true,
          () => false,
        );
        if (!isTaken) await this.press('Escape');
        return isTaken;
      },
      PATIENCE_MS,
    );
  }

  /** Clicks a link with Control held, until its file is in front: a line that is drawn anew takes its click along. */
  async followLink(text: string, title: string): Promise<void> {
    const link = this.#page.locator('.detected-link', { hasText: text }).first();
    await until(
      `the link ${text} to be followed`,
      async () => {
        await link.click({ modifiers: ['Control'], timeout: 2000 }).catch(() => undefined);
        return this.#workbench.editor.waitForTitle(title, 2000).catch(() => undefined);
      },
      PATIENCE_MS,
    );
  }

  async rename(to: string): Promise<void> {
    const box = this.#page.locator('.rename-box input');
    await this.press('F2');
    await box.waitFor({ timeout: PATIENCE_MS });
    await box.fill(to);
    await box.press('Enter');
    await box.waitFor({ state: 'hidden' });
  }

  async save(file: string): Promise<string> {
    await this.press('Control+S');
    await this.#page.locator('.part.editor .editor-group-container.active .tab.active:not(.dirty)').waitFor();
    return readFileSync(path.join(this.#root, file), 'utf8');
  }

  /** What a peek shows: the files and lines of its list. */
  async peeked(): Promise<string[]> {
    const rows = this.#page.locator('.peekview-widget .ref-tree .monaco-list-row');
    await rows.first().waitFor({ timeout: PATIENCE_MS });
    return rows.allInnerTexts();
  }

  /** The names that "Go to Symbol in Editor" lists. */
  async symbols(): Promise<string[]> {
    await this.press('Control+Shift+O');
    const list = await until('symbols', async () => {
      const items = (await this.#workbench.quickInput.items()).map(({ label }) => label);
      return items.length > 1 ? items : undefined;
    });
    await this.#workbench.quickInput.cancel();
    return list;
  }

  /** Colours of the words in sight. */
  async colours(): Promise<number> {
    return until(
      'colours',
      async () => {
        const classes = await this.#editor
          .locator('.view-line span[class*=mtk]')
          .evaluateAll((spans: { className: string }[]) => spans.map(({ className }) => className));
        const different = new Set(classes).size;
        return different >= 4 ? different : undefined;
      },
      PATIENCE_MS,
    );
  }

  squiggle(severity: 'error' | 'warning'): Locator {
    return this.#editor.locator(`.squiggly-${severity}`);
  }
}
