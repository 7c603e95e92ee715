import { setTimeout as delay } from 'node:timers/promises';
import type { Connection, ForwardedSocket } from '../host/connection.ts';
import { Failure } from '../host/failure.ts';
import { Qmp } from './qmp.ts';
import { SerialLine } from './serial.ts';
import { readLogTail } from './serial-log.ts';
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

/** Connects while the guest stands still, and lets it go on if it ran. A fresh one has never run, and has no past. */
export async function connectLines(
  connection: Connection,
  session: GuestSession,
  { fresh, signal }: { fresh: boolean; signal: AbortSignal | undefined },
): Promise<Lines> {
  const greetingMs = fresh ? START_GREETING_MS : ATTACH_GREETING_MS;
  const paths = linesOf(session.directory);
  const forwards: ForwardedSocket[] = [];
  const forward = async (socket: string): Promise<string> => {
    const forwarded = await connection.forward(socket, { signal });
    forwards.push(forwarded);
    return forwarded.path;
  };
  const connectSerial = async (): Promise<SerialLine> => {
    const past = fresh ? undefined : await readLogTail(connection, paths.serialLog, { signal });
    return SerialLine.connect(await forward(paths.serial), { guest: session.spec.name, past, signal });
  };
  // Nothing comes over the line of a fresh one yet, so there is no need to wait.
  const early = fresh ? connectSerial() : undefined;
  early?.catch(() => undefined); // awaited below
  let qmp: Qmp | undefined;
  let serial: SerialLine | undefined;
  try {
    qmp = await greeted(connection, session, await forward(paths.qmp), greetingMs, signal);
    const running = !fresh && (await qmp.execute('query-status', undefined, { signal })).running;
    if (running) await qmp.execute('stop', undefined, { signal });
    try {
      serial = await (early ?? connectSerial());
      await accepted(qmp, session, signal);
    } finally {
      if (running) await qmp.execute('cont');
    }
    return { qmp, serial, forwards };
  } catch (error) {
    serial ??= await early?.catch(() => undefined);
    await closeLines({ qmp, serial, forwards });
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

/** Waits until QEMU has taken the serial connection: what the guest says before that goes to the log only. */
async function accepted(qmp: Qmp, session: GuestSession, signal: AbortSignal | undefined): Promise<void> {
  for (let tries = RETRIES; tries > 0; tries -= 1) {
    const devices = await qmp.execute('query-chardev', undefined, { signal });
    // "disconnected:unix:…" while nobody is there (chardev/char-socket.c).
    if (devices.find((each) => each.label === 'serial0')?.filename.startsWith('disconnected:') === false) return;
    await delay(RETRY_MS);
  }
  throw new Failure('timeout', {
    operation: `serial line of ${session.spec.name}`,
    seconds: (RETRIES * RETRY_MS) / 1000,
  });
}
