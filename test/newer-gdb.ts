// A gdb that speaks the Debug Adapter Protocol itself: the machine's own, or one of Debian's that is unpacked, not installed.

import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { abilitiesProbe, readAbilities } from '../src/debug/gdb-abilities.ts';
import { runsEngine } from '../src/debug/engines.ts';
import { cacheDirectory, cached, keyOf } from './lab/cache.ts';

const run = promisify(execFile);

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const SOURCE = `deb [signed-by=${KEYRING}] http://deb.debian.org/debian trixie main\n`;

/** The gdb, or why there is none. */
export type NewerGdb = { gdb: string } | { missing: string };

export async function newerGdb(): Promise<NewerGdb> {
  if (await speaks('gdb')) return { gdb: 'gdb' };
  const directory = path.join(cacheDirectory, 'newer-gdb');
  try {
    await cached({ directory, key: keyOf(directory, SOURCE, await readFile(import.meta.filename, 'utf8')), make });
  } catch (error) {
    return { missing: `no gdb 15 or newer: ${error instanceof Error ? error.message : String(error)}` };
  }
  const gdb = path.join(directory, 'gdb');
  return (await speaks(gdb)) ? { gdb } : { missing: `${gdb} does not run` };
}

async function speaks(program: string): Promise<boolean> {
  const [file, ...args] = abilitiesProbe(program, 'x86_64');
  try {
    return runsEngine('gdb', readAbilities(await run(file, args)));
  } catch {
    return false;
  }
}

/** apt finds out what gdb needs on a machine that has nothing, and checks what it gets; this machine's own lists stay. */
async function make(directory: string): Promise<void> {
  const apt = path.join(directory, 'apt');
  for (const each of ['state/lists/partial', 'cache/archives/partial'])
    await mkdir(path.join(apt, each), { recursive: true });
  await writeFile(path.join(apt, 'sources.list'), SOURCE);
  await writeFile(path.join(apt, 'status'), '');
  const options = [
    `Dir::State=${apt}/state`,
    `Dir::State::status=${apt}/status`,
    `Dir::Cache=${apt}/cache`,
    `Dir::Etc::sourcelist=${apt}/sources.list`,
    'Dir::Etc::sourceparts=-',
    'Acquire::Languages=none',
    'APT::Update::Error-Mode=any', // else lists that can't be had are a warning alone
    'Debug::NoLocking=true',
  ].flatMap((each) => ['-o', each]);
  await run('apt-get', [...options, '-qq', 'update']);
  await run('apt-get', [...options, '-qq', '--yes', '--download-only', '--no-install-recommends', 'install', 'gdb']);
  const root = path.join(directory, 'root');
  for (const each of globSync(path.join(apt, 'cache/archives/*.deb'))) await run('dpkg-deb', ['-x', each, root]);
  await rm(apt, { recursive: true });
  await writeFile(path.join(directory, 'gdb'), starter(root));
  await chmod(path.join(directory, 'gdb'), 0o755);
}

/** With the libraries, the Python and the own files of what was unpacked. */
function starter(root: string): string {
  // The loader has another name on each architecture.
  const [loader] = globSync('usr/lib{,64}/ld-linux*', { cwd: root });
  const [libc] = globSync('usr/lib/*/libc.so.6', { cwd: root });
  if (loader === undefined || libc === undefined) throw new Error('The packages of gdb have no libc');
  const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
  const words = [
    ...[path.join(root, loader), '--library-path', path.join(root, path.dirname(libc)), path.join(root, 'usr/bin/gdb')],
    ...['--data-directory', path.join(root, 'usr/share/gdb')],
  ];
  return `#!/bin/sh\nPYTHONHOME=${quoted(path.join(root, 'usr'))} exec ${words.map(quoted).join(' ')} "$@"\n`;
}
