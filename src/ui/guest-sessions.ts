import { l10n, type Disposable, type Memento } from 'vscode';
import { Findings } from '../guest/findings.ts';
import { Guest } from '../guest/guest.ts';
import type { StartProgress } from '../guest/launcher.ts';
import type { MachineSpec } from '../guest/machine.ts';
import type { SerialPast } from '../guest/serial.ts';
import { recordedPast, SerialRecord } from '../guest/serial-record.ts';
import { listGuests, type GuestSession } from '../guest/session.ts';
import { Failure } from '../host/failure.ts';
import type { Host } from '../host/host.ts';
import type { DetachedGuest, GuestList, RunningGuest } from './guest-list.ts';
import type { HostList } from './host-list.ts';
import type { Messages } from './messages.ts';
import { rootOptions } from './password.ts';
import type { SerialSources } from './serial-sources.ts';
import type { SerialTerminals } from './serial-terminal.ts';
import { keptLogs } from './settings.ts';
import { Succession } from './succession.ts';

const progressText: Record<StartProgress, () => string> = {
  preparing: () => l10n.t('preparing'),
  'raising-memory-limit': () => l10n.t('raising the memory limit'),
  'starting-qemu': () => l10n.t('starting QEMU'),
  connecting: () => l10n.t('connecting'),
};

/** What a window notes of its guests, for the one that follows it: id → the host it is on, and whether it was shown. */
type Noted = Record<string, { host: string; shown: boolean }>;
const NOTED = 'guests';

/** On a busy machine the window that was there before lives on for a while. */
const PATIENCE_MS = 600_000;

/** A line that is lost sooner would be lost again. */
const SETTLED_MS = 5000;

interface Parts {
  hosts: HostList;
  guests: GuestList;
  terminals: SerialTerminals;
  sources: SerialSources;
  messages: Messages;
  /** Where the records of serial lines are kept. */
  logDirectory: string;
  memento: Memento;
  /** Where windows of one workspace tell each other who has its guests. */
  succession: string;
}

export interface StartWish {
  report: (message: string) => void;
  signal: AbortSignal;
  /** All lines are connected, and nothing has been executed. */
  onConnected: (guest: Guest) => void;
}

/** Starts guests, and finds those again that an earlier window has left running. */
export class GuestSessions implements Disposable {
  readonly logDirectory: string;
  readonly #hosts: HostList;
  readonly #guests: GuestList;
  readonly #terminals: SerialTerminals;
  readonly #sources: SerialSources;
  readonly #messages: Messages;
  readonly #memento: Memento;
  readonly #succession: Succession;
  #before: Noted;
  readonly #starts = new Map<Host, Set<Promise<unknown>>>();
  readonly #ready = new WeakSet<Host>();
  /** Names of the hosts that have told which guests live. */
  readonly #asked = new Set<string>();
  /** Guests that come as soon as somebody else lets go of them. */
  readonly #awaited = new Set<string>();

  constructor({ hosts, guests, terminals, sources, messages, logDirectory, memento, succession }: Parts) {
    this.#hosts = hosts;
    this.#guests = guests;
    this.#terminals = terminals;
    this.#sources = sources;
    this.#messages = messages;
    this.logDirectory = logDirectory;
    this.#memento = memento;
    this.#before = memento.get<Noted>(NOTED, {});
    this.#succession = new Succession(succession, () => {
      for (const { host, guest } of guests.live())
        void guests.detach({ host, session: guest.session, state: { kind: 'elsewhere' } });
    });
    hosts.onDidChange((host) => {
      if (host) this.#look(host);
      else guests.forget((each) => hosts.get(each.host.name) !== each.host);
    });
    guests.onDidChange(() => {
      this.#note();
    });
    terminals.onDidChange(() => {
      this.#note();
    });
  }

  dispose(): void {
    this.#succession.dispose();
  }

  /** Reads the hosts on which this window had guests before it was reloaded; no others. */
  async goOn(): Promise<void> {
    const names = new Set(Object.values(this.#before).map(({ host }) => host));
    const known = this.#hosts.all().filter((host) => names.has(host.name));
    await Promise.all(known.map((host) => host.refresh()));
  }

  async start(host: Host, spec: MachineSpec, wish: StartWish): Promise<RunningGuest> {
    const starting = this.#start(host, spec, wish);
    const starts = this.#starts.get(host) ?? new Set();
    this.#starts.set(host, starts.add(starting));
    try {
      return await starting;
    } finally {
      starts.delete(starting);
    }
  }

  async #start(host: Host, spec: MachineSpec, { report, signal, onConnected }: StartWish): Promise<RunningGuest> {
    let log: SerialRecord | undefined;
    const guest = await Guest.start(host.connection, host.ready().facts, spec, {
      signal,
      ...rootOptions(),
      onProgress: (step) => {
        report(progressText[step]());
      },
      ...this.#callbacks(host, spec.name),
      beforeRun: (started) => {
        log = this.#record(started);
        onConnected(started);
      },
    });
    if (!log) throw new Error('A guest has started without its record.');
    const running = this.#running(host, guest, log, { found: false });
    this.#guests.add(running);
    return running;
  }

  /** Looks for guests on all hosts that are there, and tries again those that couldn't be had. */
  async findAll(): Promise<void> {
    await this.#hosts.readAll();
    const ready = this.#hosts.all().filter(({ state }) => state.kind === 'ready');
    await Promise.all(ready.map((host) => this.find(host)));
  }

  /** Looks for guests that live on a host and that we don't have, and connects to them. */
  async find(host: Host): Promise<void> {
    const starts = this.#starts.get(host) ?? new Set();
    let sessions: readonly GuestSession[];
    // One that is being started lives already, and is nobody else's.
    do {
      await Promise.allSettled([...starts]);
      sessions = await listGuests(host.connection);
    } while (starts.size > 0);
    this.#asked.add(host.name);
    const alive = new Set(sessions.map(({ id }) => id));
    this.#guests.forget((each) => each.host.name === host.name && !alive.has(each.session.id));
    await Promise.all(
      sessions.filter(({ id }) => !this.#guests.has(id)).map((session) => this.attach({ host, session })),
    );
  }

  /** Connects to a guest that lives; where it can't be had, its row says why. */
  async attach({ host, session }: Pick<DetachedGuest, 'host' | 'session'>): Promise<void> {
    const { id } = session;
    if (this.#awaited.has(id)) return;
    await this.#guests.detach({ host, session, state: { kind: 'connecting' } });
    const failure = await this.#take(host, session);
    if (!Failure.is(failure, 'guest-in-use') || !this.#before[id]) return;
    // It was this window's before it was reloaded: nobody else is meant to have it.
    this.#awaited.add(id);
    await this.#succession.takeOver().catch(this.#warn);
    await this.#take(host, session, PATIENCE_MS);
    this.#awaited.delete(id);
  }

  /** Why a guest can't be had; undefined when it can, or has ended. */
  async #take(host: Host, session: GuestSession, patienceMs?: number): Promise<unknown> {
    const { id, spec } = session;
    let past: SerialPast | undefined;
    try {
      const guest = await Guest.attach(host.connection, session, {
        ...this.#callbacks(host, spec.name),
        past: async () => (past = await recordedPast(this.logDirectory, session)),
        patienceMs,
      });
      const shown = this.#before[id]?.shown ?? this.#terminals.ids().includes(id);
      // From now on this window knows better.
      const { [id]: _, ...others } = this.#before;
      this.#before = others;
      this.#guests.take(this.#running(host, guest, this.#record(guest, past), { found: true }));
      if (shown) this.#terminals.goOn(guest);
      return undefined;
    } catch (failure) {
      if (Failure.is(failure, 'guest-gone')) {
        this.#guests.forget((each) => each.session.id === id);
        return undefined;
      }
      const state = Failure.is(failure, 'guest-in-use')
        ? { kind: 'elsewhere' as const }
        : { kind: 'failed' as const, failure };
      await this.#guests.detach({ host, session, state });
      return failure;
    }
  }

  readonly #warn = (error: unknown): void => {
    this.#messages.log.warn(`Guests of the window before: ${String(error)}`);
  };

  #look(host: Host): void {
    if (host.state.kind !== 'ready') {
      this.#ready.delete(host);
      return;
    }
    if (this.#ready.has(host)) return;
    this.#ready.add(host);
    this.find(host).catch((error: unknown) => {
      this.#messages.log.warn(`${host.name}: looking for guests: ${String(error)}`);
    });
  }

  #callbacks(host: Host, name: string): { onChange: (guest: Guest) => void; onFull: () => void } {
    const connectedAt = Date.now();
    let said = false;
    return {
      onChange: ({ state, session }) => {
        this.#guests.changed();
        // Its own connection is lost, and not that of the host, which would look for it when it is back.
        const isOne = state.kind === 'unreachable' && host.state.kind === 'ready';
        if (isOne && Date.now() - connectedAt > SETTLED_MS) void this.attach({ host, session });
      },
      onFull: () => {
        if (said) return;
        said = true;
        void this.#messages.failure(name, new Failure('serial-log-full', { guest: name }));
      },
    };
  }

  #record(guest: Guest, past?: SerialPast): SerialRecord {
    const { session, serial } = guest;
    return SerialRecord.start(this.logDirectory, session, serial, {
      past,
      kept: keptLogs(),
      live: [
        ...this.#guests.live().map((each) => each.guest.session),
        ...this.#guests.detached().map((each) => each.session),
      ].map(({ id }) => id),
      onProblem: (problem) => {
        const facts = { guest: session.spec.name, path: this.logDirectory, problem: problem.message };
        void this.#messages.failure(session.spec.name, new Failure('serial-record-failed', facts));
      },
    });
  }

  #running(host: Host, guest: Guest, log: SerialRecord, { found }: { found: boolean }): RunningGuest {
    const changed = (): void => {
      this.#guests.changed();
    };
    this.#succession.begin().catch(this.#warn);
    const findings = new Findings(guest, changed, { ...this.#sources.findingsOptions(host), found });
    return { host, guest, log, findings };
  }

  /** For the window that comes after this one. */
  #note(): void {
    const shown = new Set(this.#terminals.ids());
    const noted = Object.fromEntries(
      this.#guests
        .live()
        .map(({ host, guest }) => [guest.session.id, { host: host.name, shown: shown.has(guest.session.id) }]),
    );
    // What is not found again yet is not lost.
    const detached = new Set(this.#guests.detached().map(({ session }) => session.id));
    for (const [id, before] of Object.entries(this.#before)) {
      const isKnown = detached.has(id) || !this.#asked.has(before.host);
      if (isKnown && this.#hosts.get(before.host)) noted[id] = before;
    }
    if (JSON.stringify(noted) !== JSON.stringify(this.#memento.get(NOTED, {}))) void this.#memento.update(NOTED, noted);
  }
}
