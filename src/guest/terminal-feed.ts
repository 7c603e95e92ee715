import type { SerialLine } from './serial.ts';

/** A screen shows no more than 60 of them a second. */
const FRAME_MS = 16;
/** A terminal takes so much at once without stuttering. */
const LARGEST_DELIVERY = 256 * 1024;
/** From here on the guest has to wait … */
const HIGH_WATER = 1024 * 1024;
/** … until so little is left. */
const LOW_WATER = 256 * 1024;

/**
 * Serial line → text for a terminal, once per frame. `deliver` is awaited before more is sent; meanwhile the line is
 * held rather than memory filled.
 *
 * Bytes are read as UTF-8, which ASCII is part of: whatever Barrelfish itself prints. Bytes that are none show as
 * U+FFFD, as in any terminal; read as latin1 they would look like text that the guest has never sent. The log has them
 * unchanged.
 */
export class TerminalFeed implements Disposable {
  readonly #serial: SerialLine;
  readonly #deliver: (text: string) => Promise<void> | void;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  readonly #listening: Disposable;
  #chunks: Buffer[] = [];
  /** Bytes that haven't been delivered, those on their way included. */
  #backlog = 0;
  readonly #from: number;
  #delivered = 0;
  #hold: Disposable | undefined;
  #timer: NodeJS.Timeout | undefined;
  #sending = false;
  #sentAt = 0;
  #ended = false;
  #disposed = false;
  readonly #done = Promise.withResolvers<undefined>();

  constructor(serial: SerialLine, deliver: (text: string) => Promise<void> | void, options: { from?: number } = {}) {
    this.#serial = serial;
    this.#deliver = deliver;
    this.#from = Math.max(options.from ?? serial.received, serial.keptFrom);
    this.#listening = serial.listen(
      (chunk) => {
        this.#take(chunk);
      },
      { from: this.#from },
    );
    void serial.ended.then(() => {
      this.#ended = true;
      this.#schedule();
    });
  }

  /** Number of the byte, since the guest's start, that is shown next. */
  get position(): number {
    return this.#from + this.#delivered;
  }

  /** Resolves when the line has ended and all of it is shown. */
  async shown(): Promise<void> {
    await this.#serial.ended;
    await this.#done.promise;
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#done.resolve(undefined);
    this.#listening[Symbol.dispose]();
    clearTimeout(this.#timer);
    this.#release();
    this.#chunks = [];
  }

  #take(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#backlog += chunk.length;
    if (this.#backlog >= HIGH_WATER) this.#hold ??= this.#serial.hold();
    this.#schedule();
  }

  #schedule(): void {
    if (this.#sending || this.#timer || this.#disposed) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        void this.#send();
      },
      Math.max(0, FRAME_MS - (performance.now() - this.#sentAt)),
    );
  }

  async #send(): Promise<void> {
    this.#sending = true;
    this.#sentAt = performance.now();
    const bytes = this.#next();
    const last = this.#ended && this.#chunks.length === 0;
    const text = this.#decoder.decode(bytes, { stream: !last });
    try {
      if (text !== '') await this.#deliver(text);
    } catch {
      this[Symbol.dispose](); // there is no terminal any more
    }
    this.#sending = false;
    this.#backlog -= bytes.length;
    this.#delivered += bytes.length;
    if (this.#backlog <= LOW_WATER) this.#release();
    if (this.#chunks.length > 0) this.#schedule();
    else if (this.#ended) this.#done.resolve(undefined);
  }

  #next(): Buffer {
    const taken: Buffer[] = [];
    let bytes = 0;
    let count = 0;
    for (const chunk of this.#chunks) {
      if (bytes > 0 && bytes + chunk.length > LARGEST_DELIVERY) break;
      taken.push(chunk);
      bytes += chunk.length;
      count += 1;
    }
    this.#chunks = this.#chunks.slice(count);
    return Buffer.concat(taken);
  }

  #release(): void {
    this.#hold?.[Symbol.dispose]();
    this.#hold = undefined;
  }
}
