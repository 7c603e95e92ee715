import { connect, type Socket } from 'node:net';
import { Failure } from '../host/failure.ts';
import { LineSplitter } from './line-splitter.ts';
import type { QemuVersion } from './qemu-version.ts';

/** Arguments and answers of the commands that we use (QEMU QMP Reference Manual). */
export interface QmpCommands {
  qmp_capabilities: { in: undefined; out: unknown };
  'query-status': { in: undefined; out: QmpStatus };
  'query-chardev': { in: undefined; out: readonly { label: string; filename: string; 'frontend-open': boolean }[] };
  'query-pci': { in: undefined; out: readonly QmpPciBus[] };
  cont: { in: undefined; out: unknown };
  stop: { in: undefined; out: unknown };
  system_reset: { in: undefined; out: unknown };
  system_powerdown: { in: undefined; out: unknown };
  quit: { in: undefined; out: unknown };
  device_add: { in: { driver: string; id: string; bus?: string } & Record<string, unknown>; out: unknown };
  device_del: { in: { id: string }; out: unknown };
  'human-monitor-command': { in: { 'command-line': string }; out: string };
  'dump-guest-memory': { in: { paging: boolean; protocol: string; detach: boolean }; out: unknown };
  'query-dump': { in: undefined; out: { status: string; completed: number; total: number } };
  screendump: { in: { filename: string; format?: 'ppm' | 'png' }; out: unknown };
}

export interface QmpStatus {
  running: boolean;
  /** RunState. */
  status: string;
}

interface QmpPciBus {
  bus: number;
  devices: readonly QmpPciDevice[];
}

export interface QmpPciDevice {
  bus: number;
  slot: number;
  function: number;
  qdev_id: string;
  id: { vendor: number; device: number };
  regions: readonly { bar: number; type: 'io' | 'memory'; address: number; size: number }[];
  pci_bridge?: { devices?: readonly QmpPciDevice[] };
}

export interface QmpEvent {
  event: string;
  data: Readonly<Record<string, unknown>>;
}

/** What QEMU says first (docs/interop/qmp-spec.txt, 2.2). */
interface Greeting {
  version?: { qemu?: QemuVersion };
}

interface Waiting {
  command: string;
  resolve: (value: unknown) => void;
  reject: (reason: Failure) => void;
}

const DEFAULT_TIMEOUT_MS = 10_000;

interface CallOptions {
  signal?: AbortSignal | undefined;
  timeoutMs?: number | undefined;
}

/** A connection to QEMU's machine protocol. */
export class Qmp implements AsyncDisposable {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Set<(event: QmpEvent) => void>();
  readonly #greeting = Promise.withResolvers<Greeting>();
  #version: QemuVersion | undefined;
  #next = 1;
  #gone: Failure | undefined;
  /** Resolves when the connection is closed, by whomever. */
  readonly closed: Promise<void>;

  private constructor(socket: Socket, guest: string) {
    this.#socket = socket;
    const closed = Promise.withResolvers<undefined>();
    this.closed = closed.promise;
    this.#greeting.promise.catch(() => undefined); // it has no listener once it is there
    const splitter = new LineSplitter((line) => {
      this.#read(line);
    });
    socket.on('data', (chunk: Buffer) => {
      splitter.push(chunk);
    });
    socket.on('error', () => undefined); // 'close' follows
    socket.on('close', () => {
      this.#gone ??= new Failure('guest-gone', { guest });
      this.#greeting.reject(this.#gone);
      for (const { reject } of this.#waiting.values()) reject(this.#gone);
      this.#waiting.clear();
      closed.resolve(undefined);
    });
  }

  /** Connects and negotiates. QEMU serves one client at a time: a second one waits for its greeting. */
  static async connect(path: string, options: CallOptions & { guest: string }): Promise<Qmp> {
    const qmp = new Qmp(connect(path), options.guest);
    try {
      qmp.#version = (await qmp.#limited('connect', qmp.#greeting.promise, options)).version?.qemu;
      await qmp.execute('qmp_capabilities', undefined, options);
      return qmp;
    } catch (error) {
      await qmp[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** QEMU's own. */
  get version(): QemuVersion | undefined {
    return this.#version;
  }

  /** Throws `qmp-error`, `guest-gone`, `timeout` or `cancelled`. */
  async execute<C extends keyof QmpCommands>(
    command: C,
    args?: QmpCommands[C]['in'],
    options: CallOptions = {},
  ): Promise<QmpCommands[C]['out']> {
    if (this.#gone) throw this.#gone;
    const id = this.#next;
    this.#next += 1;
    const answer = Promise.withResolvers<unknown>();
    this.#waiting.set(id, { command, resolve: answer.resolve, reject: answer.reject });
    this.#socket.write(
      `${JSON.stringify({ execute: command, ...(args === undefined ? {} : { arguments: args }), id })}\n`,
    );
    try {
      return await this.#limited(command, answer.promise, options);
    } finally {
      this.#waiting.delete(id);
    }
  }

  /** Calls back for each event until disposed of. */
  onEvent(listener: (event: QmpEvent) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
    await this.closed;
  }

  async #limited<T>(
    operation: string,
    promise: Promise<T>,
    { signal, timeoutMs = DEFAULT_TIMEOUT_MS }: CallOptions,
  ): Promise<T> {
    const called = Promise.withResolvers<never>();
    const cancel = (): void => {
      called.reject(new Failure('cancelled', undefined));
    };
    const timer = setTimeout(() => {
      called.reject(new Failure('timeout', { operation: `QMP ${operation}`, seconds: timeoutMs / 1000 }));
    }, timeoutMs);
    signal?.addEventListener('abort', cancel, { once: true });
    if (signal?.aborted) cancel();
    promise.catch(() => undefined); // the other may have won
    try {
      return await Promise.race([promise, called.promise]);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
    }
  }

  #read(line: Buffer): void {
    const message = parseMessage(line);
    if (!message) return;
    if ('QMP' in message) {
      this.#greeting.resolve(message['QMP'] as Greeting);
      return;
    }
    if (typeof message['event'] === 'string') {
      const event = { event: message['event'], data: (message['data'] ?? {}) as QmpEvent['data'] };
      for (const listener of [...this.#listeners]) listener(event);
      return;
    }
    const waiting = this.#waiting.get(Number(message['id']));
    if (!waiting) return; // nobody waits for it any more
    const error = message['error'] as { class?: string; desc?: string } | undefined;
    if (error === undefined) waiting.resolve(message['return']);
    else {
      const facts = { command: waiting.command, class: error.class ?? '', description: error.desc ?? '' };
      waiting.reject(new Failure('qmp-error', facts));
    }
  }
}

/** A line that isn't an object is no message: a stray byte must not end the connection. */
function parseMessage(line: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
