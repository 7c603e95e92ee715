import { setTimeout as delay } from 'node:timers/promises';
import type { Connection, ForwardedSocket } from '../host/connection.ts';
import type { HostFacts } from '../host/facts.ts';
import { Failure } from '../host/failure.ts';
import { discard, launch, startFailure, type LaunchOptions, type StartProgress } from './launcher.ts';
import type { MachineSpec } from './machine.ts';
import { closeLines, connectLines, type Lines } from './lines.ts';
import { tooOld } from './qemu-version.ts';
import type { Qmp } from './qmp.ts';
import { SerialLine } from './serial.ts';
import { readLog } from './serial-log.ts';
import { endGuest, guestEnd, linesOf, type GuestEnd, type GuestSession } from './session.ts';

export type GuestState =
  /** Connected, but not let run yet. */
  | { kind: 'starting' }
  | { kind: 'running' }
  /** Stopped by a debugger or by us. */
  | { kind: 'paused' }
  /** QEMU has ended; `output` is what it said. Without an exit code nobody has seen how. */
  | { kind: 'stopped'; exitCode?: number; output: string }
  /** The connection is lost; the guest may well be alive. */
  | { kind: 'unreachable'; failure: unknown };

export interface GuestOptions {
  signal?: AbortSignal;
  onProgress?: (progress: StartProgress) => void;
  /** Called after each change of `state`. */
  onChange?: (guest: Guest) => void;
}

export interface StartOptions extends GuestOptions, Pick<LaunchOptions, 'askPassword' | 'way'> {
  /** Called when all lines are connected and before the guest executes its first instruction. */
  beforeRun?: (guest: Guest) => void;
}

const QUIT_MS = 5_000;

/** A guest that lives on a host, with its lines in our hands. */
export class Guest implements AsyncDisposable {
  readonly connection: Connection;
  readonly session: GuestSession;
  readonly serial: SerialLine;
  readonly qmp: Qmp;
  /** Resolves when QEMU has ended or can't be reached any more. */
  readonly ended: Promise<GuestState>;
  readonly #forwards: readonly ForwardedSocket[];
  readonly #onChange: ((guest: Guest) => void) | undefined;
  readonly #end = Promise.withResolvers<GuestState>();
  #state: GuestState = { kind: 'starting' };
  #disposed = false;

  private constructor(connection: Connection, session: GuestSession, lines: Lines, options: GuestOptions) {
    this.connection = connection;
    this.session = session;
    this.serial = lines.serial;
    this.qmp = lines.qmp;
    this.#forwards = lines.forwards;
    this.#onChange = options.onChange;
    this.ended = this.#end.promise;
    this.qmp.onEvent(({ event }) => {
      if (event === 'STOP') this.#setState({ kind: 'paused' });
      if (event === 'RESUME') this.#setState({ kind: 'running' });
    });
    void this.qmp.closed.then(() => this.#findOut());
  }

  /**
   * Throws `guest-start-failed` with what QEMU said when it ends at once, `program-missing` and `qemu-too-old`. Nothing
   * stays behind when it fails.
   */
  static async start(
    connection: Connection,
    facts: HostFacts,
    spec: MachineSpec,
    options: StartOptions = {},
  ): Promise<Guest> {
    SerialLine.warmUp();
    const began = performance.now();
    const session = await launch(connection, facts, spec, options);
    let guest: Guest | undefined;
    try {
      options.onProgress?.('connecting');
      guest = new Guest(
        connection,
        session,
        await connectLines(connection, session, { fresh: true, signal: options.signal }),
        options,
      );
      const { version } = guest.qmp;
      const old = version && tooOld(version);
      if (old) throw old;
      options.beforeRun?.(guest);
      if (options.signal?.aborted) throw new Failure('cancelled', undefined);
      if (spec.paused) guest.#setState({ kind: 'paused' });
      else await guest.qmp.execute('cont');
      return guest;
    } catch (error) {
      const failure = Failure.is(error, 'guest-gone')
        ? await startFailure(connection, session.directory, spec, began)
        : error;
      await guest?.[Symbol.asyncDispose]();
      await discard(connection, session.directory);
      throw failure;
    }
  }

  /**
   * Connects to a guest that lives. It stands still while its log is read and the serial line connected, so that
   * nothing is missed or seen twice. Throws `guest-in-use` when another window has it.
   */
  static async attach(connection: Connection, session: GuestSession, options: GuestOptions = {}): Promise<Guest> {
    options.onProgress?.('connecting');
    try {
      const lines = await connectLines(connection, session, { fresh: false, signal: options.signal });
      const guest = new Guest(connection, session, lines, options);
      const { running } = await guest.qmp.execute('query-status');
      guest.#setState({ kind: running ? 'running' : 'paused' });
      return guest;
    } catch (error) {
      throw Failure.is(error, 'timeout')
        ? new Failure('guest-in-use', { guest: session.spec.name }, { cause: error })
        : error;
    }
  }

  get spec(): MachineSpec {
    return this.session.spec;
  }

  get state(): GuestState {
    return this.#state;
  }

  async pause(): Promise<void> {
    await this.qmp.execute('stop');
  }

  async resume(): Promise<void> {
    await this.qmp.execute('cont');
  }

  async reset(): Promise<void> {
    await this.qmp.execute('system_reset');
  }

  /** Ends QEMU: by QMP, else by SIGTERM, else by SIGKILL. Resolves when it is gone. */
  async stop(options: { signal?: AbortSignal } = {}): Promise<void> {
    if (this.#state.kind === 'stopped') return;
    const heard = await this.#quit(options.signal);
    if (heard && (await orAfter(QUIT_MS, this.ended))?.kind === 'stopped') return;
    const end = await endGuest(this.connection, this.session.directory, options);
    // Only a process in the kernel's hands survives SIGKILL: it waits for a device.
    if (end.alive) throw new Failure('timeout', { operation: `kill ${this.session.pid.toString()}`, seconds: 10 });
    this.#setEnd(end);
  }

  /** Whether QEMU can still be asked to end, and has been. */
  async #quit(signal: AbortSignal | undefined): Promise<boolean> {
    try {
      await this.qmp.execute('quit', undefined, { timeoutMs: QUIT_MS, signal });
      return true;
    } catch (error) {
      if (Failure.is(error, 'cancelled')) throw error;
      return Failure.is(error, 'guest-gone'); // it may have gone before it answered
    }
  }

  /** QEMU's gdb server. Dispose of it after use. */
  gdbSocket(options: { signal?: AbortSignal } = {}): Promise<ForwardedSocket> {
    return this.connection.forward(linesOf(this.session.directory).gdb, options);
  }

  /** Bytes of the serial line, counted from the guest's start, from the log on the host. */
  readSerialLog(from: number, length: number, options: { signal?: AbortSignal } = {}): Promise<Buffer> {
    return readLog(this.connection, linesOf(this.session.directory).serialLog, from, length, options);
  }

  /** Lets go of the guest. It lives on. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    await closeLines({ qmp: this.qmp, serial: this.serial, forwards: this.#forwards });
  }

  /** Why the control connection is gone. */
  async #findOut(): Promise<void> {
    if (this.#disposed) return;
    try {
      const end = await guestEnd(this.connection, this.session.directory);
      if (end.alive)
        this.#setState({ kind: 'unreachable', failure: new Failure('guest-gone', { guest: this.spec.name }) });
      else this.#setEnd(end);
    } catch (failure) {
      this.#setState({ kind: 'unreachable', failure });
    }
  }

  #setEnd({ exitCode, output }: GuestEnd): void {
    this.#setState({ kind: 'stopped', ...(exitCode === undefined ? {} : { exitCode }), output });
  }

  #setState(state: GuestState): void {
    if (this.#state.kind === 'stopped' || this.#state.kind === state.kind) return;
    this.#state = state;
    if (state.kind === 'stopped' || state.kind === 'unreachable') this.#end.resolve(state);
    this.#onChange?.(this);
  }
}

async function orAfter<T>(milliseconds: number, promise: Promise<T>): Promise<T | undefined> {
  const limit = new AbortController();
  const late = delay(milliseconds, undefined, { signal: limit.signal }).catch(() => undefined);
  try {
    return await Promise.race([promise, late]);
  } finally {
    limit.abort();
  }
}
