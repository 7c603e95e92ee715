import process from 'node:process';
import { chromium, type Browser, type Page } from 'playwright-core';
import { temporaryDirectory } from '../temporary-directory.ts';

export interface BrowserOptions {
  readonly width?: number;
  readonly height?: number;
  /** Device pixels per CSS pixel: 2 gives screenshots for a page on a dense display. */
  readonly deviceScaleFactor?: number;
  /** Shows the window, for looking on while a test runs. */
  readonly headed?: boolean;
}

const flags = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-dev-shm-usage',
  '--disable-gpu',
  '--disable-quic',
  '--disable-sync',
  '--no-first-run',
];

/** A system package names it differently from one distribution to the next; `CHROMIUM` overrules. */
export function chromiumPath(): string {
  return process.env['CHROMIUM'] ?? '/usr/bin/chromium';
}

export async function openBrowser(options: BrowserOptions = {}): Promise<{ browser: Browser; page: Page }> {
  const browser = await chromium.launch({
    executablePath: chromiumPath(),
    headless: options.headed !== true,
    // Chromium's sandbox refuses to run as root.
    args: process.getuid?.() === 0 ? [...flags, '--no-sandbox'] : flags,
    // Signals are dealt with in one place: at-exit.ts. At exit Playwright ends the browser by itself.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
    // Killed, it leaves its lock behind.
    env: { ...process.env, TMPDIR: temporaryDirectory() },
  });
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1280, height: options.height ?? 800 },
    deviceScaleFactor: options.deviceScaleFactor ?? 1,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  return { browser, page: await context.newPage() };
}
