// A client of the debug adapter, as an editor is one.

import assert from 'node:assert/strict';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import process from 'node:process';
import { BARRELFISH_REQUEST, type Answer, type Question } from '../../src/debug/barrelfish-request.ts';
import { engines, type EngineName } from '../../src/debug/engines.ts';
import { sessionArguments, type SessionWish } from '../../src/debug/session-arguments.ts';
import type { Guest } from '../../src/guest/guest.ts';
import { script } from './gdb.ts';

export interface Message {
  type: string;
  event?: string;
  command?: string;
  request_seq?: number;
  success?: boolean;
  message?: string;
  body?: Record<string, unknown>;
}

export interface Frame {
  id: number;
  name: string;
  line: number;
  source?: { name: string };
  instructionPointerReference: string;
}

export interface Stop {
  reason: string;
  threadId: number;
}

/** As it is in the source tree; the bundle is `dist/debug-adapter.cjs`. */
const ADAPTER = path.resolve(import.meta.dirname, '../../src/debug/adapter.ts');

/** A client of the Debug Adapter Protocol, as small as can be. */
export class Client implements AsyncDisposable {
  readonly #adapter: ChildProcessWithoutNullStreams;
  readonly #answers = new Map<number, (message: Message) => void>();
  readonly events: Message[] = [];
  #heard: (() => void) | undefined;
  #taken = 0;
  #sequence = 0;
  #rest = Buffer.alloc(0);

  constructor(command: readonly [string, ...string[]] = [process.execPath, ADAPTER], directory?: string) {
    const [program, ...args] = command;
    this.#adapter = spawn(program, args, { cwd: directory });
    this.#adapter.stdin.on('error', () => undefined); // one that has ended reads nothing
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

  get pid(): number | undefined {
    return this.#adapter.pid;
  }

  /** The answer, whether it is a success or not. */
  async request(command: string, parameters: object = {}): Promise<Message> {
    this.#sequence += 1;
    const text = JSON.stringify({ seq: this.#sequence, type: 'request', command, arguments: parameters });
    const answer = new Promise<Message>((resolve) => this.#answers.set(this.#sequence, resolve));
    this.#adapter.stdin.write(`Content-Length: ${String(Buffer.byteLength(text))}\r\n\r\n${text}`);
    return await answer;
  }

  async ask(command: string, parameters: object = {}): Promise<Record<string, unknown>> {
    const { success, message, body } = await this.request(command, parameters);
    assert.ok(success, `${command}: ${String(message)}\n${this.console()}`);
    return body ?? {};
  }

  /** The next event of that kind that nobody has waited for yet; those of other kinds before it are passed over. */
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

  /** Our own request. */
  async question(words: readonly string[], more: Partial<Question> = {}): Promise<Answer> {
    return (await this.ask(BARRELFISH_REQUEST, { words, ...more })) as Record<string, unknown> & Answer;
  }

  async stopped(): Promise<Stop> {
    return (await this.next('stopped')) as Record<string, unknown> & Stop;
  }

  /** The innermost frame of the thread that has stopped. */
  async frame({ threadId }: Stop): Promise<Frame> {
    const { stackFrames } = await this.ask('stackTrace', { threadId, levels: 1 });
    const [frame] = stackFrames as Frame[];
    assert.ok(frame, this.console());
    return frame;
  }

  async threads(): Promise<string[]> {
    const { threads } = await this.ask('threads');
    return (threads as { name: string }[]).map(({ name }) => name);
  }

  async value(expression: string, { id }: Frame): Promise<string> {
    return String((await this.ask('evaluate', { expression, frameId: id, context: 'watch' }))['result']);
  }

  /** What gdb's console says to a command. */
  async typed(command: string, { id }: Frame): Promise<string> {
    const before = this.console().length;
    const { result } = await this.ask('evaluate', { expression: command, context: 'repl', frameId: id });
    return this.console().slice(before) + String(result);
  }

  console(): string {
    return this.events.map(({ event, body }) => (event === 'output' ? String(body?.['output']) : '')).join('');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#adapter.exitCode !== null || this.#adapter.signalCode !== null) return;
    const closed = once(this.#adapter, 'close');
    this.#adapter.kill();
    await closed;
  }
}

/** A session at a guest, which ends with its block. */
export interface Session extends AsyncDisposable {
  readonly client: Client;
  /** The breakpoints are set: now the guest runs, or goes on. */
  run: () => Promise<void>;
}

type Wish = Omit<SessionWish, 'socket' | 'symbols' | 'commands' | 'gdb'> & Partial<SessionWish>;

interface Options {
  adapter?: string;
  directory?: string;
  engine?: EngineName;
  request?: 'launch' | 'attach';
}

/** Connected, and ready for breakpoints. */
export async function sessionAt(guest: Guest, wish: Wish, options: Options = {}): Promise<Session> {
  const socket = await guest.gdbSocket();
  try {
    const { client, run } = await sessionOf({ socket: socket.path, ...wish }, options);
    const end = async (): Promise<void> => {
      await client[Symbol.asyncDispose]();
      await socket[Symbol.asyncDispose]();
    };
    return { client, run, [Symbol.asyncDispose]: end };
  } catch (error) {
    await socket[Symbol.asyncDispose]();
    throw error;
  }
}

/** The same, at whatever answers there. */
export async function sessionOf(wish: Wish & { socket: string }, options: Options = {}): Promise<Session> {
  const given = sessionArguments({ gdb: 'gdb', symbols: [], commands: [], ...wish });
  const { adapter = ADAPTER, engine = 'bundled', request = 'attach' } = options;
  const ours = [process.execPath, adapter] as const;
  const client = new Client(engine === 'bundled' ? ours : engines[engine].command(given, script), options.directory);
  try {
    await client.ask('initialize', { adapterID: 'barrelfish', linesStartAt1: true, pathFormat: 'path' });
    const attached = client.ask(request, given);
    await Promise.race([client.next('initialized'), attached]);
    return {
      client,
      run: async () => {
        await client.ask('configurationDone');
        await attached;
      },
      [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
    };
  } catch (error) {
    await client[Symbol.asyncDispose]();
    throw error;
  }
}
