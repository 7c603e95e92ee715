import type { Locator, Page } from 'playwright-core';
import { RowList } from './row-list.ts';
import { buttonName, matches, until } from './until.ts';
import { View } from './view.ts';

const START_TIMEOUT_MS = 30_000;

/** The view "Run and Debug", the floating toolbar and the debug console. */
export class Debugging {
  private readonly page: Page;
  readonly callStack: RowList;
  readonly variables: RowList;
  readonly breakpoints: RowList;
  readonly watch: RowList;

  constructor(page: Page) {
    this.page = page;
    this.callStack = new RowList(page, page.locator('.debug-call-stack'));
    this.variables = new RowList(page, page.locator('.debug-variables'));
    this.breakpoints = new RowList(page, page.locator('.debug-breakpoints'));
    this.watch = new RowList(page, page.locator('.debug-watch'));
  }

  private get toolbar(): Locator {
    return this.page.locator('.debug-toolbar');
  }

  async waitForStart(timeoutMs = START_TIMEOUT_MS): Promise<void> {
    await this.toolbar.waitFor({ timeout: timeoutMs });
  }

  async waitForEnd(timeoutMs = START_TIMEOUT_MS): Promise<void> {
    await this.toolbar.waitFor({ state: 'hidden', timeout: timeoutMs });
  }

  /** Waits until the program has stopped: it can be continued then. */
  async waitForStop(timeoutMs = START_TIMEOUT_MS): Promise<void> {
    await this.button('Continue').and(this.page.locator(':not(.disabled)')).waitFor({ timeout: timeoutMs });
  }

  async waitUntilRunning(timeoutMs = START_TIMEOUT_MS): Promise<void> {
    await this.button('Pause').and(this.page.locator(':not(.disabled)')).waitFor({ timeout: timeoutMs });
  }

  private button(name: string): Locator {
    return this.toolbar.getByRole('button', { name: buttonName(name) });
  }

  /** Continue, Pause, Step Over, Step Into, Step Out, Restart, Stop or Disconnect. */
  async press(name: string): Promise<void> {
    await this.button(name).and(this.page.locator(':not(.disabled)')).click();
  }

  /** From a stop that was none of a step; waits until the program has stopped again. */
  async stepOver(timeoutMs = START_TIMEOUT_MS): Promise<void> {
    await this.press('Step Over');
    // The toolbar is still that of a stopped program until VS Code has heard that it runs.
    const stepped = this.page.locator('.debug-pane').getByText('Paused on step', { exact: true });
    await stepped.filter({ visible: true }).first().waitFor({ timeout: timeoutMs });
  }

  /** A breakpoint at a function of that name, through the button of the view Breakpoints. */
  async addFunctionBreakpoint(name: string): Promise<void> {
    await this.add('Breakpoints', 'Add Function Breakpoint', '.debug-breakpoints', name);
    await this.breakpoints.find(name);
  }

  /** An expression that is shown with its value while the program is stopped. */
  async addWatch(expression: string): Promise<void> {
    await this.add('Watch', 'Add Expression', '.debug-watch', expression);
    await this.watch.find(expression);
  }

  private async add(title: string, button: string, list: string, text: string): Promise<void> {
    const view = new View(this.page, title);
    await view.setExpanded(true);
    await view.pressTitleButton(button);
    const input = this.page.locator(`${list} input`).and(this.page.locator(':not([type=checkbox])'));
    await input.fill(text);
    await input.press('Enter');
  }

  /** What the debug console shows. */
  async consoleText(): Promise<string> {
    const rows = await this.page.locator('.repl .monaco-list-row').allInnerTexts();
    return rows.map((row) => row.replaceAll('\u00a0', ' ').trim()).join('\n');
  }

  async waitForConsoleText(match: string | RegExp, timeoutMs?: number): Promise<string> {
    let seen = '';
    return until(
      () => `${String(match)} in the debug console, which showed:\n${seen}`,
      async () => {
        seen = await this.consoleText();
        return matches(seen, match) ? seen : undefined;
      },
      timeoutMs,
    );
  }

  /** Has the debug console evaluate an expression, or take a command of the debugger. */
  async evaluate(expression: string): Promise<void> {
    await this.page.locator('.repl-input-wrapper .monaco-editor').click();
    await this.page.keyboard.insertText(expression);
    await this.page.keyboard.press('Enter');
  }
}
