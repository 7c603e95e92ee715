import { createReadStream, createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { open, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { countLines, type SerialLine, type SerialPast } from './serial.ts';
import type { GuestSession } from './session.ts';

/** So much of the past is for whoever listens late. */
const TAIL_BYTES = 4 * 1024 * 1024;
/** A boot says some tens of kilobytes. */
const HEAD_BYTES = 256 * 1024;
/** Of chunks that come closer together only the first is timed. */
const TIMED_EVERY_MS = 20;
const LONGEST_NAME = 60;

interface RecordOptions {
  /** So many are kept, and those of these guests. */
  kept: number;
  live?: readonly string[];
  /** The record has ended before the line: what the disk said. */
  onProblem?: (problem: Error) => void;
}

/**
 * Writes all that comes over a serial line to a file on the editor's side, byte for byte, over several windows; and beside
 * it, when each part came: lines of `BYTES MILLISECONDS`, counted from the guest's start.
 */
export class SerialRecord {
  readonly file: string;
  /** Resolves when the line has ended and everything is on the disk; rejects with what the disk said. */
  readonly written: Promise<void>;

  private constructor(file: string, startedAt: Date, serial: SerialLine, from: number) {
    this.file = file;
    const flags = from === 0 ? 'w' : 'a';
    const log = createWriteStream(file, { mode: 0o600, flags });
    const times = createWriteStream(timesOf(file), { mode: 0o600, flags });
    times.on('error', () => undefined); // the bytes are what counts
    const write = timed(log, times, startedAt, from);
    let hold: Disposable | undefined;
    const listening = serial.listen(
      (chunk) => {
        // A disk that is slower than the line lets the line wait, rather than filling memory.
        if (!write(chunk)) hold ??= serial.hold();
      },
      { from },
    );
    log.on('drain', () => {
      hold?.[Symbol.dispose]();
      hold = undefined;
    });
    const stop = (): void => {
      listening[Symbol.dispose]();
      hold?.[Symbol.dispose]();
    };
    log.on('error', stop); // a full disk ends the record, never the guest
    void serial.ended.then(() => {
      stop();
      log.end();
      times.end();
    });
    this.written = finished(log);
  }

  /** Starts the record of a guest in `directory`, or goes on with it behind `past`; drops the oldest ones there. */
  static start(
    directory: string,
    session: GuestSession,
    serial: SerialLine,
    { kept, live = [], onProblem, past }: RecordOptions & { past?: SerialPast | undefined },
  ): SerialRecord {
    try {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
    } catch {
      // Writing will say it.
    }
    const file = path.join(directory, recordName(session));
    const record = new SerialRecord(file, session.startedAt, serial, past?.bytes ?? 0);
    record.written.catch((problem: unknown) => onProblem?.(problem as Error));
    dropOldest(directory, kept, [session.id, ...live]).catch(() => undefined); // the next one tries again
    return record;
  }
}

function timed(log: WriteStream, times: WriteStream, startedAt: Date, from: number): (chunk: Buffer) => boolean {
  let bytes = from;
  let next = 0;
  return (chunk) => {
    const now = Date.now() - startedAt.getTime();
    if (now >= next) {
      times.write(`${bytes.toString()} ${now.toString()}\n`);
      next = now + TIMED_EVERY_MS;
    }
    bytes += chunk.length;
    return log.write(chunk);
  };
}

/** Sorted by name, the newest is the last: `20261122-224510-a1b2.Barrelfish-03-00.0.log`. */
function recordName({ id, spec }: Pick<GuestSession, 'id' | 'spec'>): string {
  return `${id}.${spec.name.replaceAll(/[^\w.-]+/g, '-').slice(0, LONGEST_NAME)}.log`;
}

export function timesOf(file: string): string {
  return file.replace(/\.log$/, '.times');
}

/** What an earlier window has recorded of a guest; undefined when there is nothing. */
export async function recordedPast(directory: string, session: GuestSession): Promise<SerialPast | undefined> {
  const file = path.join(directory, recordName(session));
  const bytes = await stat(file).then(
    ({ size }) => size,
    () => 0,
  );
  if (bytes === 0) return undefined;
  const from = Math.max(0, bytes - TAIL_BYTES);
  let linesBefore = 0;
  let cut = false;
  if (from > 0) {
    for await (const chunk of createReadStream(file, { end: from - 1 }) as AsyncIterable<Buffer>) {
      linesBefore += countLines(chunk, cut);
      cut = chunk.at(-1) === 0x0d;
    }
  }
  const handle = await open(file);
  const read = async (length: number, position: number): Promise<Buffer> => {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
    return buffer.subarray(0, bytesRead);
  };
  try {
    const tail = await read(bytes - from, from);
    return { bytes: from + tail.length, tail, linesBefore, cut, head: await read(Math.min(from, HEAD_BYTES), 0) };
  } finally {
    await handle.close();
  }
}

/** Names of the records in a directory, the newest first. */
export async function listRecords(directory: string): Promise<string[]> {
  const all = await readdir(directory).catch(() => []);
  return all.filter((each) => each.endsWith('.log')).sort((a, b) => (a < b ? 1 : -1));
}

/** The record of the run before, of a guest of the same name. */
export async function recordBefore(file: string): Promise<string | undefined> {
  const directory = path.dirname(file);
  const own = path.basename(file);
  const guest = own.slice(own.indexOf('.'));
  const before = (await listRecords(directory)).find((each) => each < own && each.slice(each.indexOf('.')) === guest);
  return before === undefined ? undefined : path.join(directory, before);
}

async function dropOldest(directory: string, kept: number, live: readonly string[]): Promise<void> {
  const surplus = (await listRecords(directory))
    .slice(kept)
    .filter((name) => !live.some((id) => name.startsWith(`${id}.`)))
    .map((each) => path.join(directory, each));
  await Promise.all(surplus.flatMap((file) => [rm(file, { force: true }), rm(timesOf(file), { force: true })]));
}
