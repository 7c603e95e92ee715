import { connect, type Socket } from 'node:net';
import { Failure } from '../host/failure.ts';

/** How much of the past is kept in memory for whoever listens late. */
const KEPT_BYTES = 4 * 1024 * 1024;

/** Read at once, at most. */
const READ_BYTES = 64 * 1024;
/**
 * QEMU writes each byte by itself, and a reader that is woken for each is slower than the guest. So after a small read
 * comes a pause. It is short, because a unix socket has room for few messages, however small: some 270.
 */
const SMALL_READ_BYTES = 1024;
const PAUSE_MS = 1;

export type SerialListener = (chunk: Buffer) => void;

export interface SerialOptions {
  signal?: AbortSignal | undefined;
  /** What came before this connection: the last part of it, and how much it was in all. */
  past?: { tail: Buffer; bytes: number } | undefined;
  keptBytes?: number | undefined;
}

/** A guest's serial line. Bytes are handed on as they come: never decoded, joined or dropped. */
export class SerialLine implements Disposable {
  readonly #socket: Socket;
  readonly #listeners = new Set<SerialListener>();
  readonly #limit: number;
  /** Resolves when the line is gone. */
  readonly ended: Promise<void>;
  #kept: Buffer[] = [];
  #keptBytes = 0;
  #received = 0;
  #holds = 0;
  #gone = false;

  private constructor(socket: Socket, options: SerialOptions) {
    this.#socket = socket;
    this.#limit = options.keptBytes ?? KEPT_BYTES;
    if (options.past) {
      this.#keep(options.past.tail);
      this.#received = options.past.bytes;
    }
    const ended = Promise.withResolvers<undefined>();
    this.ended = ended.promise;
    socket.on('error', () => undefined); // 'close' follows
    socket.on('close', () => {
      this.#gone = true;
      ended.resolve(undefined);
    });
  }

  /** Connects to the socket at `path`. Throws `guest-gone` when nobody is there. */
  static async connect(path: string, options: SerialOptions & { guest: string }): Promise<SerialLine> {
    if (options.signal?.aborted) throw new Failure('cancelled', undefined);
    const socket = connect({
      path,
      // Only a socket with a buffer of its own stops reading at once when it is paused (net.Socket's `onread`).
      onread: {
        buffer: Buffer.allocUnsafe(READ_BYTES),
        callback: (bytes, buffer) => {
          line.#take(Buffer.from(buffer.subarray(0, bytes)));
          return true;
        },
      },
    });
    const connected = Promise.withResolvers<undefined>();
    socket.once('connect', () => {
      connected.resolve(undefined);
    });
    socket.once('error', (cause) => {
      connected.reject(new Failure('guest-gone', { guest: options.guest }, { cause }));
    });
    const line = new SerialLine(socket, options);
    await connected.promise;
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
    this.#socket.pause();
    return {
      [Symbol.dispose]: () => {
        if (!held) return;
        held = false;
        this.#holds -= 1;
        if (this.#holds === 0) this.#socket.resume();
      },
    };
  }

  /** Sends bytes, or text as UTF-8, behind what was sent before. Resolves when they are on their way to the guest. */
  write(bytes: Uint8Array | string): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#gone) {
        reject(new Failure('guest-gone', { guest: 'serial' }));
        return;
      }
      this.#socket.write(bytes, (error) => {
        if (error) reject(new Failure('guest-gone', { guest: 'serial' }, { cause: error }));
        else resolve();
      });
    });
  }

  /** Lets go of the line; the guest goes on. */
  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#received += chunk.length;
    this.#keep(chunk);
    for (const listener of [...this.#listeners]) listener(chunk);
    if (chunk.length >= SMALL_READ_BYTES) return;
    const pause = this.hold();
    setTimeout(() => {
      pause[Symbol.dispose]();
    }, PAUSE_MS);
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
