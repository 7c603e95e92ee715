import { setTimeout as delay } from 'node:timers/promises';
import type { Connection, ForwardedSocket } from '../host/connection.ts';
import { Failure } from '../host/failure.ts';
import { Qmp } from './qmp.ts';
import { SerialLine, type SerialOptions } from './serial.ts';
import { guestEnd, linesOf, type GuestSession } from './session.ts';

/** QEMU answers when its devices are ready, and pinning the memory of a large guest takes its time. */
const START_GREETING_MS = 180_000;
/** One that lives answers at once, unless somebody else has its ear. */
const ATTACH_GREETING_MS = 5_000;
const RETRY_MS = 10;
const RETRIES = 500;

/** A guest's control connection and serial line, and what they are forwarded by. */
export interface Lines {
  qmp: Qmp;
  serial: SerialLine;
  forwards: readonly ForwardedSocket[];
}

export async function closeLines({
  qmp,
  serial,
  forwards,
}: { [K in keyof Lines]: Lines[K] | undefined }): Promise<void> {
  serial?.[Symbol.dispose]();
  await qmp?.[Symbol.asyncDispose]();
  await Promise.all((forwards ?? []).map((forward) => forward[Symbol.asyncDispose]()));
}

/** Connects. A fresh guest may take its time, and has no past. */
export async function connectLines(
  connection: Connection,
  session: GuestSession,
  { fresh, signal, serial: options }: { fresh: boolean; signal: AbortSignal | undefined; serial: SerialOptions },
): Promise<Lines> {
  const greetingMs = fresh ? START_GREETING_MS : ATTACH_GREETING_MS;
  const paths = linesOf(session.directory);
  const serial = fresh ? SerialLine.follow(connection, session.directory, options) : undefined;
  const forwards: ForwardedSocket[] = [];
  try {
    const forwarded = await connection.forward(paths.qmp, { signal });
    forwards.push(forwarded);
    const qmp = await greeted(connection, session, forwarded.path, greetingMs, signal);
    return { qmp, serial: serial ?? SerialLine.follow(connection, session.directory, options), forwards };
  } catch (error) {
    await closeLines({ qmp: undefined, serial, forwards });
    throw error;
  }
}

/** Connects to QMP; between a socket's making and QEMU's listening there is a moment in which nobody is there. */
async function greeted(
  connection: Connection,
  session: GuestSession,
  path: string,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<Qmp> {
  for (let tries = RETRIES; ; tries -= 1) {
    try {
      return await Qmp.connect(path, { guest: session.spec.name, timeoutMs, signal });
    } catch (error) {
      if (!Failure.is(error, 'guest-gone') || tries === 0) throw error;
      if (!(await guestEnd(connection, session.directory, { signal })).alive) throw error;
      await delay(RETRY_MS);
    }
  }
}
