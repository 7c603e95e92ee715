import type { Locator, Page } from 'playwright-core';
import { Menu } from './menu.ts';
import { RowList, type RowMatch } from './row-list.ts';
import { appears, buttonName, until } from './until.ts';

/** A view with a tree, in the side bar. */
export class View extends RowList {
  readonly title: string;

  constructor(page: Page, title: string) {
    super(page, page.locator(`.pane:has(> .pane-header[aria-label=${JSON.stringify(`${title} Section`)}])`));
    this.title = title;
  }

  private get header(): Locator {
    return this.scope.locator('> .pane-header');
  }

  /** A view that is alone in its container shows its buttons in the container's title. */
  private titleButtons(name: RegExp): Locator {
    const inContainer = this.page.locator('.part.sidebar > .composite.title').getByRole('button', { name });
    return this.header.getByRole('button', { name }).or(inContainer).first();
  }

  async isVisible(): Promise<boolean> {
    return this.scope.isVisible();
  }

  async waitForView(): Promise<void> {
    await this.scope.waitFor();
  }

  /** Folds the view open or shut. */
  async setExpanded(expanded: boolean): Promise<void> {
    const wanted = this.header.and(this.page.locator(`[aria-expanded=${String(expanded)}]`));
    // A guest that starts unfolds its view by itself, which a click at that moment would undo.
    await until(`the view to be ${expanded ? 'expanded' : 'collapsed'}`, async () => {
      if ((await wanted.count()) > 0) return true;
      await this.header.click();
      return appears(wanted);
    });
  }

  async pressTitleButton(name: string): Promise<void> {
    await this.scope.hover();
    await this.titleButtons(buttonName(name)).click();
  }

  /** The menu behind the three dots of the title. */
  async openTitleMenu(): Promise<Menu> {
    await this.scope.hover();
    await this.titleButtons(/^(Views and )?More Actions/).click();
    return new Menu(this.page);
  }

  async openContextMenu(match: RowMatch): Promise<Menu> {
    await (await this.element(match)).click({ button: 'right' });
    return new Menu(this.page);
  }

  async chooseFromContextMenu(match: RowMatch, ...path: readonly string[]): Promise<void> {
    await (await this.openContextMenu(match)).choose(...path);
  }

  private get welcome(): Locator {
    return this.scope.locator('.welcome-view-content');
  }

  /** The text shown in place of an empty tree. */
  async welcomeText(): Promise<string> {
    const content = this.welcome.filter({ hasText: /./ });
    await content.waitFor();
    return content.innerText();
  }

  async pressWelcomeButton(name: string): Promise<void> {
    const button = this.welcome.getByRole('button', { name, exact: true });
    await button.or(this.welcome.getByRole('link', { name, exact: true })).click();
  }

  /** The line of text that an extension can put above a tree. */
  async message(): Promise<string> {
    return this.scope.locator('.tree-explorer-viewlet-tree-view > .message').innerText();
  }
}
