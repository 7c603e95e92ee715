import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { atExit } from './vscode/at-exit.ts';

/** Removed when the process ends, however it does; what still runs in it has to be ended by what is registered later. */
export function temporaryDirectory(prefix = 'barrelfish-'): string {
  const directory = mkdtempSync(path.join(tmpdir(), prefix));
  atExit(() => {
    // What has just been ended may still write.
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  });
  return directory;
}
