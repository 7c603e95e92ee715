import type { Page } from 'playwright-core';
import { disappears, until } from './until.ts';

/** Moves the mouse to where nothing has a tooltip, and waits until none is shown. */
export async function moveMouseAway(page: Page): Promise<void> {
  const tooltip = page.locator('.workbench-hover').first();
  await until('the tooltip to go', async () => {
    await page.mouse.move(0, 0);
    if (await disappears(tooltip)) return true;
    // VS Code shows one half a second after the mouse came. If the mouse leaves in the last 200 ms of it, `HoverWidget`
    // forgets that it left (`suppressPendingMouseOut`), and the tooltip stays until the mouse has been on itself.
    const box = await tooltip.boundingBox();
    if (box) await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    return false;
  });
}
