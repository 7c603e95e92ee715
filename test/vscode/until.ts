import { setTimeout as delay } from 'node:timers/promises';
import type { Locator } from 'playwright-core';

const POLL_MS = 50;
// How long the workbench may take to react to a click before the click counts as lost.
const REACTION_MS = 500;

export const DEFAULT_TIMEOUT_MS = 15_000;

/** Asks again until the answer is neither undefined nor false. The name of what is awaited is for the error. */
export async function until<T>(
  awaited: string | (() => string),
  ask: () => Promise<T | undefined | false>,
  timeoutMs = DEFAULT_TIMEOUT_MS,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > deadline) {
      const what = typeof awaited === 'string' ? awaited : awaited();
      throw new Error(`Waited ${String(timeoutMs / 1000)} s in vain for ${what}.`);
    }
    await delay(POLL_MS);
  }
}

export function matches(text: string, match: string | RegExp): boolean {
  return typeof match === 'string' ? text.includes(match) : match.test(text);
}

/** The workbench appends a key binding to the accessible name of a button: `Stop (Shift+F5)`. */
export function buttonName(name: string): RegExp {
  return new RegExp(`^${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?: \\(.+\\))?$`);
}

export async function appears(locator: Locator): Promise<boolean> {
  return locator.waitFor({ timeout: REACTION_MS }).then(
    () => true,
    () => false,
  );
}

export async function disappears(locator: Locator): Promise<boolean> {
  return locator.waitFor({ state: 'hidden', timeout: REACTION_MS }).then(
    () => true,
    () => false,
  );
}
