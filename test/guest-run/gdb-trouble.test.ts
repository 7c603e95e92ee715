// What can go wrong while a guest is debugged: the session ends cleanly or goes on, it is said, and the guest is unharmed.

import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { BARRELFISH_REQUEST } from '../../src/debug/barrelfish-request.ts';
import type { Guest } from '../../src/guest/guest.ts';
import { limit, spec, start, state, textUntil } from './emulated.ts';
import { sessionAt, type Client } from './gdb-client.ts';
import { debugged, debugging, known, program, programs, source } from './gdb-guest.ts';

const WORK = 34;

async function atPrompt(): Promise<Guest> {
  const guest = await start();
  await textUntil(guest, '\n> ');
  return guest;
}

async function breakAt(client: Client, file: string, line: number): Promise<void> {
  const { breakpoints } = await client.ask('setBreakpoints', {
    source: { path: source(file) },
    breakpoints: [{ line }],
  });
  assert.equal((breakpoints as { verified: boolean }[])[0]?.verified, true, client.console());
}

/** That of the gdb which the adapter has started. */
async function gdbOf({ pid }: Client): Promise<number> {
  const children = await readFile(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8');
  return Number(children.trim().split(' ')[0]);
}

async function goesOn(guest: Guest, rounds: number): Promise<void> {
  if (guest.state.kind !== 'running') await guest.resume();
  await guest.serial.write(`turn ${String(rounds)}\r`);
  await textUntil(guest, `turn ends: ${String(rounds)} rounds`);
}

test('a reset starts all anew: kernels, symbols and breakpoints follow the next boot', limit, async () => {
  const guest = await start({}, { ...spec, paused: true });
  const barrelfish = { ...known, loader: program('elver'), debugged: debugged('e1000n') };
  await using session = await sessionAt(guest, { ...debugging('e1000n'), barrelfish });
  const { client } = session;
  await client.ask('setFunctionBreakpoints', { breakpoints: [{ name: 'kernel_startup' }] });
  await breakAt(client, 'domain/e1000n.c', 20);
  await session.run();
  const boot = async (): Promise<string[]> => {
    const seen: string[] = [];
    for (let stop = 0; stop < 2; stop += 1) {
      const frame = await client.frame(await client.stopped());
      seen.push(`${frame.name} ${frame.name === 'init' ? await client.value('err', frame) : ''}`);
      if (stop === 0) await client.ask('continue', { threadId: 1 });
    }
    return seen;
  };
  const first = await boot();
  assert.deepEqual(
    first.map((each) => each.split(' ')[0]),
    ['kernel_startup', 'init'],
  );
  assert.match(first[1] ?? '', /DRIVER_ERR_NO_ANSWER/);
  await guest.reset();
  await client.ask('continue', { threadId: 1 });
  assert.deepEqual(await boot(), first);
  assert.match((await client.threads()).join(), /core 0 · e1000n/);
});

test('a guest that is reset while its second core is at a breakpoint boots into the next', limit, async () => {
  const guest = await start({}, { ...spec, cores: 2, paused: true });
  const barrelfish = { ...known, loader: program('elver'), debugged: debugged('monitor') };
  await using session = await sessionAt(guest, { ...debugging('monitor'), barrelfish });
  const { client } = session;
  await client.ask('setBreakpoints', {
    source: { path: source('domain/monitor.c') },
    breakpoints: [{ line: 21, condition: 'monitor.core == 1' }],
  });
  await session.run();
  await textUntil(guest, '\n> ');
  await guest.serial.write('turn 3\r');
  const { threadId } = await client.stopped();
  assert.equal(threadId, 2);
  await client.ask('setFunctionBreakpoints', { breakpoints: [{ name: 'kernel_startup' }] });
  await guest.reset();
  assert.deepEqual(await client.ask(BARRELFISH_REQUEST, { words: ['reset'], threadId }), { said: [] });
  assert.equal((await client.stopped()).reason, 'reset');
  for (const core of ['0', '1']) {
    await client.ask('continue', { threadId: 1 });
    const frame = await client.frame(await client.stopped());
    assert.equal(frame.name, 'kernel_startup');
    assert.equal(await client.value('(int)my_core_id', frame), core);
  }
});

test('when gdb is killed the session ends, and the guest goes on', limit, async () => {
  const guest = await atPrompt();
  await using session = await sessionAt(guest, debugging('e1000n'));
  const { client } = session;
  await breakAt(client, 'domain/e1000n.c', WORK);
  await session.run();
  await guest.serial.write('turn 3\r');
  await client.stopped();
  process.kill(await gdbOf(client), 'SIGKILL');
  await client.next('terminated');
  assert.match(client.console(), /gdb killed by signal SIGKILL/);
  await guest.resume();
  await textUntil(guest, 'turn ends: 3 rounds');
  await goesOn(guest, 5);
});

test('a gdb that is asked to end while the guest is stopped does so, and the guest goes on', limit, async () => {
  const guest = await atPrompt();
  await using session = await sessionAt(guest, debugging('e1000n'));
  const { client } = session;
  await breakAt(client, 'domain/e1000n.c', WORK);
  await session.run();
  await guest.serial.write('turn 3\r');
  await client.stopped();
  process.kill(await gdbOf(client), 'SIGTERM');
  await client.next('terminated');
  assert.doesNotMatch(client.console(), /internal-error|killed by signal/);
  assert.deepEqual(
    (await readdir(state)).filter((each) => each.startsWith('barrelfish-symbols-')),
    [],
  );
  await guest.resume();
  await textUntil(guest, 'turn ends: 3 rounds');
  await goesOn(guest, 5);
});

test('a gdb that hangs can be left, and the guest goes on', limit, async () => {
  const guest = await atPrompt();
  {
    await using session = await sessionAt(guest, debugging('e1000n'));
    await session.run();
    process.kill(await gdbOf(session.client), 'SIGSTOP');
    const hung = await gdbOf(session.client);
    // As an editor does that has waited for an answer.
    const answer = session.client.request('disconnect');
    await Promise.race([answer, delay(1000)]);
    process.kill(hung, 'SIGKILL');
  }
  await goesOn(guest, 4);
});

test('a guest that ends while it is stopped ends the session', limit, async () => {
  const guest = await atPrompt();
  await using session = await sessionAt(guest, debugging('e1000n'));
  const { client } = session;
  await breakAt(client, 'domain/e1000n.c', WORK);
  await session.run();
  await guest.serial.write('turn 3\r');
  const { threadId } = await client.stopped();
  await guest.kill();
  await client.request('continue', { threadId });
  await client.request('disconnect');
  assert.match(client.console(), /Remote (?:connection closed|communication error)|gdb (?:exited|connection lost)/);
});

test('programs without debug information are said, and stops are still those of the domain', limit, async () => {
  const guest = await atPrompt();
  const directory = await mkdtemp(path.join(tmpdir(), 'stripped-'));
  try {
    // What is installed has a name in the kernel, and no symbols.
    const stripped = [{ name: 'e1000n', file: path.join(programs, 'e1000n') }];
    await using session = await sessionAt(guest, { barrelfish: { ...known, programs: directory, debugged: stripped } });
    const { client } = session;
    await client.ask('setInstructionBreakpoints', { breakpoints: [] });
    await session.run();
    await guest.serial.write('turn 6\r');
    await textUntil(guest, 'turn ends: 6 rounds');
    await client.ask('pause', { threadId: 1 });
    const frame = await client.frame(await client.stopped());
    const said = await client.typed('>barrelfish domains', frame);
    assert.match(said, /"name": "e1000n"/);
    await client.ask('continue', { threadId: 1 });
    await client.ask('disconnect');
    await goesOn(guest, 7);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

test('a workspace’s .gdbinit is not run, nor what lies beside a program', limit, async () => {
  const guest = await atPrompt();
  const directory = await mkdtemp(path.join(tmpdir(), 'hostile-'));
  try {
    const mark = path.join(directory, 'owned');
    await writeFile(path.join(directory, '.gdbinit'), `shell touch ${mark}\n`);
    await writeFile(path.join(directory, 'cpu.full-gdb.py'), `open(${JSON.stringify(mark)}, 'w')\n`);
    await writeFile(path.join(directory, 'cpu.full-gdb.gdb'), `shell touch ${mark}\n`);
    const kernel = path.join(directory, 'cpu.full');
    await writeFile(kernel, await readFile(program('cpu')));
    await using session = await sessionAt(guest, { barrelfish: { ...known, kernel } }, { directory });
    await session.run();
    await session.client.ask('disconnect');
    await assert.rejects(readFile(mark), { code: 'ENOENT' });
    await goesOn(guest, 3);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
