// Runs the suite beside this file inside a real extension host, and writes what came of it to out/host-results.json.
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { atExit } from '../vscode/at-exit.ts';
import { openBrowser } from '../vscode/browser.ts';
import { outputRoot, projectRoot } from '../vscode/paths.ts';
import { startServer, workbenchUrl } from '../vscode/server.ts';
import type { HostResults, HostTestResult } from './results.ts';

const SUITE_TIMEOUT_MS = 5 * 60_000;

/** What the window and the suite print: a lot, and of interest only when something is wrong. */
const logFile = path.join(outputRoot, 'host.log');

async function runSuite(resultsFile: string, folder: string): Promise<void> {
  const server = await startServer({ inHost: true, env: { BARRELFISH_HOST_RESULTS: resultsFile } });
  try {
    const { browser, page } = await openBrowser();
    try {
      // The workbench calls these two when it was started to run a suite.
      const finished = Promise.withResolvers<undefined>();
      await page.exposeFunction('codeAutomationExit', () => {
        finished.resolve(undefined);
      });
      await page.exposeFunction('codeAutomationLog', (_type: string, parts: unknown[]) => {
        appendFileSync(logFile, `${parts.map(String).join(' ')}\n`);
      });
      const timer = setTimeout(() => {
        finished.reject(new Error(`The suite did not finish within ${String(SUITE_TIMEOUT_MS / 1000)} s.`));
      }, SUITE_TIMEOUT_MS);
      try {
        await page.goto(
          workbenchUrl(server.port, {
            folder,
            extensionDevelopmentPath: projectRoot,
            extensionTestsPath: path.join(projectRoot, 'dist/test/host/index.cjs'),
          }),
        );
        await finished.promise;
      } catch (error) {
        await page.screenshot({ path: path.join(outputRoot, 'host-failure.png') });
        throw error;
      } finally {
        clearTimeout(timer);
      }
    } finally {
      await browser.close();
    }
  } finally {
    await server.stop();
  }
}

function show({ title, outcome, ms, error }: HostTestResult): void {
  const sign = { passed: '✔', failed: '✖', skipped: '﹣' }[outcome];
  console.log(`${sign} ${title} (${String(ms)} ms)`);
  if (error !== undefined) console.log(error.replace(/^/gm, '    '));
}

mkdirSync(outputRoot, { recursive: true });
writeFileSync(logFile, '');
const resultsFile = path.join(outputRoot, 'host-results.json');
rmSync(resultsFile, { force: true });
const folder = mkdtempSync(path.join(tmpdir(), 'barrelfish-folder-'));
atExit(() => {
  rmSync(folder, { recursive: true, force: true });
});
await runSuite(resultsFile, folder);
if (!existsSync(resultsFile)) throw new Error(`The suite left no results. What the window said is in ${logFile}.`);
const results = JSON.parse(readFileSync(resultsFile, 'utf8')) as HostResults;
for (const result of results.tests) show(result);
if (results.tests.some(({ outcome }) => outcome === 'failed')) process.exitCode = 1;
