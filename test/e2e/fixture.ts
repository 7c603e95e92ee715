import path from 'node:path';
import { after, afterEach } from 'node:test';
import { temporaryDirectory } from '../temporary-directory.ts';
import { outputRoot } from '../vscode/paths.ts';
import { Workbench, type WorkbenchOptions } from '../vscode/workbench.ts';
import { installedExtension } from './install.ts';

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
    if (hasPassed(context)) return;
    const open = await workbench.record(path.join(outputRoot, 'e2e', context.name.replace(/[^\w-]+/g, '-')));
    console.log(`When "${context.name}" failed, the window had open: ${open}`);
  });
  after(() => workbench.close());
  return workbench;
}
