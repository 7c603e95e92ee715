import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Connection, RunningProgram } from '../host/connection.ts';
import { Failure } from '../host/failure.ts';

const script = readFileSync(new URL('./serial.sh', import.meta.url), 'utf8');

/** How much of the past is kept in memory for whoever listens late. */
const KEPT_BYTES = 4 * 1024 * 1024;
/** A chunk of less than this comes from a guest that is just writing: what follows comes in one piece with a pause. */
const SMALL_BYTES = 32 * 1024;
/** What comes after silence is handed on at once; then a line is heard of so often. */
const PAUSE_MS = 8;
/** Nobody reads a flood: with fewer messages the editor has time for what else is asked of it. */
const FLOOD_PAUSE_MS = 100;
/** A line that has been busy for so long is a flood; one that says nothing for SILENCE_MS isn't busy any more. */
const FLOOD_AFTER_MS = 1000;
const SILENCE_MS = 500;
const LF = 0x0a;
const CR = 0x0d;

export type SerialListener = (chunk: Buffer) => void;

/** What is known of a serial line from before. */
export interface SerialPast {
  /** Bytes so far. */
  bytes: number;
  /** The last of them, and how many lines had ended before those. */
  tail: Buffer;
  linesBefore: number;
  /** The tail begins behind a CR. */
  cut: boolean;
  /** The first of them: the boot. Empty where the tail has them. */
  head: Buffer;
}

export interface SerialOptions {
  past?: SerialPast | undefined;
  keptBytes?: number | undefined;
  /** There is no room on the host for what the guest says. */
  onFull?: (() => void) | undefined;
}

/**
 * A guest's serial line. QEMU writes it to a file on its host, which is followed from any byte on, by any window: none is
 * ever lost or seen twice, whoever comes and goes, and a guest never waits for a reader. Bytes are handed on in their
 * order, never decoded.
 */
export class SerialLine implements Disposable {
  readonly #program: Promise<RunningProgram>;
  readonly #listeners = new Set<SerialListener>();
  readonly #limit: number;
  /** What the guest said first, where that is known from before and not kept. */
  readonly head: Buffer;
  /** Resolves when QEMU has ended and all is handed on, or the line is lost or let go of. */
  readonly ended: Promise<void>;
  #kept: Buffer[] = [];
  #keptBytes = 0;
  #linesBefore = 0;
  #cut = false;
  #received = 0;
  #holds = 0;
  #free = Promise.withResolvers<undefined>();
  #gone = false;

  private constructor(program: Promise<RunningProgram>, { past, keptBytes = KEPT_BYTES }: SerialOptions) {
    this.#program = program;
    this.#limit = keptBytes;
    this.head = past?.head ?? Buffer.alloc(0);
    this.#free.resolve(undefined);
    if (past) {
      this.#keep(past.tail);
      this.#received = past.bytes;
      this.#linesBefore += past.linesBefore;
      this.#cut = past.cut;
    }
    this.ended = this.#read().catch(() => undefined); // a lost connection has others who tell of it
  }

  /** Follows the line of the guest in `directory`, from where the past ends. */
  static follow(connection: Connection, directory: string, options: SerialOptions = {}): SerialLine {
    const from = (options.past?.bytes ?? 0).toString();
    const program = connection.open(['/bin/sh', '-c', script, 'sh', directory, from], {
      onError: (text) => {
        if (text.includes('full')) options.onFull?.();
      },
    });
    return new SerialLine(program, options);
  }

  /** Bytes that the guest has sent since it started. */
  get received(): number {
    return this.#received;
  }

  /** Number of the first byte that is still in memory. */
  get keptFrom(): number {
    return this.#received - this.#keptBytes;
  }

  /** Lines that had ended before the first byte that is still in memory. */
  get linesBefore(): number {
    return this.#linesBefore;
  }

  /**
   * Chunks as they come. What is kept of the past comes first: all of it with `replay`, or, with `from`, what lies behind
   * so many bytes since the guest's start. Ends when disposed of.
   */
  listen(listener: SerialListener, options: { replay?: boolean; from?: number } = {}): Disposable {
    const { replay, from = replay ? 0 : this.#received } = options;
    let at = this.keptFrom;
    for (const chunk of [...this.#kept]) {
      const end = at + chunk.length;
      if (end > from) listener(chunk.subarray(Math.max(0, from - at)));
      at = end;
    }
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** Nothing more is read until all holds are disposed of. The guest goes on, and its host keeps what it says. */
  hold(): Disposable {
    let held = true;
    if (this.#holds === 0) this.#free = Promise.withResolvers();
    this.#holds += 1;
    return {
      [Symbol.dispose]: () => {
        if (!held) return;
        held = false;
        this.#holds -= 1;
        if (this.#holds === 0) this.#free.resolve(undefined);
      },
    };
  }

  /** Sends bytes, or text as UTF-8, behind what was sent before. Resolves when they are on their way to the guest. */
  async write(bytes: Uint8Array | string): Promise<void> {
    const { stdin } = await this.#program;
    if (this.#gone) throw new Failure('guest-gone', { guest: 'serial' });
    const written = Promise.withResolvers<undefined>();
    stdin.write(Buffer.from(bytes), (problem) => {
      if (problem) written.reject(new Failure('guest-gone', { guest: 'serial' }, { cause: problem }));
      else written.resolve(undefined);
    });
    await written.promise;
  }

  /** Lets go of the line; the guest goes on. */
  [Symbol.dispose](): void {
    this.#gone = true;
    this.#free.resolve(undefined);
    void this.#program.then(
      (program) => program[Symbol.asyncDispose](),
      () => undefined, // `ended` has told it
    );
  }

  async #read(): Promise<void> {
    try {
      let busySince = 0;
      let lastAt = 0;
      for await (const chunk of (await this.#program).stdout as AsyncIterable<Buffer>) {
        if (this.#gone) return;
        this.#take(chunk);
        const now = performance.now();
        if (now - lastAt > SILENCE_MS) busySince = now;
        lastAt = now;
        if (chunk.length < SMALL_BYTES) await delay(now - busySince > FLOOD_AFTER_MS ? FLOOD_PAUSE_MS : PAUSE_MS);
        await this.#free.promise;
      }
    } finally {
      this.#gone = true;
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
      const dropped = this.#kept[surplus];
      this.#keptBytes -= dropped?.length ?? 0;
      if (dropped) {
        this.#linesBefore += countLines(dropped, this.#cut);
        this.#cut = dropped.at(-1) === CR;
      }
      surplus += 1;
    }
    if (surplus > 0) this.#kept = this.#kept.slice(surplus);
  }
}

/** How many lines end in it, as an editor sees it: at CR LF, CR or LF. `cut`: it begins behind a CR. */
export function countLines(bytes: Buffer, cut: boolean): number {
  let lines = 0;
  for (let at = bytes.indexOf(CR); at !== -1; at = bytes.indexOf(CR, at + 1)) lines += 1;
  for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, at + 1)) {
    if (at === 0 ? !cut : bytes[at - 1] !== CR) lines += 1;
  }
  return lines;
}
