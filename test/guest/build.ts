// Builds the test guest: a small Multiboot kernel laid out like a Barrelfish build directory.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cached, cacheDirectory, keyOf, keyOfFiles } from '../lab/cache.ts';
import { menuPath, ramDisk, rules } from './rules.ts';
import { makefile } from './makefile.ts';

export interface Guest {
  /** What Barrelfish's tools call the build directory: Makefile, hake/, platforms/, x86_64/sbin/. */
  readonly buildDirectory: string;
  /** The tree it is built from; SRCDIR in the Makefile. */
  readonly sourceDirectory: string;
}

const templates = join(import.meta.dirname, 'source');

export async function buildGuest(): Promise<Guest> {
  const root = join(cacheDirectory, 'guest');
  const builders = ['build.ts', 'rules.ts', 'makefile.ts'].map((name) => join(import.meta.dirname, name));
  const key = keyOf(
    root,
    await keyOfFiles(templates),
    await Promise.all(builders.map(async (path) => await readFile(path, 'utf8'))),
  );
  await cached({ directory: root, key, make });
  return guestIn(root);
}

function guestIn(root: string): Guest {
  return { buildDirectory: join(root, 'build'), sourceDirectory: join(root, 'source') };
}

async function make(root: string): Promise<void> {
  const { buildDirectory, sourceDirectory } = guestIn(root);
  // A copy, so that a test may edit the tree and build again.
  await cp(templates, sourceDirectory, { recursive: true });
  const files: Readonly<Record<string, string>> = {
    Makefile: makefile(sourceDirectory, rules),
    'hake/Config.hs': 'module Config where\n\narchitectures = [ "x86_64" ]\n',
    [ramDisk]: 'no archive: the test guest does not look inside\n',
  };
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(buildDirectory, path)), { recursive: true });
    await writeFile(join(buildDirectory, path), content);
  }
  for (const { target } of rules) await mkdir(dirname(join(buildDirectory, target)), { recursive: true });
  await mkdir(dirname(join(buildDirectory, menuPath)), { recursive: true });
  await cp(join(sourceDirectory, 'hake/menu.lst.x86_64'), join(buildDirectory, menuPath));
  // They are listed in an order in which each finds its inputs made.
  for (const rule of rules) await execute(rule.command(sourceDirectory), buildDirectory);
}

async function execute(argv: readonly string[], directory: string): Promise<void> {
  const [file, ...rest] = argv;
  if (file === undefined) throw new Error('An empty command');
  const child = spawn(file, rest, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${argv.join(' ')}\n${output}`);
}
