import { setTimeout as delay } from 'node:timers/promises';
import type { Connection, ForwardedSocket } from '../host/connection.ts';
import { Failure } from '../host/failure.ts';
import { Qmp, type QmpStatus } from './qmp.ts';
import { SerialLine, type SerialOptions, type SerialPast } from './serial.ts';
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

interface LinesOptions {
  signal: AbortSignal | undefined;
  serial: Omit<SerialOptions, 'past'>;
  /**
   * Nothing for a fresh guest, which may take its time. Else what is known of the serial line, asked for when the guest is
   * ours: until then another window may still write it down.
   */
  past?: (() => Promise<SerialPast | undefined>) | undefined;
  /** So long one that lives may keep us waiting: it answers when whoever has its ear goes away. */
  patienceMs?: number | undefined;
}

/**
 * Connects. Throws `guest-in-use` when another window has the guest. The serial line says nothing before the caller goes
 * on, so that none of it is missed.
 */
export async function connectLines(
  connection: Connection,
  session: GuestSession,
  { signal, serial: options, past, patienceMs = ATTACH_GREETING_MS }: LinesOptions,
): Promise<Lines & { status: QmpStatus }> {
  const paths = linesOf(session.directory);
  const { directory } = session;
  let serial = past ? undefined : SerialLine.follow(connection, directory, options);
  let qmp: Qmp | undefined;
  const forwards: ForwardedSocket[] = [];
  try {
    const forwarded = await connection.forward(paths.qmp, { signal });
    forwards.push(forwarded);
    const timeoutMs = past ? patienceMs : START_GREETING_MS;
    qmp = await greeted(connection, session, forwarded.path, { fresh: !past, timeoutMs, signal });
    const status = await qmp.execute('query-status', undefined, { signal });
    if (past) serial = SerialLine.follow(connection, directory, { ...options, past: await past() });
    serial ??= SerialLine.follow(connection, directory, options);
    return { qmp, serial, forwards, status };
  } catch (error) {
    await closeLines({ qmp, serial, forwards });
    throw error;
  }
}

/** Connects to QMP; between a socket's making and QEMU's listening there is a moment in which nobody is there. */
async function greeted(
  connection: Connection,
  session: GuestSession,
  path: string,
  { fresh, timeoutMs, signal }: { fresh: boolean; timeoutMs: number; signal: AbortSignal | undefined },
): Promise<Qmp> {
  for (let tries = RETRIES; ; tries -= 1) {
    try {
      return await Qmp.connect(path, { guest: session.spec.name, timeoutMs, signal });
    } catch (error) {
      // QEMU has one client at a time; the next one waits for its greeting.
      if (!fresh && Failure.is(error, 'timeout')) {
        throw new Failure('guest-in-use', { guest: session.spec.name }, { cause: error });
      }
      if (!Failure.is(error, 'guest-gone') || tries === 0) throw error;
      if (!(await guestEnd(connection, session.directory, { signal })).alive) throw error;
      await delay(RETRY_MS);
    }
  }
}
