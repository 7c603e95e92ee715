// gdb as debug adapter by itself, where its own would keep silent, wait for ever, or leave something behind.

import assert from 'node:assert/strict';
import { chmod, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { start, state, textUntil } from './emulated.ts';
import { sessionAt, type Client } from './gdb-client.ts';
import { attached, gdb, options, WORK } from './gdb-dap.ts';
import { debugging } from './gdb-guest.ts';
import { set } from './gdb-stops.ts';

const left = async (): Promise<string[]> =>
  (await readdir(state)).filter((each) => each.startsWith('barrelfish-symbols-'));

const count = (client: Client, kind: string): number => client.events.filter(({ event }) => event === kind).length;

async function typed(client: Client, expression: string): Promise<string> {
  return String((await client.ask('evaluate', { expression, context: 'repl' }))['result']);
}

test('what is typed and lets the guest run is answered at once, and says later what it says', options, async () => {
  await using session = await attached('e1000n');
  const { client, guest } = session;
  await set(client, 'e1000n.c', { line: WORK });
  await session.run();
  await guest.serial.write('turn 2\r');
  const stop = await client.stopped();
  for (let round = 0; round < 2; round += 1) {
    assert.equal(await typed(client, 'continue'), '');
    await client.next('continued');
    if (round === 0) await client.stopped();
  }
  await textUntil(guest, 'turn ends: 2 rounds');
  assert.equal(
    (await client.request('evaluate', { expression: 'info threads', context: 'repl' })).message,
    'notStopped',
  );
  await set(client, 'e1000n.c');
  await client.ask('pause', { threadId: 1 });
  assert.equal((await client.stopped()).reason, 'pause');
  assert.match(await client.typed('barrelfish current', await client.frame(stop)), /"core": 0/);
  assert.match(client.console(), /Continuing\.\n/);
  const wrong = await client.request('evaluate', { expression: 'barrelfish-nothing', context: 'repl' });
  assert.match(wrong.message ?? '', /Undefined command/);
  assert.deepEqual([count(client, 'stopped'), count(client, 'continued')], [3, 3]);
});

test('a guest that gdb can not let run is shown as stopped, with the reason', options, async () => {
  await using session = await attached();
  const { client, guest } = session;
  await session.run();
  await client.next('continued');
  await client.ask('pause', { threadId: 1 });
  const { threadId } = await client.stopped();
  // gdb writes into memory then, and there is none.
  await typed(client, 'set remote software-breakpoint-packet off');
  await typed(client, 'break *0xdeadbeef0000');
  for (const command of ['continue', 'next', 'stepIn']) {
    await client.ask(command, { threadId });
    const stop = await client.next('stopped');
    assert.equal(stop['reason'], 'exception', client.console());
    assert.match(String(stop['text']), /Cannot insert breakpoint \d+[^]*0xdeadbeef0000/);
  }
  assert.equal(await typed(client, 'continue'), '');
  assert.match(String((await client.next('stopped'))['text']), /Cannot insert breakpoint/);
  await typed(client, 'delete');
  await client.ask('continue', { threadId });
  await client.next('continued');
  // One that comes while it runs.
  assert.equal((await client.request('setInstructionBreakpoints', at('0xdeadbeef0000'))).success, true);
  assert.match(String((await client.next('stopped'))['text']), /Cannot insert breakpoint/);
  await client.ask('setInstructionBreakpoints', { breakpoints: [] });
  await client.ask('disconnect');
  await guest.serial.write('turn 2\r');
  await textUntil(guest, 'turn ends: 2 rounds');
});

function at(instructionReference: string): object {
  return { breakpoints: [{ instructionReference }] };
}

test('a guest that ends while it runs ends the session', options, async () => {
  {
    await using session = await attached();
    const { client, guest } = session;
    await session.run();
    await client.next('continued');
    await guest.kill();
    await client.next('terminated');
    // Not the five seconds that a machine which doesn't stop is waited for.
    const before = Date.now();
    await client.ask('disconnect');
    assert.ok(Date.now() - before < 4_500);
  }
  assert.deepEqual(await left(), []);
});

for (const end of ['a signal', 'an end of its input', 'a signal while it is busy'])
  test(`${end} ends gdb, which leaves neither files nor breakpoints`, options, async () => {
    const guest = await start();
    await textUntil(guest, '\n> ');
    const behind = path.join(state, 'behind');
    await writeFile(behind, `#!/bin/sh\ncat | '${gdb}' "$@"\n`);
    await chmod(behind, 0o755);
    const program = end === 'an end of its input' ? behind : gdb;
    {
      await using session = await sessionAt(guest, { ...debugging('e1000n'), gdb: program }, { engine: 'gdb' });
      const { client } = session;
      const [here] = await set(client, 'e1000n.c', { line: WORK });
      assert.equal(here?.verified, true);
      await session.run();
      await client.next('continued');
      assert.notDeepEqual(await left(), []);
      if (end === 'a signal while it is busy') {
        await client.ask('pause', { threadId: 1 });
        await client.stopped();
        void client.request('evaluate', { expression: 'shell sleep 0.3', context: 'repl' });
      }
    }
    assert.deepEqual(await left(), []);
    await guest.serial.write('turn 2\r');
    await textUntil(guest, 'turn ends: 2 rounds');
  });

test('a guest that does not stop is not waited for, and it is said', options, async () => {
  await using session = await attached('e1000n');
  const { client, guest } = session;
  await session.run();
  await client.next('continued');
  process.kill(guest.session.pid, 'SIGSTOP');
  try {
    const before = Date.now();
    await client[Symbol.asyncDispose]();
    assert.ok(Date.now() - before < 10_000);
  } finally {
    process.kill(guest.session.pid, 'SIGCONT');
  }
  assert.match(client.console(), /Barrelfish: gdb ends without having let go of the machine/);
  assert.deepEqual(await left(), []);
});

test('two breakpoints on a line are two, and both go', options, async () => {
  await using session = await attached('e1000n');
  const { client, guest } = session;
  const first = { line: WORK, column: 1, hitCondition: '1' };
  const both = await set(client, 'e1000n.c', first, { line: WORK, column: 9, hitCondition: '2' });
  assert.deepEqual([new Set(both.map(({ id }) => id)).size, both.every(({ verified }) => verified)], [2, true]);
  await session.run();
  await guest.serial.write('turn 4\r');
  for (const turn of ['1', '2']) {
    assert.equal(await client.value('turn', await client.frame(await client.stopped())), turn);
    if (turn === '2') assert.deepEqual(await set(client, 'e1000n.c', first), both.slice(0, 1));
    await client.ask('continue', { threadId: 1 });
  }
  await textUntil(guest, 'turn ends: 4 rounds');
  assert.deepEqual(await set(client, 'e1000n.c'), []);
  await guest.serial.write('turn 2\r');
  await textUntil(guest, 'turn ends: 2 rounds');
  assert.doesNotMatch(client.console(), /[Ee]rror/);
});

test('a pause that is asked for while breakpoints are set is one', options, async () => {
  await using session = await attached('e1000n');
  const { client } = session;
  await session.run();
  for (let round = 0; round < 3; round += 1) {
    await client.next('continued');
    const paused = client.ask('pause', { threadId: 1 });
    await Promise.all([paused, set(client, 'e1000n.c', { line: WORK + round })]);
    assert.equal((await client.stopped()).reason, 'pause');
    assert.equal(count(client, 'continued'), round + 1);
    await client.ask('continue', { threadId: 1 });
  }
});

test('instructions are as many as were asked for, on both sides of a place', options, async () => {
  await using session = await attached('e1000n');
  const { client, guest } = session;
  await set(client, 'e1000n.c', { line: WORK });
  await session.run();
  await guest.serial.write('turn 1\r');
  const { instructionPointerReference: here } = await client.frame(await client.stopped());
  const read = async (memoryReference: string, instructionOffset: number, instructionCount: number) => {
    const { instructions } = await client.ask('disassemble', { memoryReference, instructionOffset, instructionCount });
    return instructions as {
      address: string;
      instruction: string;
      instructionBytes?: string;
      presentationHint?: string;
    }[];
  };
  const around = await read(here, -50, 100);
  assert.deepEqual([around.length, around[50]?.address], [100, here]);
  for (const [index, { address, instructionBytes = '' }] of around.entries())
    if (index < 99) assert.equal(Number(address) + instructionBytes.length / 2, Number(around[index + 1]?.address));
  assert.deepEqual(await read(here, -50, 50), around.slice(0, 50));
  assert.deepEqual(await read(here, -60, 20), (await read(here, -60, 60)).slice(0, 20));
  assert.deepEqual(await read(here, 5, 20), around.slice(55, 75));
  const nowhere = await read('0xdeadbeef0000', -2, 4);
  assert.deepEqual(
    nowhere.map(({ address, presentationHint }) => [Number(address) - 0xdeadbeef0000, presentationHint]),
    [-2, -1, 0, 1].map((each) => [each, 'invalid']),
  );
});
