// Makes the VS Code server of the code-server package runnable: its run-time dependencies, without install scripts.
// Node-pty, ripgrep and the file watcher ship prebuilt binaries; two small native modules do not and get stand-ins.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { serverMain, serverRoot } from './paths.ts';

const standIns = ['spdlog', 'native-watchdog'] as const;
const standInFile = (name: string) => path.join(import.meta.dirname, 'stand-ins', `${name}.cjs`);

/** Changes whenever something that the set-up depends on does. */
function fingerprint(): string {
  const hash = createHash('sha256');
  for (const file of [path.join(serverRoot, 'npm-shrinkwrap.json'), ...standIns.map(standInFile)]) {
    hash.update(readFileSync(file));
  }
  return hash.digest('hex');
}

export async function setUpServer(): Promise<void> {
  if (!existsSync(serverMain)) throw new Error('The package code-server is not installed: run `npm ci` first.');
  const stamp = path.join(serverRoot, 'node_modules/.set-up');
  const wanted = fingerprint();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;

  // --legacy-peer-deps: the shrinkwrap leaves out a peer dependency, and `npm ci` would refuse it for that.
  const options = [
    '--omit=dev',
    '--ignore-scripts',
    '--legacy-peer-deps',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  const npm = spawn('npm', ['ci', ...options], { cwd: serverRoot, stdio: ['ignore', 'ignore', 'inherit'] });
  const [status] = (await once(npm, 'close')) as [number | null];
  if (status !== 0) {
    throw new Error(
      'npm could not install what the VS Code server needs. Is there a network, and does `npm ping` answer?',
    );
  }
  for (const name of standIns) {
    copyFileSync(standInFile(name), path.join(serverRoot, 'node_modules/@vscode', name, 'index.js'));
  }
  writeFileSync(stamp, wanted);
}

if (import.meta.main) {
  try {
    await setUpServer();
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
