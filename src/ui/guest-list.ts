import { EventEmitter, type Disposable } from 'vscode';
import type { Findings } from '../guest/findings.ts';
import type { Guest } from '../guest/guest.ts';
import type { SerialRecord } from '../guest/serial-record.ts';
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

/** The guests that this window has started or found. */
export class GuestList implements Disposable {
  readonly #guests: RunningGuest[] = [];
  readonly #changed = new EventEmitter<undefined>();
  readonly onDidChange = this.#changed.event;
  readonly #added = new EventEmitter<RunningGuest>();
  readonly onDidAdd = this.#added.event;

  all(): readonly RunningGuest[] {
    return this.#guests;
  }

  live(): RunningGuest[] {
    return this.#guests.filter(({ guest }) => guest.state.kind !== 'stopped');
  }

  find(nameOrId: string): RunningGuest | undefined {
    return this.live().find(({ guest }) => guest.session.id === nameOrId || guest.spec.name === nameOrId);
  }

  add(running: RunningGuest): void {
    const { host, guest } = running;
    // A guest that has ended makes room for the one that follows it under its name.
    const old = this.#guests.findIndex(
      (each) => each.guest.state.kind === 'stopped' && each.guest.spec.name === guest.spec.name,
    );
    if (old !== -1) this.#guests.splice(old, 1);
    this.#guests.push(running);
    void guest.ended.then(() => host.refresh()); // its devices are free again
    this.changed();
    this.#added.fire(running);
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
