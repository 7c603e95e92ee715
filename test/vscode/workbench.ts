import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { openBrowser, type BrowserOptions } from './browser.ts';
import { Debugging } from './debugging.ts';
import { Editor, readClipboard, ShownText } from './editor.ts';
import { Dialog, Notifications } from './messages.ts';
import { moveMouseAway } from './mouse.ts';
import { QuickInput } from './quick-input.ts';
import {
  startServer,
  workbenchUrl,
  type PageAddress,
  type Server,
  type ServerOptions,
  type Settings,
} from './server.ts';
import { Terminal } from './terminal.ts';
import { appears, DEFAULT_TIMEOUT_MS, until } from './until.ts';
import { View } from './view.ts';

// The first page of a fresh server on two cores.
const LOAD_TIMEOUT_MS = 60_000;

/** The four kinds of colour theme, each with the theme that the workbench has for it. */
const colorThemes = {
  light: { name: 'Light 2026', label: 'Light 2026', className: 'vs' },
  dark: { name: 'Dark 2026', label: 'Dark 2026', className: 'vs-dark' },
  'high-contrast-dark': { name: 'Default High Contrast', label: 'Dark High Contrast', className: 'hc-black' },
  'high-contrast-light': { name: 'Default High Contrast Light', label: 'Light High Contrast', className: 'hc-light' },
} as const;

export type ColorTheme = keyof typeof colorThemes;

export interface WorkbenchOptions extends ServerOptions, PageAddress, BrowserOptions {
  readonly colorTheme?: ColorTheme;
}

/** A workbench in a browser, driven as a person does: by what it shows. */
export class Workbench {
  readonly page: Page;
  readonly server: Server;
  readonly quickInput: QuickInput;
  readonly dialog: Dialog;
  readonly notifications: Notifications;
  readonly terminal: Terminal;
  readonly debugging: Debugging;
  readonly editor: Editor;
  /** The output channel that is in front. */
  readonly output: ShownText;
  private readonly browser: Browser;
  private readonly consoleLines: string[] = [];

  private constructor(server: Server, browser: Browser, page: Page) {
    this.server = server;
    this.browser = browser;
    this.page = page;
    this.quickInput = new QuickInput(page);
    this.dialog = new Dialog(page);
    this.notifications = new Notifications(page);
    this.terminal = new Terminal(page);
    this.debugging = new Debugging(page);
    this.editor = new Editor(page);
    this.output = new ShownText(
      page.locator('.part.panel .output-view-container, .part.panel .output-view'),
      'the output',
    );
    page.setDefaultTimeout(DEFAULT_TIMEOUT_MS);
    page.on('console', (message) => this.consoleLines.push(message.text()));
  }

  /** Starts a server, opens a browser and waits until the workbench is there. */
  static async open(options: WorkbenchOptions = {}): Promise<Workbench> {
    const theme =
      options.colorTheme === undefined ? {} : { 'workbench.colorTheme': colorThemes[options.colorTheme].name };
    const server = await startServer({ ...options, settings: { ...theme, ...options.settings } });
    try {
      const { browser, page } = await openBrowser(options);
      try {
        const workbench = new Workbench(server, browser, page);
        await page.goto(workbenchUrl(server.port, options), { timeout: LOAD_TIMEOUT_MS });
        await workbench.waitUntilLoaded();
        return workbench;
      } catch (error) {
        await browser.close();
        throw error;
      }
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  private async waitUntilLoaded(): Promise<void> {
    // Comes with the extensions of the server, after everything else.
    await this.page.locator('.monaco-workbench .statusbar').waitFor({ timeout: LOAD_TIMEOUT_MS });
    await this.container('Explorer').waitFor({ timeout: LOAD_TIMEOUT_MS });
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.server.stop();
  }

  /** Loads the page anew: the extension host ends and another starts, as for "Developer: Reload Window". */
  async reload(): Promise<void> {
    await this.page.reload({ timeout: LOAD_TIMEOUT_MS });
    await this.waitUntilLoaded();
  }

  /** Goes on in a new window, of which the old one's extension host hears nothing: it waits for the old one to come back. */
  async reloadWithoutAWord(): Promise<void> {
    await this.page.evaluate('WebSocket.prototype.send = () => {}');
    await this.reload();
  }

  private container(name: string): Locator {
    return this.page
      .locator('.part.activitybar')
      .getByRole('tab', { name: new RegExp(`^${name}( \\(.*\\))?( - .*)?$`) });
  }

  /** The names of all that the activity bar shows. */
  async containers(): Promise<string[]> {
    const tabs = this.page.locator('.part.activitybar').getByRole('tab');
    return tabs
      .locator('> .action-label')
      .evaluateAll((labels: { getAttribute(name: string): string | null }[]) =>
        labels.map((label) => (label.getAttribute('aria-label') ?? '').replace(/ \(.*\)$/, '')),
      );
  }

  /** Shows a container of the activity bar in the side bar. */
  async openContainer(name: string): Promise<void> {
    const tab = this.container(name);
    await tab.waitFor({ timeout: LOAD_TIMEOUT_MS });
    const shown = this.page.locator('.part.activitybar [role=tab][aria-selected=true]').and(tab);
    // A click on a container that is shown hides it, and a page that has only just loaded may be about to show it.
    await until(`the container ${name} to show`, async () => {
      if ((await shown.count()) === 0) await tab.click();
      return appears(shown);
    });
  }

  view(title: string): View {
    return new View(this.page, title);
  }

  /** Runs a command by its full title, category included. */
  async run(title: string): Promise<void> {
    await this.quickInput.runCommand(title);
  }

  /** Opens a file of the folder, at a line counted from 1. */
  async openFile(name: string, line?: number): Promise<void> {
    await this.quickInput.openWith('Control+P', line === undefined ? name : `${name}:${String(line)}`);
    await this.quickInput.choose(path.basename(name));
    await this.editor.waitForTitle(path.basename(name));
    // A terminal that had the keyboard may keep it, and would take the keys that are meant for the editor.
    const focused = this.page.locator('.part.editor .monaco-editor.focused');
    if (!(await appears(focused))) await this.run('View: Focus Active Editor Group');
    await focused.waitFor();
  }

  /** Items of the status bar that contain a text. */
  statusBarItem(match: string | RegExp): Locator {
    return this.page.locator('.statusbar-item').filter({ hasText: match });
  }

  /** Changes user settings and loads the page anew. */
  async useSettings(settings: Settings): Promise<void> {
    this.server.writeSettings(settings);
    await this.reload();
  }

  async clipboard(): Promise<string> {
    return readClipboard(this.page);
  }

  async useColorTheme(theme: ColorTheme): Promise<void> {
    const { label, className } = colorThemes[theme];
    await this.run('Preferences: Color Theme');
    await this.quickInput.waitFor('Select Color Theme');
    await this.quickInput.type(label);
    await this.quickInput.choose(label);
    await this.page.locator(`.monaco-workbench.${className}`).waitFor();
  }

  async resize(width: number, height: number): Promise<void> {
    await this.page.setViewportSize({ width, height });
  }

  /** Drags the edge of the side bar. */
  async setSideBarWidth(width: number): Promise<void> {
    const sideBar = this.page.locator('.part.sidebar');
    const box = await sideBar.boundingBox();
    if (box === null) throw new Error('The side bar is hidden.');
    const edge = box.x + box.width;
    const middle = box.y + box.height / 2;
    await this.page.mouse.move(edge + 1, middle);
    await this.page.mouse.down();
    await this.page.mouse.move(edge + 1 + width - box.width, middle, { steps: 5 });
    await this.page.mouse.up();
    await until(`a side bar of ${String(width)} pixels`, async () => {
      const now = await sideBar.boundingBox();
      return now !== null && Math.abs(now.width - width) <= 4;
    });
  }

  async screenshot(file: string): Promise<void> {
    mkdirSync(path.dirname(file), { recursive: true });
    await moveMouseAway(this.page); // no tooltip is in the picture
    await this.page.screenshot({ path: file });
  }

  /** For finding out why a test failed: a picture, and what server and page have said. Answers with what is open. */
  async record(directory: string): Promise<string> {
    mkdirSync(directory, { recursive: true });
    writeFileSync(path.join(directory, 'server.log'), this.server.log());
    writeFileSync(path.join(directory, 'page.log'), this.consoleLines.join('\n'));
    await this.page.screenshot({ path: path.join(directory, 'window.png') });
    const open = this.page
      .locator('.monaco-dialog-box, .quick-input-widget, .notification-toast, .workbench-hover')
      .filter({ visible: true });
    return (await open.allInnerTexts()).map((text) => text.replaceAll(/\s*\n\s*/g, ' | ')).join('\n') || 'nothing';
  }
}
