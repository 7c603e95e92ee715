// Builds the test guest: a small Multiboot kernel laid out like a Barrelfish build directory.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { cached, cacheDirectory, keyOf, keyOfFiles } from '../lab/cache.ts';
import { rules } from './rules.ts';
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
    Makefile: makefile(rules),
    'hake/Config.hs': 'module Config where\n\narchitectures = [ "x86_64" ]\n',
  };
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(buildDirectory, path)), { recursive: true });
    await writeFile(join(buildDirectory, path), content);
  }
  await execute(['make', `-j${String(availableParallelism())}`, 'X86_64_Basic'], buildDirectory);
}

/** A copy of tree and build directory, for a test that changes them; make finds nothing to do in it. */
export async function copyOfGuest(root: string): Promise<Guest> {
  await buildGuest();
  await cp(join(cacheDirectory, 'guest'), root, { recursive: true, preserveTimestamps: true });
  return guestIn(root);
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
