import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { temporaryDirectory } from '../temporary-directory.ts';
import { serverMain } from '../vscode/paths.ts';
import { packageFile } from './package.ts';

let extensionsDir: string | undefined;

/** A directory that holds the packaged extension, installed as a user would; one for all that a process opens. */
export function installedExtension(): string {
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
