// Runs the suite beside this file in the desktop VS Code: the one that VSCODE_EXECUTABLE names, or a fresh download.
import path from 'node:path';
import process from 'node:process';
import { runTests } from '@vscode/test-electron';
import { outputRoot, projectRoot } from '../vscode/paths.ts';

const executable = process.env['VSCODE_EXECUTABLE'];

try {
  process.exitCode = await runTests({
    ...(executable === undefined ? {} : { vscodeExecutablePath: executable }),
    extensionDevelopmentPath: projectRoot,
    extensionTestsPath: path.join(projectRoot, 'dist/test/host/index.cjs'),
    extensionTestsEnv: { BARRELFISH_HOST_RESULTS: path.join(outputRoot, 'desktop-results.json') },
    launchArgs: ['--disable-extensions', '--disable-workspace-trust'],
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.error('If VS Code could not be downloaded, set VSCODE_EXECUTABLE to the path of one that is installed.');
  process.exitCode = 1;
}
