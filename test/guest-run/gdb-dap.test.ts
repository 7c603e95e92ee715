// gdb as debug adapter by itself, with our Python in it: an editor sees what it sees with ours.

import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { readCurrent, readDomains, readLevels } from '../../src/debug/barrelfish-request.ts';
import type { FirstStop } from '../../src/debug/session-arguments.ts';
import { kernelBase, kernelSymbols } from '../../src/debug/symbols.ts';
import { saveMemory } from '../../src/guest/memory-dump.ts';
import { serialSocket } from '../../src/guest/serial-bridge.ts';
import { spec, start, state, textUntil } from './emulated.ts';
import { sessionAt, sessionOf, type Client } from './gdb-client.ts';
import { attached, attachedTo, gdb, options, WORK } from './gdb-dap.ts';
import { debugged, debugging, known, program } from './gdb-guest.ts';
import { place, set, setFunction, turn } from './gdb-stops.ts';

const DRIVER = 'core 0 · e1000n';
const MONITOR_WORK = 21;

/** Goes on from stop to stop, that many times: what `look` sees at each. */
async function stops<T>(client: Client, count: number, look: (client: Client) => Promise<T>): Promise<T[]> {
  const seen: T[] = [];
  for (let round = 0; round < count; round += 1) {
    seen.push(await look(client));
    await client.ask('continue', { threadId: 1 });
  }
  return seen;
}

function of(name: string): string {
  return `breakpoint, core 0 · ${name}, ${name}.c, work`;
}

test('each domain stops at its own breakpoints, set again they stay, and the guest goes on', options, async () => {
  await using session = await attached('e1000n', 'monitor');
  const { client, guest } = session;
  const inDriver = await set(client, 'e1000n.c', { line: WORK });
  const inMonitor = await set(client, 'monitor.c', { line: MONITOR_WORK, condition: 'turn % 2 == 0' });
  for (const [each] of [inDriver, inMonitor]) assert.equal(each?.verified, true, client.console());
  await session.run();
  await guest.serial.write('turn 20\r');
  let round = 0;
  const seen = await stops(client, 12, async () => {
    const here = await place(client);
    round += 1;
    for (const kind of ['stopped', 'continued'])
      assert.equal(client.events.filter(({ event }) => event === kind).length, round);
    if (round === 5)
      assert.deepEqual(await set(client, 'monitor.c', { line: MONITOR_WORK, condition: 'turn % 2 == 0' }), inMonitor);
    return here;
  });
  assert.deepEqual([...new Set(seen)].sort(), [of('e1000n'), of('monitor')]);
  assert.equal(seen.filter((each) => each === of('monitor')).length, 4);
  await client.ask('disconnect');
  await textUntil(guest, 'turn ends: 20 rounds');
});

test('of two cores that run one program, each has its own memory', options, async () => {
  await using session = await attachedTo(2, 'monitor');
  const { client, guest } = session;
  await set(client, 'monitor.c', { line: MONITOR_WORK });
  await session.run();
  await guest.serial.write('turn 4\r');
  const seen = await stops(client, 8, async () => {
    const stop = await client.stopped();
    return [stop.threadId, Number(await client.value('(int)monitor.core', await client.frame(stop)))];
  });
  for (const [thread, core] of seen) assert.equal(core, (thread ?? 0) - 1);
  assert.deepEqual(new Set(seen.map(([thread]) => thread)), new Set([1, 2]));
  assert.doesNotMatch(client.console(), /^Barrelfish: /m);
  await textUntil(guest, 'turn ends: 4 rounds');
});

test('conditions, hit counts and log points, set while the guest runs', options, async () => {
  await using session = await attached('e1000n', 'monitor');
  const { client, guest } = session;
  await session.run();
  await set(client, 'e1000n.c', { line: WORK, condition: 'turn % 7 == 3' });
  await guest.serial.write('turn 20\r');
  assert.deepEqual(await stops(client, 3, turn), [3, 10, 17]);
  await textUntil(guest, 'turn ends: 20 rounds');

  await set(client, 'e1000n.c', { line: WORK, hitCondition: '4' });
  await guest.serial.write('turn 6\r');
  assert.deepEqual(await stops(client, 1, turn), [24]);
  await textUntil(guest, 'turn ends: 6 rounds');

  const [wrong] = await set(client, 'e1000n.c', { line: WORK, hitCondition: 'often' });
  assert.deepEqual([wrong?.verified, wrong?.message?.includes('often')], [false, true]);

  await set(client, 'e1000n.c', { line: WORK, condition: 'turn % 2 == 0', logMessage: 'the driver works: {turn}' });
  await guest.serial.write('turn 12\r');
  await textUntil(guest, 'turn ends: 12 rounds');
  await client.ask('threads');
  const said = [...client.console().matchAll(/the driver works: (\d+)\n/g)].map(([, number]) => Number(number));
  assert.deepEqual(said, [28, 30, 32, 34, 36, 38]);
  assert.equal(client.events.filter(({ event }) => event === 'stopped').length, 4);
});

test('a function in every domain that has it, and an instruction of one', options, async () => {
  await using session = await attached('e1000n', 'monitor');
  const { client, guest } = session;
  assert.equal((await setFunction(client, 'work'))?.verified, true);
  await session.run();
  await guest.serial.write('turn 3\r');
  const seen = await stops(client, 5, place);
  assert.deepEqual(seen, [1, 2, 3].flatMap(() => [of('monitor'), of('e1000n')]).slice(0, 5));
  const frame = await client.frame(await client.stopped());
  const { instructions } = await client.ask('disassemble', {
    memoryReference: frame.instructionPointerReference,
    instructionCount: 2,
  });
  const [, second] = instructions as { address: string }[];
  await client.ask('setFunctionBreakpoints', { breakpoints: [] });
  await client.ask('setInstructionBreakpoints', { breakpoints: [{ instructionReference: second?.address }] });
  await client.ask('continue', { threadId: 1 });
  await stops(client, 1, async () => {
    assert.equal(await place(client), of('e1000n'));
  });
  await textUntil(guest, 'turn ends: 3 rounds');
  await guest.serial.write('turn 4\r');
  assert.deepEqual([...new Set(await stops(client, 4, place))], [of('e1000n')]);
  await textUntil(guest, 'turn ends: 4 rounds');
});

test('it is asked about domains and page tables, while it is stopped or for a moment', options, async () => {
  await using session = await attached();
  const { client, guest } = session;
  await session.run();
  assert.deepEqual(await client.question(['domains']), { running: true, said: [] });
  assert.deepEqual(await client.question(['debug', 'e1000n', program('e1000n')], { pause: true }), { said: [] });
  assert.deepEqual(await client.question(['debug', 'nothing', '/nowhere'], { pause: true }), {
    said: ["[Errno 2] No such file or directory: '/nowhere'"],
  });
  assert.doesNotMatch(client.console(), /Errno/);
  const [set37] = await set(client, 'e1000n.c', { line: 37 });
  assert.equal(set37?.verified, true);
  await guest.serial.write('turn 1\r');
  const stop = await client.stopped();
  const { threadId } = stop;
  const domains = readDomains((await client.question(['domains'], { threadId })).value);
  assert.deepEqual(
    domains.map(({ name, state }) => `${name} ${state}`),
    ['e1000n running', 'init runnable', 'kaluga runnable', 'monitor runnable', 'startd blocked'],
  );
  assert.equal(readCurrent((await client.question(['current'], { threadId })).value), domains[0]?.dispatcher);
  const levels = readLevels((await client.question(['walk', '&device'], { threadId })).value);
  assert.deepEqual(
    levels.map(({ level }) => level),
    ['PML4', 'PDPT', 'PDIR', 'PTABLE'],
  );
  const frame = await client.frame(stop);
  for (const typed of ['barrelfish current', '>barrelfish current'])
    assert.match(await client.typed(typed, frame), /"name": "e1000n"/);
  assert.match(await client.typed('barrelfish walk', frame), /Barrelfish: as this/);
  assert.equal(client.events.filter(({ event }) => event === 'stopped').length, 1);
  assert.doesNotMatch(client.console(), /dispatcher/);
});

for (const [said, stopAt, expected] of [
  ['arch_init', { function: 'arch_init' }, ['arch_init', '']],
  ['main of a domain', { domain: 'e1000n' }, ['main', DRIVER]],
] as const satisfies [string, FirstStop, string[]][])
  test(`a boot stops in ${said}`, options, async () => {
    const guest = await start({}, { ...spec, cores: 2, paused: true });
    const barrelfish = { ...known, loader: program('elver'), debugged: debugged('e1000n', 'monitor') };
    const wish = { ...debugging(), gdb, barrelfish, stopAt };
    await using session = await sessionAt(guest, wish, { engine: 'gdb', request: 'launch' });
    const { client } = session;
    await session.run();
    const frame = await client.frame(await client.stopped());
    assert.equal(frame.name, expected[0], client.console());
    if (expected[1] !== '') assert.equal((await client.threads())[0], expected[1]);
    assert.ok(!client.events.some(({ event }) => event === 'breakpoint'));
    await client.ask('disconnect');
    await textUntil(guest, '\n> ');
  });

test('an editor pauses what runs, and a gdb that is killed leaves the guest alive', options, async () => {
  const guest = await start();
  await textUntil(guest, '\n> ');
  {
    await using session = await sessionAt(guest, { gdb, ...debugging('e1000n') }, { engine: 'gdb' });
    const { client } = session;
    await session.run();
    assert.match((await client.threads()).join(), /^core 0 · /);
    await client.ask('pause', { threadId: 1 });
    assert.equal((await client.stopped()).reason, 'pause');
  }
  await guest.resume();
  await guest.serial.write('turn 2\r');
  await textUntil(guest, 'turn ends: 2 rounds');
});

test('the memory of a guest, in a file with a blank in its name, as either adapter opens it', options, async () => {
  const guest = await start();
  const base = kernelBase(await textUntil(guest, '\n> '));
  const file = path.join(state, 'with blanks.core');
  await saveMemory(guest, file, { signal: new AbortController().signal, onProgress: () => undefined });
  await guest.stop();
  const symbols = await kernelSymbols(spec.source ?? spec.directory, base);
  for (const engine of ['bundled', 'gdb'] as const) {
    await using session = await sessionOf({ gdb, gdbRelease: 16, socket: file, symbols, dump: true }, { engine });
    const { client } = session;
    await session.run();
    const stop = await client.stopped();
    const { stackFrames } = await client.ask('stackTrace', { threadId: stop.threadId, levels: 8 });
    assert.ok(
      (stackFrames as { name: string }[]).some(({ name }) => name === 'run_shell'),
      client.console(),
    );
    assert.equal(await client.value('kernel.commands_handled', await client.frame(stop)), '0');
    await client.ask('disconnect');
  }
});

test('a kernel that has faulted is looked at over its serial line, and stays as it is', options, async () => {
  const guest = await start();
  await textUntil(guest, '\n> ');
  await guest.serial.write('fault\r');
  const base = kernelBase(await textUntil(guest, 'Waiting for GDB connection...'));
  const symbols = await kernelSymbols(spec.source ?? spec.directory, base);
  for (let round = 0; round < 2; round += 1) {
    const socket = await serialSocket(guest.serial);
    await using session = await sessionOf({ gdb, socket: socket.path, symbols, stub: true }, { engine: 'gdb' });
    const { client } = session;
    await session.run();
    const frame = await client.frame(await client.stopped());
    assert.equal(frame.name, 'run_fault');
    assert.match(await client.value('nowhere', frame), /deadbeef/);
    await client.ask('disconnect');
    await socket[Symbol.asyncDispose]();
  }
});

test(
  'a reset starts all anew, steps stay in their domain, and a guest that ends ends the session',
  options,
  async () => {
    const guest = await start({}, { ...spec, paused: true });
    const barrelfish = { ...known, loader: program('elver'), debugged: debugged('e1000n') };
    await using session = await sessionAt(guest, { ...debugging(), gdb, barrelfish }, { engine: 'gdb' });
    const { client } = session;
    await client.ask('setFunctionBreakpoints', { breakpoints: [{ name: 'kernel_startup' }] });
    await session.run();
    for (const again of [true, false]) {
      assert.equal((await client.frame(await client.stopped())).name, 'kernel_startup', client.console());
      if (again) await guest.reset();
      await client.ask('continue', { threadId: 1 });
    }
    await textUntil(guest, '\n> ');
    await set(client, 'e1000n.c', { line: WORK });
    await guest.serial.write('turn 2\r');
    assert.equal(await place(client), of('e1000n'));
    await client.ask('next', { threadId: 1 });
    assert.equal(await place(client), `step, ${DRIVER}, e1000n.c, work`);
    await client.ask('stepOut', { threadId: 1 });
    assert.equal(await place(client), `step, ${DRIVER}, domain.c, main`);
    await guest.kill();
    await client.request('continue', { threadId: 1 });
    await client.next('terminated');
  },
);
