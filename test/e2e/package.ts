import path from 'node:path';
import { packaged, runChild } from '../child.ts';
import { outputRoot } from '../vscode/paths.ts';

export const packageFile = path.join(outputRoot, 'barrelfish.vsix');

/** Builds what users install. Dependencies are bundled already. */
export async function packageExtension(): Promise<void> {
  const command = [
    packaged('vsce'),
    'package',
    '--no-dependencies',
    '--allow-missing-repository',
    '--no-rewrite-relative-links',
    '--out',
    packageFile,
  ];
  const { status, output } = await runChild(command, { quiet: true });
  if (status !== 0) throw new Error(`The extension could not be packaged:\n${output}`);
}
