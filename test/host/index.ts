// The entry point that the extension host calls: runs every suite beside it and writes what came of each test.
import { globSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import Mocha from 'mocha';
import type { HostResults, HostTestResult } from './results.ts';

const TEST_TIMEOUT_MS = 30_000;

export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'tdd', timeout: TEST_TIMEOUT_MS, reporter: 'spec', color: false });
  for (const file of globSync(path.join(__dirname, '*.test.cjs')).sort()) mocha.addFile(file);

  const tests: HostTestResult[] = [];
  const failures = await new Promise<number>((resolve) => {
    const runner = mocha.run(resolve);
    runner.on('pass', (test) => tests.push({ title: test.fullTitle(), outcome: 'passed', ms: test.duration ?? 0 }));
    runner.on('pending', (test) => tests.push({ title: test.fullTitle(), outcome: 'skipped', ms: 0 }));
    // A failed hook is reported here too, as a test of its own.
    runner.on('fail', (test, error: Error) => {
      tests.push({
        title: test.fullTitle(),
        outcome: 'failed',
        ms: test.duration ?? 0,
        error: error.stack ?? error.message,
      });
    });
  });

  const results: HostResults = { node: process.version, tests };
  const file = process.env['BARRELFISH_HOST_RESULTS'];
  if (file !== undefined) {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(results, undefined, 2));
  }
  if (failures > 0) throw new Error(`${String(failures)} failed`);
}
