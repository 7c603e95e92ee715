// gdb at a guest, told what the extension tells it, and then the lines of a script.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { abilitiesProbe, readAbilities } from '../../src/debug/gdb-abilities.ts';
import { sessionArguments, type SessionWish } from '../../src/debug/session-arguments.ts';
import type { Guest } from '../../src/guest/guest.ts';

export const script = path.resolve(import.meta.dirname, '../../src/debug/gdb/barrelfish.py');

/** Major number of the release of this machine's gdb. */
export async function gdbRelease(): Promise<number | undefined> {
  const [program, ...args] = abilitiesProbe('gdb', 'x86_64');
  return readAbilities(await promisify(execFile)(program, args)).version?.major;
}

/** A gdb that has been started: what it has said once it has ended. */
export interface Gdb {
  said: Promise<string>;
}

/** A command that fails ends the script, not what comes before it. */
export async function gdbAt(
  guest: Guest,
  wish: Omit<SessionWish, 'gdb' | 'socket' | 'symbols' | 'commands'>,
  lines: readonly string[],
): Promise<Gdb> {
  const directory = await mkdtemp(path.join(tmpdir(), 'gdb-'));
  const file = path.join(directory, 'script');
  await writeFile(file, lines.join('\n'));
  const socket = await guest.gdbSocket();
  const session = sessionArguments({ gdb: 'gdb', socket: socket.path, symbols: [], commands: [], ...wish });
  const commands = [
    ...session.preConnectCommands,
    `target remote ${session.target.parameters.join(' ')}`,
    ...session.initCommands,
    ...session.preRunCommands,
  ];
  const argv = [...session.gdbArguments, '--batch', ...commands.flatMap((each) => ['-ex', each]), '-x', file];
  const child = spawn(session.gdb, argv, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
  if (process.env['GDB_SHOW']) {
    child.stdout.pipe(process.stderr);
    child.stderr.pipe(process.stderr);
  }
  const ended = once(child, 'close');
  const said = Promise.all([text(child.stdout), text(child.stderr), ended]).then(async ([out, err]) => {
    await socket[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
    return out + err;
  });
  return { said };
}
