// Every kind of breakpoint that an editor has, in a domain whose addresses others have too.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Guest } from '../../src/guest/guest.ts';
import { limit, start, textUntil } from './emulated.ts';
import { sessionAt, type Client, type Session } from './gdb-client.ts';
import { debugging } from './gdb-guest.ts';
import { place, set, setFunction, turn, type Breakpoint } from './gdb-stops.ts';

const DRIVER = 'core 0 · e1000n';
/** The first line of `work`. */
const WORK = 34;

async function attached(...names: string[]): Promise<Session & { guest: Guest }> {
  const guest = await start();
  await textUntil(guest, '\n> ');
  return Object.assign(await sessionAt(guest, debugging(...names)), { guest });
}

/** Goes on from stop to stop, that many times: what `look` sees at each. */
async function stops<T>(client: Client, count: number, look: (client: Client) => Promise<T>): Promise<T[]> {
  const seen: T[] = [];
  for (let round = 0; round < count; round += 1) {
    seen.push(await look(client));
    if (round < count - 1) await client.ask('continue', { threadId: 1 });
  }
  return seen;
}

test('a condition of a domain’s own variables, a hit count, and both', limit, async () => {
  await using session = await attached('e1000n');
  const { client, guest } = session;
  const [conditional] = await set(client, 'e1000n.c', { line: WORK, ...{ condition: 'turn % 7 == 3' } });
  assert.equal(conditional?.verified, true);
  await session.run();
  await guest.serial.write('turn 40\r');
  const turns = await stops(client, 5, turn);
  assert.deepEqual(turns, [3, 10, 17, 24, 31]);
  // The fourth time from here; an editor's hit count is that of a temporary breakpoint.
  await set(client, 'e1000n.c', { line: WORK, ...{ hitCondition: '4' } });
  await client.ask('continue', { threadId: 1 });
  assert.equal(await turn(client), 35);
  await set(client, 'e1000n.c', { line: WORK, ...{ hitCondition: '> 2' } });
  await client.ask('continue', { threadId: 1 });
  assert.deepEqual(await stops(client, 3, turn), [38, 39, 40]);
  await client.ask('continue', { threadId: 1 });
  await textUntil(guest, 'turn ends: 40 rounds');
});

test('a log point speaks once for each hit of its domain, and nothing stops', limit, async () => {
  await using session = await attached('e1000n', 'monitor');
  const { client, guest } = session;
  await set(client, 'e1000n.c', { line: WORK, ...{ logMessage: 'the driver works\n' } });
  await session.run();
  await guest.serial.write('turn 25\r');
  await textUntil(guest, 'turn ends: 25 rounds');
  await client.ask('threads');
  assert.equal(client.console().split('the driver works').length - 1, 25);
  assert.deepEqual(
    client.events.filter(({ event }) => event === 'stopped'),
    [],
  );
});

test('a function’s name stops in every domain that is debugged and has it', limit, async () => {
  await using session = await attached('e1000n', 'monitor');
  const { client, guest } = session;
  assert.equal((await setFunction(client, 'work'))?.verified, true);
  await session.run();
  await guest.serial.write('turn 3\r');
  const seen = await stops(client, 6, place);
  const of = (name: string): string => `function breakpoint, core 0 · ${name}, ${name}.c, work`;
  assert.deepEqual(
    seen,
    [1, 2, 3].flatMap(() => [of('monitor'), of('e1000n')]),
  );
  await client.ask('continue', { threadId: 1 });
  await textUntil(guest, 'turn ends: 3 rounds');
});

test('an instruction’s breakpoint is of the domain in which it was set', limit, async () => {
  await using session = await attached('e1000n');
  const { client, guest } = session;
  await set(client, 'e1000n.c', { line: WORK });
  await session.run();
  await guest.serial.write('turn 5\r');
  const frame = await client.frame(await client.stopped());
  const { instructions } = await client.ask('disassemble', {
    memoryReference: frame.instructionPointerReference,
    instructionCount: 2,
  });
  const [, second] = instructions as { address: string }[];
  await set(client, 'e1000n.c');
  await client.ask('setInstructionBreakpoints', { breakpoints: [{ instructionReference: second?.address }] });
  await client.ask('continue', { threadId: 1 });
  const seen = await stops(client, 5, place);
  assert.deepEqual([...new Set(seen)], [`breakpoint, ${DRIVER}, e1000n.c, work`]);
  await client.ask('continue', { threadId: 1 });
  await textUntil(guest, 'turn ends: 5 rounds');
});

test('data that a domain writes stops it, and no other that has something at its address', limit, async () => {
  await using session = await attached('e1000n', 'monitor');
  const { client, guest } = session;
  await set(client, 'e1000n.c', { line: WORK });
  await session.run();
  await guest.serial.write('turn 12\r');
  const frame = await client.frame(await client.stopped());
  await set(client, 'e1000n.c');
  const { dataId } = await client.ask('dataBreakpointInfo', { name: 'device.tail', frameId: frame.id });
  assert.equal(dataId, 'device.tail');
  const { breakpoints } = await client.ask('setDataBreakpoints', { breakpoints: [{ dataId, accessType: 'write' }] });
  assert.equal((breakpoints as Breakpoint[])[0]?.verified, true);
  await client.ask('continue', { threadId: 1 });
  const look = async (expression: string): Promise<string> => {
    const at = await client.frame(await client.stopped());
    const [thread] = await client.threads();
    return [thread, at.name, await client.value(expression, at)].join(', ');
  };
  const expected = (first: number, count: number): string[] =>
    Array.from({ length: count }, (_, index) => `${DRIVER}, work, ${String((first + index) % 8)}`);
  assert.deepEqual(await stops(client, 5, () => look('device.tail')), expected(1, 5));
  // Another domain’s symbols take the place of its own, and what is watched is watched still.
  await set(client, 'monitor.c', { line: 21, ...{ condition: 'turn == 6 || turn == 9' } });
  await client.ask('continue', { threadId: 1 });
  assert.equal(await look('turn'), 'core 0 · monitor, work, 6');
  await client.ask('continue', { threadId: 1 });
  assert.deepEqual(await stops(client, 3, () => look('device.tail')), expected(6, 3));
  await client.ask('continue', { threadId: 1 });
  assert.equal(await look('turn'), 'core 0 · monitor, work, 9');
  await client.ask('continue', { threadId: 1 });
  assert.deepEqual(await stops(client, 4, () => look('device.tail')), expected(9, 4));
  await client.ask('continue', { threadId: 1 });
  await textUntil(guest, 'turn ends: 12 rounds');
});
