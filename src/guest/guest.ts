import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Connection, ForwardedSocket } from '../host/connection.ts';
import type { HostFacts } from '../host/facts.ts';
import { Failure } from '../host/failure.ts';
import type { PciAddress } from '../host/pci-address.ts';
import { discard, launch, startFailure, type LaunchOptions, type StartProgress } from './launcher.ts';
import type { MachineSpec } from './machine.ts';
import { closeLines, connectLines, type Lines } from './lines.ts';
import { tooOld } from './qemu-version.ts';
import type { Qmp } from './qmp.ts';
import type { SerialLine, SerialPast } from './serial.ts';
import { endGuest, guestEnd, linesOf, type GuestEnd, type GuestSession } from './session.ts';

export type GuestState =
  /** Connected, but not let run yet. */
  | { kind: 'starting' }
  | { kind: 'running' }
  /** `why` is QEMU's word for it (RunState): `paused` by us, `debug` by a debugger, `io-error`, `guest-panicked` … */
  | { kind: 'paused'; why: string }
  /**
   * QEMU has ended; `output` is what it said, `cause` its word for who ended it (ShutdownCause): `guest-shutdown`,
   * `host-qmp-quit` … Without an exit code nobody has seen how.
   */
  | { kind: 'stopped'; exitCode?: number; output: string; cause?: string }
  /** The connection is lost; the guest may well be alive. */
  | { kind: 'unreachable'; failure: unknown };

export interface GuestOptions {
  signal?: AbortSignal;
  onProgress?: (progress: StartProgress) => void;
  /** Called after each change of `state`. */
  onChange?: (guest: Guest) => void;
  /** Called while the disk has no room for what the guest says over its serial line. */
  onFull?: () => void;
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
  #cause: string | undefined;
  #disposed = false;
  /** Devices of the host that have come while it ran, by their names in QEMU. */
  readonly #plugged = new Map<string, PciAddress>();
  readonly #onPlugged = new Set<() => void>();

  private constructor(connection: Connection, session: GuestSession, lines: Lines, options: GuestOptions) {
    this.connection = connection;
    this.session = session;
    this.serial = lines.serial;
    this.qmp = lines.qmp;
    this.#forwards = lines.forwards;
    this.#onChange = options.onChange;
    this.ended = this.#end.promise;
    this.qmp.onEvent(({ event, data }) => {
      if (event === 'STOP') void this.#paused();
      if (event === 'RESUME') this.#setState({ kind: 'running' });
      if (event === 'DEVICE_DELETED' && typeof data['device'] === 'string') this.#plugged.delete(data['device']);
      if (event === 'SHUTDOWN') this.#cause = typeof data['reason'] === 'string' ? data['reason'] : undefined;
    });
    void Promise.race([this.qmp.closed, this.serial.ended]).then(() => this.#findOut());
  }

  /** Devices of the host that it was given: at its start, and while it ran. */
  get hostDevices(): readonly PciAddress[] {
    return [...this.spec.passed.map(({ host }) => host), ...this.#plugged.values()];
  }

  /** A device of the host has come while it ran; `id` is its name in QEMU. */
  notePlugged(id: string, host: PciAddress): void {
    if (this.#plugged.get(id) === host) return;
    this.#plugged.set(id, host);
    for (const tell of this.#onPlugged) tell();
  }

  onPlugged(tell: () => void): Disposable {
    this.#onPlugged.add(tell);
    return { [Symbol.dispose]: () => void this.#onPlugged.delete(tell) };
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
    const began = performance.now();
    const session = await launch(connection, facts, spec, options);
    let guest: Guest | undefined;
    try {
      options.onProgress?.('connecting');
      guest = new Guest(
        connection,
        session,
        await connectLines(connection, session, { signal: options.signal, serial: options }),
        options,
      );
      const { version } = guest.qmp;
      const old = version && tooOld(version);
      if (old) throw old;
      options.beforeRun?.(guest);
      if (options.signal?.aborted) throw new Failure('cancelled', undefined);
      if (spec.paused) guest.#setState({ kind: 'paused', why: 'prelaunch' });
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
   * Connects to a guest that lives, which doesn't notice. Its serial line goes on from where `past` ends; whoever calls
   * this listens before they wait for anything else, and misses nothing. Throws `guest-in-use` when another window has it
   * for `patienceMs` (a few seconds), `guest-gone`, and what a connection throws.
   */
  static async attach(
    connection: Connection,
    session: GuestSession,
    options: GuestOptions & { past?: () => Promise<SerialPast | undefined>; patienceMs?: number | undefined } = {},
  ): Promise<Guest> {
    options.onProgress?.('connecting');
    const { signal, past = () => Promise.resolve(undefined), patienceMs } = options;
    const lines = await connectLines(connection, session, { signal, serial: options, past, patienceMs });
    const guest = new Guest(connection, session, lines, options);
    const { running, status } = lines.status;
    guest.#setState(running ? { kind: 'running' } : { kind: 'paused', why: status });
    return guest;
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

  /** Presses the power button: what follows is up to the guest. */
  async powerDown(): Promise<void> {
    await this.qmp.execute('system_powerdown');
  }

  /** Ends QEMU by signals, without asking it. Resolves when it is gone. */
  async kill(options: { signal?: AbortSignal } = {}): Promise<void> {
    const end = await endGuest(this.connection, this.session.directory, options);
    // Only a process in the kernel's hands survives SIGKILL: it waits for a device.
    if (end.alive) throw new Failure('timeout', { operation: `kill ${this.session.pid.toString()}`, seconds: 10 });
    this.#setEnd(end);
  }

  /** Ends QEMU: by QMP, else by SIGTERM, else by SIGKILL. Resolves when it is gone. */
  async stop(options: { signal?: AbortSignal } = {}): Promise<void> {
    if (this.#state.kind === 'stopped') return;
    const heard = await this.#quit(options.signal);
    if (heard && (await orAfter(QUIT_MS, this.ended))?.kind === 'stopped') return;
    await this.kill(options);
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
        this.#setState({ kind: 'unreachable', failure: new Failure('guest-lost', { guest: this.spec.name }) });
      else this.#setEnd(end);
    } catch (failure) {
      this.#setState({ kind: 'unreachable', failure });
    }
  }

  /** The event doesn't say why, and the answer may come when the guest runs again. */
  async #paused(): Promise<void> {
    this.#setState({ kind: 'paused', why: 'paused' });
    const status = await this.qmp.execute('query-status').catch(() => undefined);
    if (this.#state.kind === 'paused' && status?.running === false)
      this.#setState({ kind: 'paused', why: status.status });
  }

  #setEnd({ exitCode, output }: GuestEnd): void {
    this.#setState({
      kind: 'stopped',
      ...(exitCode === undefined ? {} : { exitCode }),
      output,
      ...(this.#cause === undefined ? {} : { cause: this.#cause }),
    });
  }

  #setState(state: GuestState): void {
    if (this.#state.kind === 'stopped' || isDeepStrictEqual(this.#state, state)) return;
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
