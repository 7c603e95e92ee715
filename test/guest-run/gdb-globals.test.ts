// Globals of one name: each core's kernel has its own, and so has a program.

import assert from 'node:assert/strict';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { afterEach, test } from 'node:test';
import { sessionArguments } from '../../src/debug/session-arguments.ts';
import { limit, spec, start, state, textUntil } from './emulated.ts';
import { gdbAt } from './gdb.ts';
import { debugged, known, program } from './gdb-guest.ts';

const left = async (): Promise<string[]> =>
  (await readdir(state)).filter((each) => each.startsWith('barrelfish-symbols-'));

test('a global is that of the core, or of the program, that is looked at', { timeout: 120_000 }, async () => {
  const guest = await start({}, { ...spec, cores: 2, paused: true });
  const barrelfish = { ...known, loader: program('elver'), debugged: debugged('monitor') };
  const look = ['continue', 'barrelfish settle'];
  const gdb = await gdbAt(guest, { barrelfish }, [
    ...['barrelfish settle', 'break kernel_startup', 'break monitor.c:work'],
    ...[...look, 'bt 1', 'print (int)my_core_id'],
    ...[...look, 'bt 1', 'print (int)my_core_id', 'print &my_core_id', 'info symbol &my_core_id'],
    // Stepping, locals and pointers to globals are those of the core too.
    ...['print (int)glbl_core_data->dst_core_id'],
    ...['delete 1', ...look, 'bt 1', 'print (int)my_core_id', 'print monitor.core'],
    ...['delete', 'detach'],
  ]);
  await textUntil(guest, '\n> ');
  await guest.serial.write('turn\r');
  const said = await gdb.said;
  const frames = [...said.matchAll(/^#0 +(?:0x\w+ in )?(\w+) \(/gm)].map(([, name]) => name);
  assert.deepEqual(frames, ['kernel_startup', 'kernel_startup', 'work'], said);
  const [first, second, place, data, inMonitor] = [...said.matchAll(/^\$\d+ = (.*)$/gm)].map(([, value]) => value);
  assert.deepEqual([first, second, data, inMonitor], ['0', '1', '1', '77'], said);
  assert.match(place ?? '', /0x[0-9a-f]+ <my_core_id> /);
  assert.match(said, /^my_core_id in section /m);
  assert.doesNotMatch(said, /^Barrelfish: /m);
  assert.deepEqual(await left(), []);
});

const gdbs = new Set<ChildProcessWithoutNullStreams>();
afterEach(async () => {
  for (const gdb of gdbs) {
    gdb.kill('SIGKILL');
    if (gdb.exitCode === null && gdb.signalCode === null) await once(gdb, 'close');
  }
  gdbs.clear();
});

/** A gdb that knows the CPU driver, and waits; and what it has said until then. */
async function waiting(...limits: string[]): Promise<{ gdb: ChildProcessWithoutNullStreams; said: string }> {
  const wish = { gdb: 'gdb', socket: '', symbols: [], commands: [], barrelfish: known };
  const { gdbArguments, preConnectCommands } = sessionArguments(wish);
  const commands = [...preConnectCommands, 'echo ready\\n'];
  const argv = ['gdb', ...gdbArguments, ...commands.flatMap((each) => ['-ex', each])];
  const gdb = spawn('prlimit', [...limits, ...argv]);
  gdbs.add(gdb);
  let said = '';
  const ready = Promise.withResolvers<undefined>();
  for (const stream of [gdb.stdout, gdb.stderr])
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('ready\n')) ready.resolve(undefined);
    });
  await ready.promise;
  return { gdb, said };
}

async function quit(gdb: ChildProcessWithoutNullStreams): Promise<void> {
  const ended = once(gdb, 'exit');
  gdb.stdin.end('quit\n');
  await ended;
}

test('what a gdb that was killed has left is tidied away by the next, and what one holds is not', limit, async () => {
  const { gdb: killed } = await waiting();
  const [first] = await left();
  assert.ok(first);
  const gone = once(killed, 'exit');
  killed.kill('SIGKILL');
  await gone;
  assert.deepEqual(await left(), [first]);
  const { gdb: living } = await waiting();
  const [second, ...others] = await left();
  assert.deepEqual([second !== first, others], [true, []]);
  const { gdb: another } = await waiting();
  assert.equal((await left()).length, 2);
  await quit(living);
  await quit(another);
  assert.deepEqual(await left(), []);
});

test('where no copy can be made that is said, and the program’s own file is taken', limit, async () => {
  const { gdb, said } = await waiting('--fsize=16384');
  assert.match(said, /Barrelfish: globals of one name .* no copy of \S*cpu\.full in \S+: File too large/);
  const answer = Promise.withResolvers<string>();
  let told = '';
  gdb.stdout.on('data', (chunk: Buffer) => {
    told += chunk.toString();
    if (told.includes('cpu.full')) answer.resolve(told);
  });
  gdb.stdin.write('info inferiors\n');
  assert.match(await answer.promise, /x86_64\/sbin\/cpu\.full/);
  await quit(gdb);
  assert.deepEqual(await left(), []);
});
