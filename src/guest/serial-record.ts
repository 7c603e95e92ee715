import { createWriteStream, mkdirSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import type { SerialLine } from './serial.ts';

/** So many guests' records are kept. */
const KEPT_RECORDS = 50;

/**
 * Writes all that comes over a serial line to a file, byte for byte.
 *
 * QEMU's own log isn't: a byte that its socket has no room for at once is logged again when it is sent (QEMU 7.2,
 * chardev/char.c, qemu_chr_write_buffer logs the whole buffer when the backend says EAGAIN), which a reader that is a
 * few hundred bytes late already makes happen.
 */
export class SerialRecord {
  readonly file: string;
  /** Resolves when the line has ended and everything is on the disk; rejects with what the disk said. */
  readonly written: Promise<void>;

  private constructor(file: string, serial: SerialLine) {
    this.file = file;
    const stream = createWriteStream(file, { mode: 0o600 });
    let hold: Disposable | undefined;
    const listening = serial.listen(
      (chunk) => {
        // A disk that is slower than the line slows the guest down, rather than filling memory.
        if (!stream.write(chunk)) hold ??= serial.hold();
      },
      { replay: true },
    );
    stream.on('drain', () => {
      hold?.[Symbol.dispose]();
      hold = undefined;
    });
    const stop = (): void => {
      listening[Symbol.dispose]();
      hold?.[Symbol.dispose]();
    };
    stream.on('error', stop); // a full disk ends the record, never the guest
    void serial.ended.then(() => {
      stop();
      stream.end();
    });
    this.written = finished(stream);
    this.written.catch(() => undefined); // whoever wants to know waits for it
  }

  /** Starts a record in `directory`, and drops the oldest ones there. */
  static start(directory: string, name: string, serial: SerialLine): SerialRecord {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const record = new SerialRecord(path.join(directory, `${name}.log`), serial);
    dropOldest(directory).catch(() => undefined); // the next one tries again
    return record;
  }
}

async function dropOldest(directory: string): Promise<void> {
  const all = (await readdir(directory)).filter((each) => each.endsWith('.log')).sort();
  const surplus = all.slice(0, Math.max(0, all.length - KEPT_RECORDS));
  await Promise.all(surplus.map((each) => rm(path.join(directory, each), { force: true })));
}
