import type { Locator, Page } from 'playwright-core';
import { moveMouseAway } from './mouse.ts';
import {
  clickFolded,
  clickOften,
  noteClick,
  readRows,
  type PageElement,
  type Rendered,
  type Row,
} from './row-elements.ts';
import { appears, buttonName, until } from './until.ts';

const CLICK_MS = 1000;
const BUTTON_MS = 45_000;

/** A label, an expression for label and description with a space between, or a condition. */
export type RowMatch = string | RegExp | ((row: Row) => boolean);

const CLICKED = 'globalThis.barrelfishClicked';

function matchesRow(row: Row, match: RowMatch): boolean {
  if (typeof match === 'function') return match(row);
  return typeof match === 'string' ? row.label === match : match.test(`${row.label} ${row.description}`.trim());
}

/** A list or tree of the workbench. It holds elements only for the rows in sight, so reading it may scroll. */
export class RowList {
  protected readonly page: Page;
  protected readonly scope: Locator;

  constructor(page: Page, scope: Locator) {
    this.page = page;
    this.scope = scope;
  }

  private get elements(): Locator {
    return this.scope.locator('.monaco-list-rows > .monaco-list-row');
  }

  private rendered(): Promise<Rendered> {
    return this.elements.evaluateAll(readRows);
  }

  /** False when the list was at that end already. */
  private async scroll(pixels: number): Promise<boolean> {
    const before = JSON.stringify((await this.rendered()).rows.map(({ index }) => index));
    await this.scope.locator('.monaco-list').first().hover();
    await this.page.mouse.wheel(0, pixels);
    try {
      await until(
        'the list to scroll',
        async () => JSON.stringify((await this.rendered()).rows.map(({ index }) => index)) !== before,
        500,
      );
      return true;
    } catch {
      return false;
    }
  }

  private async scrollToTop(): Promise<void> {
    while ((await this.rendered()).rows[0]?.index !== 0 && (await this.scroll(-1_000_000)));
  }

  private async pageHeight(): Promise<number> {
    const box = await this.scope.locator('.monaco-list').first().boundingBox();
    return Math.max(22, (box?.height ?? 0) - 44);
  }

  /** All rows, from the top. */
  async rows(): Promise<Row[]> {
    let current = await this.rendered();
    const atTop = current.rows[0] === undefined || current.rows[0].index === 0;
    if (atTop && current.complete) return [...current.rows];
    if (!atTop) {
      await this.scrollToTop();
      current = await this.rendered();
    }
    const byIndex = new Map<number, Row>();
    for (;;) {
      for (const row of current.rows) byIndex.set(row.index, row);
      if (current.complete || !(await this.scroll(await this.pageHeight()))) break;
      current = await this.rendered();
    }
    return [...byIndex.values()].sort((a, b) => a.index - b.index);
  }

  /** The first row that matches, scrolled into view; waits for it to appear. */
  async find(match: RowMatch, timeoutMs?: number): Promise<Row> {
    let seen: readonly Row[] = [];
    const describe = () =>
      `a row ${String(match)}; there were: ${seen.map(({ label, description }) => `${label} ${description}`.trim()).join(' | ')}`;
    return until(
      describe,
      async () => {
        const inSight = (await this.rendered()).rows.find((row) => matchesRow(row, match));
        if (inSight !== undefined) return inSight;
        seen = await this.rows();
        const row = seen.find((each) => matchesRow(each, match));
        if (row === undefined) return undefined;
        await this.scrollToTop();
        for (;;) {
          const now = (await this.rendered()).rows.find((each) => matchesRow(each, match));
          if (now !== undefined || !(await this.scroll(await this.pageHeight()))) return now;
        }
      },
      timeoutMs,
    );
  }

  /** Waits until all rows together satisfy a condition, and answers with them. */
  async waitFor(
    what: string,
    condition: (rows: readonly Row[]) => boolean,
    timeoutMs?: number,
  ): Promise<readonly Row[]> {
    let seen: readonly Row[] = [];
    const describe = () =>
      `${what}; there were: ${seen.map(({ label, description }) => `${label} ${description}`.trim()).join(' | ')}`;
    return until(
      describe,
      async () => {
        seen = await this.rows();
        return condition(seen) ? seen : undefined;
      },
      timeoutMs,
    );
  }

  /** The element of a row. Bound to its name, not to its place, which changes when rows come and go. */
  async element(match: RowMatch): Promise<Locator> {
    const { name } = await this.find(match);
    return this.scope.locator(`.monaco-list-row[aria-label=${JSON.stringify(name)}]`).first();
  }

  async click(match: RowMatch): Promise<void> {
    await (await this.element(match)).click();
  }

  async doubleClick(match: RowMatch): Promise<void> {
    await (await this.element(match)).dblclick();
  }

  async expand(match: RowMatch): Promise<void> {
    await this.toggle(match, true);
  }

  async collapse(match: RowMatch): Promise<void> {
    await this.toggle(match, false);
  }

  /** Unfolds all rows in sight within a few milliseconds, as nobody can by hand; VS Code has to be helped to bear it. */
  async expandAll(): Promise<void> {
    await until('all rows to be expanded', async () => {
      await this.elements.evaluateAll(clickFolded);
      return !(await this.rows()).some(({ expanded }) => expanded === false);
    });
  }

  private async toggle(match: RowMatch, expanded: boolean): Promise<void> {
    await until(`a row that can be ${expanded ? 'expanded' : 'collapsed'}`, async () => {
      const row = await this.find(match);
      if (row.expanded === expanded) return true;
      if (row.expanded !== undefined) await (await this.element(match)).locator('.monaco-tl-twistie').click();
      return (await this.find(match)).expanded === expanded;
    });
  }

  /** Moves onto a row from outside, when no tooltip of another row is in the way any more. */
  private async hoverAfresh(match: RowMatch): Promise<Locator> {
    const row = await this.element(match);
    await moveMouseAway(this.page);
    await row.hover({ timeout: CLICK_MS });
    return row;
  }

  /** The names of the buttons that a row shows while it is hovered over. */
  async inlineButtons(match: RowMatch): Promise<string[]> {
    // A row that changes, or moves, between being found and being hovered over is looked for again.
    const read = async (): Promise<string[] | undefined> => {
      const buttons = (await this.hoverAfresh(match)).getByRole('button');
      if (!(await appears(buttons.first()))) return undefined;
      return buttons.evaluateAll((all: PageElement[]) => all.map((button) => button.getAttribute('aria-label') ?? ''));
    };
    return until(`buttons of the row ${String(match)}`, () => read().catch(() => undefined), BUTTON_MS);
  }

  async pressInlineButton(match: RowMatch, name: string, clickCount = 1): Promise<void> {
    // A row that changes, or moves, between being found and being clicked is looked for again.
    const press = async (): Promise<boolean> => {
      const button = (await this.hoverAfresh(match)).getByRole('button', { name: buttonName(name) });
      if (!(await appears(button))) return false;
      await button.evaluate(noteClick);
      // What is awaited after a click may take too long although it was one: a second would be another press.
      await button.click({ timeout: CLICK_MS, clickCount }).catch(() => undefined);
      return this.page.evaluate<boolean>(CLICKED);
    };
    await until(`the button ${name} of the row ${String(match)}`, () => press().catch(() => false), BUTTON_MS);
  }

  /** Presses whichever of these buttons is there, faster than anybody can; answers with how often. */
  async pressInlineButtonsOften(names: string[], times: number): Promise<number> {
    return this.scope.evaluate(clickOften, { names, times });
  }

  async tooltip(match: RowMatch): Promise<string> {
    const row = await this.element(match);
    // A tooltip that is still open for another row would be read instead.
    await moveMouseAway(this.page);
    const tooltip = this.page.locator('.workbench-hover-container .hover-contents, .workbench-hover .hover-contents');
    await row.hover();
    return until(`the tooltip of the row ${String(match)}`, async () => {
      const text = (await tooltip.allInnerTexts()).join('\n');
      return text !== '' && !text.includes('Loading...') && text; // what it says is asked for when it opens
    });
  }
}
