import { debug, EventEmitter, SourceBreakpoint, type DebugSession, type Disposable } from 'vscode';
import {
  BARRELFISH_REQUEST,
  readCurrent,
  readDomains,
  type Answer,
  type Domain,
  type Question,
} from '../debug/barrelfish-request.ts';
import { Failure } from '../host/failure.ts';
import { setContextKey } from './context-keys.ts';
import { programFile } from './debug-knowledge.ts';
import { directoryOf } from './guest-symbols.ts';
import type { GuestList, RunningGuest } from './guest-list.ts';
import { DEBUG_TYPE } from './identifiers.ts';

/** A domain, with what this side knows of it. */
export interface KnownDomain extends Domain {
  /** The stopped thread is in it. */
  current: boolean;
  /** The file with its symbols; undefined where the build directory has none of that name. */
  file: string | undefined;
  /** Breakpoints in its sources stop in it. */
  debugged: boolean;
}

/** A debug session with a guest. */
export interface DebuggedGuest {
  session: DebugSession;
  running: RunningGuest | undefined;
  state: 'starting' | 'running' | 'stopped';
  threadId: number | undefined;
  /** Whether its gdb knows of domains. */
  knowing: boolean;
  /** Names of the domains whose programs gdb has. */
  debugged: Set<string>;
  /** As they were when it was stopped last. */
  domains: readonly KnownDomain[];
}

/** Whoever steps fast is not to wait for lists. */
const REST_MS = 250;

/** The debug sessions with guests, how they are, and which domains there are. Nothing is asked while nobody looks. */
export class DebugSessions implements Disposable {
  readonly #guests: GuestList;
  readonly #known = new Map<string, DebuggedGuest>();
  readonly #changed = new EventEmitter<undefined>();
  readonly onDidChange = this.#changed.event;
  readonly #subscriptions: Disposable[];
  #visible = false;
  #stale = false;
  #rest: NodeJS.Timeout | undefined;

  constructor(guests: GuestList) {
    this.#guests = guests;
    this.#subscriptions = [
      debug.onDidStartDebugSession((session) => {
        this.#add(session);
      }),
      debug.onDidTerminateDebugSession(({ id }) => {
        if (this.#known.delete(id)) this.#tell();
      }),
      debug.onDidChangeActiveDebugSession(() => {
        this.#tell();
        this.#look();
      }),
    ];
  }

  /** What is in front; undefined when that is no session with a guest. */
  get active(): DebuggedGuest | undefined {
    const { activeDebugSession } = debug;
    return activeDebugSession && this.#known.get(activeDebugSession.id);
  }

  /** That of a guest. */
  of({ guest }: RunningGuest): DebuggedGuest | undefined {
    return [...this.#known.values()].find(({ running }) => running?.guest === guest);
  }

  setVisible(visible: boolean): void {
    this.#visible = visible;
    if (visible && this.#stale) this.#look();
  }

  /** An event of a session's adapter. */
  heard(session: DebugSession, event: string, body: { threadId?: unknown } | undefined): void {
    if (event !== 'stopped' && event !== 'continued') return;
    const known = this.#add(session);
    if (event === 'continued') {
      // QEMU lets all processors go on at once.
      known.state = 'running';
      clearTimeout(this.#rest);
    } else {
      known.state = 'stopped';
      known.threadId = typeof body?.threadId === 'number' ? body.threadId : undefined;
      this.#look();
    }
    this.#tell();
  }

  /** Asks gdb's Python. Throws `not-stopped`, and `gdb-said` for what that can't answer. */
  async ask({ session, threadId }: DebuggedGuest, question: Question): Promise<unknown> {
    const asked: Question = question.pause === true ? question : { threadId, ...question };
    const { running, value, said } = await answerOf(session, asked);
    if (running === true) throw new Failure('not-stopped', { session: session.name });
    if (value === undefined && said.length > 0) throw new Failure('gdb-said', { problem: said.join(' ') });
    return value;
  }

  /** A guest has been reset: what its gdb has read of a machine that is stopped is over. Throws as `ask` does. */
  async wasReset(running: RunningGuest): Promise<void> {
    const known = this.of(running);
    if (known?.state === 'stopped' && known.knowing) await this.ask(known, { words: ['reset'] });
  }

  /** From now on breakpoints in the sources of a domain stop in it, wherever it may be by then. Throws as `ask` does. */
  async debugDomain(known: DebuggedGuest, name: string, file: string): Promise<void> {
    if (known.debugged.has(name)) return;
    await this.ask(known, { words: ['debug', name, file], pause: true });
    known.debugged.add(name);
    known.domains = known.domains.map((each) => (each.name === name ? { ...each, debugged: true } : each));
    this.#tell();
    await setAgain(known.session);
  }

  dispose(): void {
    clearTimeout(this.#rest);
    for (const each of this.#subscriptions) each.dispose();
    this.#changed.dispose();
  }

  #add(session: DebugSession): DebuggedGuest {
    const before = this.#known.get(session.id);
    if (before || session.type !== DEBUG_TYPE) return before ?? madeOf(session, undefined);
    const { guest } = session.configuration;
    const made = madeOf(session, typeof guest === 'string' ? this.#guests.find(guest) : undefined);
    this.#known.set(session.id, made);
    this.#tell();
    return made;
  }

  #tell(): void {
    setContextKey('debugging', this.#known.size > 0);
    setContextKey('debuggingStopped', this.active?.state === 'stopped');
    this.#changed.fire(undefined);
  }

  #look(): void {
    this.#stale = true;
    clearTimeout(this.#rest);
    const known = this.active;
    if (!this.#visible || known?.state !== 'stopped' || !known.knowing) return;
    this.#rest = setTimeout(() => {
      this.#stale = false;
      void this.#read(known).then(
        () => {
          this.#tell();
        },
        () => undefined, // it goes on, or has ended, meanwhile
      );
    }, REST_MS);
  }

  async #read(known: DebuggedGuest): Promise<void> {
    const domains = readDomains(await this.ask(known, { words: ['domains'] }));
    const current = readCurrent(await this.ask(known, { words: ['current'] }));
    const { running, debugged } = known;
    const names = new Set(domains.map(({ name }) => name));
    const files = new Map(
      await Promise.all(
        [...names].map(async (name) => [name, running && (await programFile(directoryOf(running), name))] as const),
      ),
    );
    known.domains = domains.map((each) => ({
      ...each,
      current: each.dispatcher === current,
      file: files.get(each.name),
      debugged: debugged.has(each.name),
    }));
  }
}

function madeOf(session: DebugSession, running: RunningGuest | undefined): DebuggedGuest {
  const { domains, knowing } = session.configuration;
  const names = Array.isArray(domains) ? domains.filter((each): each is string => typeof each === 'string') : [];
  return {
    ...{ session, running, state: 'starting', threadId: undefined, knowing: knowing === true },
    ...{ debugged: new Set(names), domains: [] },
  };
}

/** Breakpoints that gdb had no place for may have one now: it is only asked when they are set. */
async function setAgain(session: DebugSession): Promise<void> {
  const known = debug.breakpoints.filter((each) => each instanceof SourceBreakpoint && each.enabled);
  const told = await Promise.all(known.map((each) => session.getDebugProtocolBreakpoint(each)));
  const unbound = known.filter((_, index) => {
    const answer = told[index] as { verified?: unknown } | undefined;
    return answer?.verified === false;
  });
  if (unbound.length === 0) return;
  debug.removeBreakpoints(unbound);
  debug.addBreakpoints(unbound);
}

async function answerOf(session: DebugSession, question: Question): Promise<Answer> {
  try {
    return (await session.customRequest(BARRELFISH_REQUEST, question)) as Answer;
  } catch (error) {
    throw new Failure('gdb-said', { problem: error instanceof Error ? error.message : String(error) });
  }
}
