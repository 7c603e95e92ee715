import { EventEmitter, type Disposable } from 'vscode';
import type { Findings } from '../guest/findings.ts';
import type { Guest } from '../guest/guest.ts';
import type { SerialRecord } from '../guest/serial-record.ts';
import type { GuestSession } from '../guest/session.ts';
import type { Host } from '../host/host.ts';
import { setContextKey } from './context-keys.ts';

export interface RunningGuest {
  host: Host;
  guest: Guest;
  /** All that it has sent, on this side. */
  log: SerialRecord;
  /** What goes wrong in it. */
  findings: Findings;
}

/** A guest that lives, and whose lines we don't have. */
export interface DetachedGuest {
  host: Host;
  session: GuestSession;
  /** `elsewhere`: another window has it. */
  state: { kind: 'connecting' } | { kind: 'elsewhere' } | { kind: 'failed'; failure: unknown };
}

/** Nobody sees more of them. */
const REST_MS = 100;

/**
 * Lets go of a guest, which lives on. The control line goes last: whoever has it next goes on with the record, which is
 * whole by then.
 */
async function letGo({ guest, log, findings }: RunningGuest): Promise<void> {
  guest.serial[Symbol.dispose]();
  await findings[Symbol.asyncDispose]();
  await log.written.catch(() => undefined); // it has been told
  await guest[Symbol.asyncDispose]();
}

/** The guests that this window has started or found. */
export class GuestList implements Disposable {
  readonly #guests: RunningGuest[] = [];
  #detached: readonly DetachedGuest[] = [];
  #rest: NodeJS.Timeout | undefined;
  #again = false;
  readonly #changed = new EventEmitter<undefined>();
  readonly onDidChange = this.#changed.event;
  readonly #added = new EventEmitter<RunningGuest>();
  /** This window has started one. */
  readonly onDidAdd = this.#added.event;

  all(): readonly RunningGuest[] {
    return this.#guests;
  }

  detached(): readonly DetachedGuest[] {
    return this.#detached;
  }

  /** Whether a guest is here, and within reach, or about to be. */
  has(id: string): boolean {
    return (
      this.#guests.some(({ guest }) => guest.session.id === id && guest.state.kind !== 'unreachable') ||
      this.#detached.some(({ session, state }) => session.id === id && state.kind === 'connecting')
    );
  }

  live(): RunningGuest[] {
    return this.#guests.filter(({ guest }) => guest.state.kind !== 'stopped');
  }

  find(nameOrId: string): RunningGuest | undefined {
    return this.live().find(({ guest }) => guest.session.id === nameOrId || guest.spec.name === nameOrId);
  }

  /** A guest that this window has started. */
  add(running: RunningGuest): void {
    this.take(running);
    this.#added.fire(running);
  }

  /** A guest that is within reach now. */
  take(running: RunningGuest): void {
    const { host, guest } = running;
    const { id } = guest.session;
    // A guest that has ended makes room for the one that follows it under its name.
    const old = this.#guests.findIndex(
      (each) => each.guest.state.kind === 'stopped' && each.guest.spec.name === guest.spec.name,
    );
    const [before] = this.#guests.splice(old === -1 ? this.#guests.length : old, 1, running);
    if (before) void letGo(before);
    this.#detached = this.#detached.filter(({ session }) => session.id !== id);
    void guest.ended.then(() => host.refresh()); // its devices are free again
    this.changed();
  }

  /**
   * A guest that lives and isn't within reach, in place of what was known of it before. Resolves when this window has
   * written down all that it has heard of it.
   */
  async detach(detached: DetachedGuest): Promise<void> {
    const at = this.#guests.findIndex(({ guest }) => guest.session.id === detached.session.id);
    const lost = at === -1 ? [] : this.#guests.splice(at, 1);
    const others = this.#detached.filter(({ session }) => session.id !== detached.session.id);
    this.#detached = [...others, detached];
    this.changed();
    await Promise.all(lost.map(letGo));
  }

  /** Drops what is not true any more of guests out of reach. */
  forget(isGone: (detached: DetachedGuest) => boolean): void {
    const left = this.#detached.filter((each) => !isGone(each));
    if (left.length === this.#detached.length) return;
    this.#detached = left;
    this.changed();
  }

  /** Takes one that has ended off the list. */
  remove(ended: RunningGuest): void {
    const at = this.#guests.findIndex(({ guest }) => guest === ended.guest);
    if (at !== -1) this.#guests.splice(at, 1);
    void letGo(ended);
    this.changed();
  }

  /** Tells of a change at once, and of those that follow it closely together: a guest may make them without a pause. */
  changed(): void {
    if (this.#rest) {
      this.#again = true;
      return;
    }
    this.#rest = setTimeout(() => {
      this.#rest = undefined;
      if (!this.#again) return;
      this.#again = false;
      this.changed();
    }, REST_MS);
    setContextKey('guests', this.live().length > 0);
    this.#changed.fire(undefined);
  }

  /** The guests live on. */
  dispose(): void {
    clearTimeout(this.#rest);
    for (const running of this.#guests) void letGo(running);
    this.#changed.dispose();
    this.#added.dispose();
  }
}
