// The debug adapter at the test guest: what an editor is told of stops in domains.

import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { sessionArguments, type FirstStop } from '../../src/debug/session-arguments.ts';
import { limit, spec, start, textUntil } from './emulated.ts';
import { script } from './gdb.ts';
import { Client, type Frame } from './gdb-client.ts';

test('an editor sees the stops that were meant, and none of those in between', limit, async () => {
  const guest = await start();
  await textUntil(guest, '\n> ');
  const directory = path.resolve(spec.source ?? spec.directory);
  const programs = path.join(directory, 'x86_64/sbin');
  const program = (name: string): string => path.join(programs, `${name}.full`);
  const source = (name: string): string => path.resolve(directory, '../source/domain', name);
  const socket = await guest.gdbSocket();
  const client = new Client();
  try {
    await client.ask('initialize', { adapterID: 'barrelfish', linesStartAt1: true, pathFormat: 'path' });
    const attached = client.ask(
      'attach',
      sessionArguments({
        gdb: 'gdb',
        socket: socket.path,
        symbols: [],
        commands: [],
        sourceMap: [['../source', path.resolve(directory, '../source')]],
        barrelfish: {
          script,
          programs,
          kernel: program('cpu'),
          debugged: ['e1000n', 'monitor'].map((name) => ({ name, file: program(name) })),
        },
      }),
    );
    await client.next('initialized');
    const set = (file: string, line: number, condition?: string): Promise<Record<string, unknown>> =>
      client.ask('setBreakpoints', { source: { path: source(file) }, breakpoints: [{ line, condition }] });
    const inDriver = await set('e1000n.c', 34);
    const inMonitor = await set('monitor.c', 21, 'turn % 2 == 0');
    for (const { breakpoints } of [inDriver, inMonitor])
      assert.equal((breakpoints as { verified: boolean }[])[0]?.verified, true, client.console());
    await client.ask('configurationDone');
    await attached;
    await guest.serial.write('turn\r');
    const seen: string[] = [];
    for (let round = 0; round < 12; round += 1) {
      const stop = await client.stopped();
      const { source } = await client.frame(stop);
      const [thread] = await client.threads();
      seen.push(`${stop.reason} ${String(source?.name)} ${String(thread)}`);
      // Set once more, it stays the same one.
      if (round === 5) assert.deepEqual(await set('monitor.c', 21, 'turn % 2 == 0'), inMonitor);
      await client.ask('continue', { threadId: stop.threadId });
    }
    assert.deepEqual([...new Set(seen)].sort(), [
      'breakpoint e1000n.c core 0 · e1000n',
      'breakpoint monitor.c core 0 · monitor',
    ]);
    assert.equal(seen.filter((each) => each.includes('monitor')).length, 4);
    await client.ask('disconnect');
  } finally {
    await client[Symbol.asyncDispose]();
    await socket[Symbol.asyncDispose]();
  }
});

/** Boots until the first stop there. */
async function atFirstStop(stopAt: FirstStop, use: (client: Client, frame: Frame) => Promise<void>): Promise<void> {
  const guest = await start({}, { ...spec, cores: 2, paused: true });
  const programs = path.resolve(spec.source ?? spec.directory, 'x86_64/sbin');
  const program = (name: string): string => path.join(programs, `${name}.full`);
  const debugged = ['e1000n', 'monitor'].map((name) => ({ name, file: program(name) }));
  const barrelfish = { script, programs, kernel: program('cpu'), loader: program('elver'), debugged };
  const socket = await guest.gdbSocket();
  const client = new Client();
  try {
    await client.ask('initialize', { adapterID: 'barrelfish', linesStartAt1: true, pathFormat: 'path' });
    const launched = client.ask(
      'launch',
      sessionArguments({ gdb: 'gdb', socket: socket.path, symbols: [], commands: [], barrelfish, stopAt }),
    );
    await client.next('initialized');
    await client.ask('configurationDone');
    await launched;
    await use(client, await client.frame(await client.stopped()));
    await client.ask('disconnect');
  } finally {
    await client[Symbol.asyncDispose]();
    await socket[Symbol.asyncDispose]();
  }
}

test('a boot stops in main of the domain that was asked for, and our commands can be typed there', limit, () =>
  atFirstStop({ domain: 'e1000n' }, async (client, frame) => {
    assert.deepEqual([frame.name, frame.source?.name], ['main', 'domain.c'], client.console());
    const typed = async (expression: string): Promise<unknown> => {
      const before = client.console().length;
      await client.ask('evaluate', { expression, context: 'repl', frameId: frame.id });
      return JSON.parse(client.console().slice(before));
    };
    assert.partialDeepStrictEqual(await typed('barrelfish current'), { core: 0, name: 'e1000n', symbols: 'e1000n' });
    assert.equal(((await typed('>barrelfish errval 0x1407')) as unknown[]).length, 2);
  }),
);

for (const name of ['arch_init', 'kernel_startup'])
  test(`a boot stops in ${name}, and not at a breakpoint of the editor's`, limit, () =>
    atFirstStop({ function: name }, (client, frame) => {
      assert.equal(frame.name, name, client.console());
      assert.ok(!client.events.some(({ event, body }) => event === 'breakpoint' && body?.['reason'] === 'new'));
      return Promise.resolve();
    }),
  );
