import { Worker } from 'node:worker_threads';
import { Failure } from '../host/failure.ts';
import type { FromReader, ToReader } from './serial-reader.ts';

/** How much of the past is kept in memory for whoever listens late. */
const KEPT_BYTES = 4 * 1024 * 1024;

export type SerialListener = (chunk: Buffer) => void;

export interface SerialOptions {
  signal?: AbortSignal | undefined;
  /** What came before this connection: the last part of it, and how much it was in all. */
  past?: { tail: Buffer; bytes: number } | undefined;
  keptBytes?: number | undefined;
}

/** A thread that nobody uses yet: one takes as long to start as QEMU does. */
let spare: Worker | undefined;

function startReader(): Worker {
  const own = import.meta.url;
  const reader = new Worker(new URL(own.endsWith('.ts') ? './serial-reader.ts' : './serial-reader.cjs', own));
  reader.unref(); // nobody has to wait for it
  return reader;
}

/** A guest's serial line, read by a thread of its own. Bytes are handed on in their order: never decoded or dropped. */
export class SerialLine implements Disposable {
  readonly #reader: Worker;
  readonly #connected = Promise.withResolvers<undefined>();
  readonly #writing = new Map<number, PromiseWithResolvers<undefined>>();
  readonly #listeners = new Set<SerialListener>();
  readonly #limit: number;
  /** Resolves when the line is gone. */
  readonly ended: Promise<void>;
  #kept: Buffer[] = [];
  #keptBytes = 0;
  #received = 0;
  #holds = 0;
  #writes = 0;
  #gone = false;

  private constructor(reader: Worker, options: SerialOptions) {
    this.#reader = reader;
    this.#limit = options.keptBytes ?? KEPT_BYTES;
    if (options.past) {
      this.#keep(options.past.tail);
      this.#received = options.past.bytes;
    }
    const ended = Promise.withResolvers<undefined>();
    this.ended = ended.promise;
    reader.on('message', (message: FromReader) => {
      this.#hear(message);
    });
    reader.on('error', (error) => {
      this.#connected.reject(error);
    });
    reader.on('exit', () => {
      this.#gone = true;
      for (const { reject } of this.#writing.values()) reject(new Failure('guest-gone', { guest: 'serial' }));
      this.#writing.clear();
      ended.resolve(undefined);
    });
  }

  /** Has a thread ready for the next line. */
  static readonly warmUp = (): void => {
    spare ??= startReader();
  };

  /** Connects to the socket at `path`. Throws `guest-gone` when nobody is there. */
  static async connect(path: string, options: SerialOptions & { guest: string }): Promise<SerialLine> {
    if (options.signal?.aborted) throw new Failure('cancelled', undefined);
    const reader = spare ?? startReader();
    spare = undefined;
    reader.ref();
    const line = new SerialLine(reader, options);
    line.#tell({ kind: 'connect', path });
    try {
      await line.#connected.promise;
    } catch (cause) {
      throw new Failure('guest-gone', { guest: options.guest }, { cause });
    }
    return line;
  }

  /** Bytes that the guest has sent since it started. */
  get received(): number {
    return this.#received;
  }

  /** Number of the first byte that is still in memory; what came before is in the log on the host. After an attach it is a
   * count of the log's bytes, see `serial-log.ts`. */
  get keptFrom(): number {
    return this.#received - this.#keptBytes;
  }

  /** Chunks as they come; with `replay`, what is kept of the past comes first. Ends when disposed of. */
  listen(listener: SerialListener, options: { replay?: boolean } = {}): Disposable {
    if (options.replay) for (const chunk of [...this.#kept]) listener(chunk);
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /**
   * Nothing more is read from the guest until all holds are disposed of. The socket then fills up, QEMU's UART stays
   * busy, and the guest waits for it as it would for a slow line.
   */
  hold(): Disposable {
    let held = true;
    this.#holds += 1;
    if (this.#holds === 1) this.#tell({ kind: 'hold', held: true });
    return {
      [Symbol.dispose]: () => {
        if (!held) return;
        held = false;
        this.#holds -= 1;
        if (this.#holds === 0) this.#tell({ kind: 'hold', held: false });
      },
    };
  }

  /** Sends bytes, or text as UTF-8, behind what was sent before. Resolves when they are on their way to the guest. */
  async write(bytes: Uint8Array | string): Promise<void> {
    if (this.#gone) throw new Failure('guest-gone', { guest: 'serial' });
    const id = (this.#writes += 1);
    const written = Promise.withResolvers<undefined>();
    this.#writing.set(id, written);
    this.#tell({ kind: 'write', id, bytes: Buffer.from(bytes) });
    await written.promise;
  }

  /** Lets go of the line; the guest goes on. */
  [Symbol.dispose](): void {
    this.#tell({ kind: 'end' });
  }

  #tell(message: ToReader): void {
    this.#reader.postMessage(message);
  }

  #hear(message: FromReader): void {
    switch (message.kind) {
      case 'connected':
        this.#connected.resolve(undefined);
        break;
      case 'data':
        this.#take(Buffer.from(message.bytes.buffer));
        this.#tell({ kind: 'taken', bytes: message.bytes.length });
        break;
      case 'written': {
        const { id, problem } = message;
        if (problem === undefined) this.#writing.get(id)?.resolve(undefined);
        else this.#writing.get(id)?.reject(new Failure('guest-gone', { guest: 'serial' }, { cause: problem }));
        this.#writing.delete(id);
        break;
      }
      case 'closed':
        this.#gone = true;
        this.#connected.reject(new Error(message.problem ?? 'closed'));
        break;
    }
  }

  #take(chunk: Buffer): void {
    this.#received += chunk.length;
    this.#keep(chunk);
    for (const listener of [...this.#listeners]) listener(chunk);
  }

  #keep(chunk: Buffer): void {
    this.#kept.push(chunk);
    this.#keptBytes += chunk.length;
    let surplus = 0;
    while (this.#keptBytes - (this.#kept[surplus]?.length ?? Infinity) >= this.#limit) {
      this.#keptBytes -= this.#kept[surplus]?.length ?? 0;
      surplus += 1;
    }
    if (surplus > 0) this.#kept = this.#kept.slice(surplus);
  }
}
