// What gdb can tell of Barrelfish without a machine.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { sessionArguments } from '../../src/debug/session-arguments.ts';
import { buildGuest } from '../guest/build.ts';
import { script } from './gdb.ts';

const { buildDirectory, sourceDirectory } = await buildGuest();
const program = (name: string): string => path.join(buildDirectory, 'x86_64/sbin', name);
let directory: string;

before(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'gdb '));
});
after(async () => {
  await rm(directory, { recursive: true, force: true });
});

/** gdb with our own arguments, and then these commands; a failing one ends nothing. */
async function gdb(...commands: string[]): Promise<string> {
  const { gdbArguments } = sessionArguments({ gdb: 'gdb', socket: '', symbols: [], commands: [] });
  const all = ['set width 0', `source ${script}`, ...commands].flatMap((each) => ['-ex', each]);
  const { stdout, stderr } = await promisify(execFile)('gdb', [...gdbArguments, '--batch', ...all], { cwd: directory });
  return stdout + stderr;
}

test('an error value is its whole stack by name: from debug information, else from errno.fugu, else by number', async () => {
  const value = 'barrelfish errval (5 << 10) | 7';
  assert.deepEqual(JSON.parse(await gdb(value)), [
    { number: 7, name: null, text: null },
    { number: 5, name: null, text: null },
  ]);
  const fugu = path.join(directory, 'errno "1".fugu');
  await writeFile(
    fugu,
    `/* a { */ errors a A_ { default success OK "ok", failure ONE "one // \\"1\\"", };
    // errors x X_ { failure NO "no" }
    errors b B_ { FAILURE TWO "two", success FINE "fine", failure BROKEN`,
  );
  const quoted = `"${fugu.replaceAll('"', String.raw`\"`)}"`;
  assert.deepEqual(
    JSON.parse(await gdb(`barrelfish errors ${quoted}`, 'barrelfish errval (2 << 20) | (1 << 10) | 3')),
    [
      { number: 3, name: 'B_TWO', text: 'two' },
      { number: 1, name: 'B_FINE', text: 'fine' },
      { number: 2, name: 'A_ONE', text: 'one // "1"' },
    ],
  );
  const all = await gdb(
    `file ${program('e1000n.full')}`,
    `barrelfish errors ${sourceDirectory}/errors/errno.fugu`,
    value,
  );
  assert.deepEqual(
    (JSON.parse(all.trim().split('\n').at(-1) ?? '') as { name: string }[]).map(({ name }) => name),
    ['DRIVER_ERR_NO_ANSWER', 'SYS_ERR_NOT_BUILT_IN'],
  );
});

test('structures are shown by what they mean', async () => {
  const said = await gdb(
    `file ${program('e1000n.full')}`,
    'print cap_root',
    'print cap_dispatcher',
    'print default_waitset',
    'print (errval_t)0',
    'print (errval_t)(1023)',
  );
  assert.match(said, /\$1 = NULL_CAP/);
  assert.match(said, /\$2 = slot 3 of cnode 0x100 \(other\) below root cnode 0x80000000/);
  assert.match(said, /\$3 = waitset: 0 pending, 0 polled, 0 idle, 0 waiting/);
  assert.match(said, /\$4 = 0x0 SYS_ERR_OK/);
  assert.match(said, /\$5 = 0x3ff 1023/);
});

test('what is wrong is one line, and nothing fails by it', async () => {
  const damaged = path.join(directory, 'damaged');
  await writeFile(damaged, Buffer.from('7f454c4602010100', 'hex'));
  const said = await gdb(
    'barrelfish kernel /no/such/file',
    `barrelfish kernel "${damaged}"`,
    'barrelfish kernel',
    'barrelfish debug init /etc/passwd',
    'barrelfish errors /no/such/file',
    'barrelfish errval no_such_variable',
    'barrelfish walk',
    'barrelfish current',
    'barrelfish walk 0x1000',
    'barrelfish running 12x',
    'echo still here',
  );
  const lines = said.replace('still here', '').trim().split('\n');
  assert.equal(lines.length, 10, said);
  for (const line of lines) assert.match(line, /^Barrelfish: /);
  assert.ok(said.includes('still here'));
});

test('a program without symbols or debug information is said to be one', async () => {
  assert.match(await gdb(`barrelfish loader ${program('fish')}`), /fish has no start_64/);
});

test('a .gdbinit and scripts that lie in the directory are not run', async () => {
  await writeFile(path.join(directory, '.gdbinit'), 'echo HOSTILE\\n');
  await writeFile(path.join(directory, 'gdb-gdb.py'), 'print("HOSTILE")');
  assert.doesNotMatch(await gdb('echo done'), /HOSTILE/);
});
