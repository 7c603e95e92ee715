import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { after, afterEach } from 'node:test';
import { atExit } from '../vscode/at-exit.ts';
import { outputRoot, serverMain } from '../vscode/paths.ts';
import { Workbench, type WorkbenchOptions } from '../vscode/workbench.ts';
import { packageFile } from './package.ts';

function temporaryDirectory(): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'barrelfish-'));
  atExit(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}

let extensionsDir: string | undefined;

/** A directory that holds the packaged extension, installed as a user would; one for all tests of a file. */
function installedExtension(): string {
  if (extensionsDir !== undefined) return extensionsDir;
  if (!existsSync(packageFile)) throw new Error('There is no package to install: run `npm run package` first.');
  const directory = temporaryDirectory();
  const installed = path.join(directory, 'extensions');
  const options = ['--extensions-dir', installed, '--server-data-dir', path.join(directory, 'data')];
  execFileSync(
    process.execPath,
    [serverMain, '--install-extension', packageFile, ...options, '--accept-server-license-terms'],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  extensionsDir = installed;
  return installed;
}

/** What Node tells of a test that has run; its types do not know all of it. */
function hasPassed(context: object): boolean {
  return 'passed' in context && context.passed === true;
}

/** An empty folder to open, removed at the end. */
export function emptyFolder(): string {
  return temporaryDirectory();
}

/**
 * Opens the workbench with the extension installed. It is closed after the tests of the file, and after each one that
 * fails leaves a picture and the logs in out/e2e.
 */
export async function openWorkbench(options: WorkbenchOptions = {}): Promise<Workbench> {
  const workbench = await Workbench.open({
    folder: emptyFolder(),
    ...options,
    extensionsDir: options.extensionsDir ?? installedExtension(),
  });
  afterEach(async (context) => {
    if (!hasPassed(context))
      await workbench.record(path.join(outputRoot, 'e2e', context.name.replace(/[^\w-]+/g, '-')));
  });
  after(() => workbench.close());
  return workbench;
}
