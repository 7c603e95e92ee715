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

/** The guests that this window has started or found. */
export class GuestList implements Disposable {
  readonly #guests: RunningGuest[] = [];
  #detached: readonly DetachedGuest[] = [];
  readonly #changed = new EventEmitter<undefined>();
  readonly onDidChange = this.#changed.event;
  readonly #added = new EventEmitter<RunningGuest>();
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

  add(running: RunningGuest): void {
    const { host, guest } = running;
    const { id } = guest.session;
    // A guest that has ended makes room for the one that follows it under its name, and one that was lost for itself.
    const old = this.#guests.findIndex(
      (each) =>
        each.guest.session.id === id ||
        (each.guest.state.kind === 'stopped' && each.guest.spec.name === guest.spec.name),
    );
    const [before] = this.#guests.splice(old === -1 ? this.#guests.length : old, 1, running);
    void before?.guest[Symbol.asyncDispose]();
    this.#detached = this.#detached.filter(({ session }) => session.id !== id);
    void guest.ended.then(() => host.refresh()); // its devices are free again
    this.changed();
    this.#added.fire(running);
  }

  /** A guest that lives and isn't within reach, in place of what was known of it before. */
  detach(detached: DetachedGuest): void {
    const others = this.#detached.filter(({ session }) => session.id !== detached.session.id);
    this.#detached = [...others, detached];
    this.changed();
  }

  forget(gone: DetachedGuest): void {
    this.#detached = this.#detached.filter(({ session }) => session.id !== gone.session.id);
    this.changed();
  }

  /** Takes one that has ended off the list. */
  remove(ended: RunningGuest): void {
    const at = this.#guests.findIndex(({ guest }) => guest === ended.guest);
    if (at !== -1) this.#guests.splice(at, 1);
    this.changed();
  }

  changed(): void {
    setContextKey('guests', this.live().length > 0);
    this.#changed.fire(undefined);
  }

  /** The guests live on. */
  dispose(): void {
    for (const { guest, findings } of this.#guests) {
      void findings[Symbol.asyncDispose]();
      void guest[Symbol.asyncDispose]();
    }
    this.#changed.dispose();
    this.#added.dispose();
  }
}
