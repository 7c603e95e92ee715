// The debug adapter at the test guest: what an editor is told of stops in domains.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { test } from 'node:test';
import { sessionArguments, type FirstStop } from '../../src/debug/session-arguments.ts';
import { limit, spec, start, textUntil } from './emulated.ts';
import { script } from './gdb.ts';

interface Message {
  type: string;
  event?: string;
  command?: string;
  request_seq?: number;
  success?: boolean;
  message?: string;
  body?: Record<string, unknown>;
}

/** A client of the Debug Adapter Protocol, as small as can be. */
class Client {
  readonly #adapter = spawn(process.execPath, [path.resolve(import.meta.dirname, '../../src/debug/adapter.ts')]);
  readonly #answers = new Map<number, (message: Message) => void>();
  readonly events: Message[] = [];
  #heard: (() => void) | undefined;
  #taken = 0;
  #sequence = 0;
  #rest = Buffer.alloc(0);

  constructor() {
    this.#adapter.stdout.on('data', (chunk: Buffer) => {
      this.#rest = Buffer.concat([this.#rest, chunk]);
      for (;;) {
        const end = this.#rest.indexOf('\r\n\r\n');
        if (end < 0) return;
        const length = Number(/Content-Length: (\d+)/.exec(this.#rest.toString('latin1', 0, end))?.[1]);
        if (this.#rest.length < end + 4 + length) return;
        const message = JSON.parse(this.#rest.toString('utf8', end + 4, end + 4 + length)) as Message;
        this.#rest = this.#rest.subarray(end + 4 + length);
        if (message.type === 'response') this.#answers.get(message.request_seq ?? 0)?.(message);
        else this.events.push(message);
        this.#heard?.();
      }
    });
  }

  async ask(command: string, parameters: object = {}): Promise<Record<string, unknown>> {
    this.#sequence += 1;
    const text = JSON.stringify({ seq: this.#sequence, type: 'request', command, arguments: parameters });
    const answer = new Promise<Message>((resolve) => this.#answers.set(this.#sequence, resolve));
    this.#adapter.stdin.write(`Content-Length: ${String(Buffer.byteLength(text))}\r\n\r\n${text}`);
    const { success, message, body } = await answer;
    assert.ok(success, `${command}: ${String(message)}\n${this.console()}`);
    return body ?? {};
  }

  /** The next event of that kind that nobody has waited for yet. */
  async next(event: string): Promise<Record<string, unknown>> {
    for (;;) {
      const found = this.events.findIndex((each, index) => index >= this.#taken && each.event === event);
      if (found >= 0) {
        this.#taken = found + 1;
        return this.events[found]?.body ?? {};
      }
      await new Promise<void>((resolve) => (this.#heard = resolve));
    }
  }

  console(): string {
    return this.events.map(({ event, body }) => (event === 'output' ? String(body?.['output']) : '')).join('');
  }

  async end(): Promise<void> {
    const closed = once(this.#adapter, 'close');
    this.#adapter.kill();
    await closed;
  }
}

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
    for (let stop = 0; stop < 12; stop += 1) {
      const { reason, threadId } = await client.next('stopped');
      const { stackFrames } = await client.ask('stackTrace', { threadId, levels: 1 });
      const [frame] = stackFrames as { id: number; source?: { name: string } }[];
      const { threads } = await client.ask('threads');
      seen.push(`${String(reason)} ${String(frame?.source?.name)} ${(threads as { name: string }[])[0]?.name ?? ''}`);
      // Set once more, it stays the same one.
      if (stop === 5) assert.deepEqual(await set('monitor.c', 21, 'turn % 2 == 0'), inMonitor);
      await client.ask('continue', { threadId });
    }
    assert.deepEqual([...new Set(seen)].sort(), [
      'breakpoint e1000n.c core 0 · e1000n',
      'breakpoint monitor.c core 0 · monitor',
    ]);
    assert.equal(seen.filter((each) => each.includes('monitor')).length, 4);
    await client.ask('disconnect');
  } finally {
    await client.end();
    await socket[Symbol.asyncDispose]();
  }
});

interface Frame {
  id: number;
  name: string;
  source?: { name: string };
}

/** Boots until the first stop there. */
async function atFirstStop(
  stopAt: FirstStop,
  use: (client: Client, frame: Frame | undefined) => Promise<void>,
): Promise<void> {
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
    const { threadId } = await client.next('stopped');
    const { stackFrames } = await client.ask('stackTrace', { threadId, levels: 1 });
    await use(client, (stackFrames as Frame[])[0]);
    await client.ask('disconnect');
  } finally {
    await client.end();
    await socket[Symbol.asyncDispose]();
  }
}

test('a boot stops in main of the domain that was asked for, and our commands can be typed there', limit, () =>
  atFirstStop({ domain: 'e1000n' }, async (client, frame) => {
    assert.deepEqual([frame?.name, frame?.source?.name], ['main', 'domain.c'], client.console());
    const typed = async (expression: string): Promise<unknown> => {
      const before = client.console().length;
      await client.ask('evaluate', { expression, context: 'repl', frameId: frame?.id });
      return JSON.parse(client.console().slice(before));
    };
    assert.partialDeepStrictEqual(await typed('barrelfish current'), { core: 0, name: 'e1000n', symbols: 'e1000n' });
    assert.equal(((await typed('>barrelfish errval 0x1407')) as unknown[]).length, 2);
  }),
);

for (const name of ['arch_init', 'kernel_startup'])
  test(`a boot stops in ${name}, and not at a breakpoint of the editor's`, limit, () =>
    atFirstStop({ function: name }, (client, frame) => {
      assert.equal(frame?.name, name, client.console());
      assert.ok(!client.events.some(({ event, body }) => event === 'breakpoint' && body?.['reason'] === 'new'));
      return Promise.resolve();
    }),
  );
