import { setImmediate as turn } from 'node:timers/promises';
import type { CancellationToken, TextDocument } from 'vscode';
import type { SerialEvent } from '../barrelfish/serial-events.ts';
import type { SerialReference } from '../barrelfish/serial-references.ts';
import { SerialScanner } from '../barrelfish/serial-scanner.ts';

/** A reference of a serial log, and where it stands: columns of its line. */
export type PlacedReference = SerialReference & { line: number };

/** What a serial log tells, in the order of its lines. */
export interface ReadLog {
  events: readonly SerialEvent[];
  references: readonly PlacedReference[];
  /** Blocks of lines that are a dump. */
  dumps: readonly { first: number; last: number }[];
}

/** So much is read before the editor has its turn again. */
const PIECE = 512 * 1024;
/** A log may consist of nothing else. */
const MOST_EVENTS = 50_000;
const MOST_REFERENCES = 100_000;

/** Reads serial logs that are open in editors: each piece once, also while a log grows. */
export class LogReader {
  readonly #readings = new WeakMap<TextDocument, Reading>();

  /** Undefined when it was called off. */
  async read(document: TextDocument, token: CancellationToken): Promise<ReadLog | undefined> {
    let reading = this.#readings.get(document);
    if (!reading?.goesOn(document)) {
      reading = new Reading();
      this.#readings.set(document, reading);
    }
    return reading.read(document, token);
  }
}

class Reading {
  readonly #events: SerialEvent[] = [];
  readonly #references: PlacedReference[] = [];
  readonly #scanner = new SerialScanner((event) => this.#events.length < MOST_EVENTS && this.#events.push(event), {
    onReference: (reference) => this.#references.length < MOST_REFERENCES && this.#references.push(reference),
  });
  #text = '';
  #version = -1;
  #done = 0;
  #running: Promise<void> = Promise.resolve();

  /** The log has at most grown. */
  goesOn(document: TextDocument): boolean {
    if (document.version === this.#version) return true;
    return document.getText().startsWith(this.#text.slice(0, this.#done));
  }

  async read(document: TextDocument, token: CancellationToken): Promise<ReadLog | undefined> {
    if (document.version !== this.#version) {
      this.#version = document.version;
      this.#text = document.getText();
    }
    // Several ask at once; one reads.
    this.#running = this.#running.then(() => this.#readOn(token));
    await this.#running;
    if (token.isCancellationRequested) return undefined;
    const closed = this.#events.flatMap((each) =>
      each.kind === 'dump' ? [{ first: each.line, last: each.last }] : [],
    );
    const open = this.#scanner.openDump;
    return { events: this.#events, references: this.#references, dumps: open ? [...closed, open] : closed };
  }

  /** All whole lines. */
  async #readOn(token: CancellationToken): Promise<void> {
    while (!token.isCancellationRequested) {
      const end = Math.min(this.#done + PIECE, this.#text.lastIndexOf('\n') + 1);
      if (end <= this.#done) return;
      this.#scanner.pushText(this.#text.slice(this.#done, end));
      this.#done = end;
      await turn();
    }
  }
}
