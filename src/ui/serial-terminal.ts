import { setTimeout as delay } from 'node:timers/promises';
import {
  commands,
  Disposable,
  EventEmitter,
  l10n,
  TerminalExitReason,
  ThemeIcon,
  window,
  type Pseudoterminal,
  type Terminal,
} from 'vscode';
import type { Guest } from '../guest/guest.ts';
import { TerminalEscapes } from '../guest/terminal-escapes.ts';
import { TerminalFeed } from '../guest/terminal-feed.ts';

/**
 * Resolves when the window has taken in all that was sent to it so far: messages to it keep their order, and this one
 * is answered. Text would pile up in the window otherwise, which drops what it can't hold.
 */
async function untilTaken(): Promise<void> {
  await commands.executeCommand('setContext', 'barrelfish.serial', true);
}

/**
 * The guest's serial line as a terminal. What is typed passes unchanged; of what the guest says, the escape sequences that
 * it needs. Closing it leaves the guest alone.
 */
export class SerialTerminal implements Pseudoterminal {
  readonly #write = new EventEmitter<string>();
  readonly #close = new EventEmitter<number>();
  readonly onDidWrite = this.#write.event;
  readonly onDidClose = this.#close.event;
  readonly #onWriteFailed: (error: unknown) => void;
  readonly #escapes = new TerminalEscapes();
  #guest: Guest | undefined;
  #feed: TerminalFeed | undefined;
  #open = false;
  #ended = false;
  #paused = false;

  constructor(onWriteFailed: (error: unknown) => void) {
    this.#onWriteFailed = onWriteFailed;
  }

  get guest(): Guest | undefined {
    return this.#guest;
  }

  open(): void {
    this.#open = true;
    if (this.#paused) this.#sayHeld();
    else if (this.#guest) this.#connect(this.#guest);
  }

  handleInput(data: string): void {
    if (this.#ended) this.#close.fire(0);
    else if (!this.#paused) this.#guest?.serial.write(data).catch(this.#onWriteFailed);
  }

  close(): void {
    this.#open = false;
    this.#feed?.[Symbol.dispose]();
  }

  /** Shows this guest; one that has been shown before goes on from where it was. */
  show(guest: Guest): void {
    this.#guest = guest;
    if (this.#open && !this.#paused) this.#connect(guest);
  }

  /** Somebody else has the line: nothing is shown or typed until it is back. */
  pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#feed?.[Symbol.dispose]();
    if (this.#open) this.#sayHeld();
  }

  /** What was said meanwhile was not for people. */
  unpause(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#say(l10n.t('The serial line is back.'));
    if (this.#guest && this.#open) this.#connect(this.#guest, this.#guest.serial.received);
  }

  /** There is nothing to show: whoever starts the guest says why. */
  giveUp(): void {
    this.#close.fire(1);
  }

  #connect(guest: Guest, from = this.#feed?.position ?? 0): void {
    const deliver = (text: string): Promise<void> => {
      const shown = this.#escapes.filter(text);
      if (shown !== '') this.#write.fire(shown);
      return untilTaken();
    };
    this.#feed?.[Symbol.dispose]();
    const feed = new TerminalFeed(guest.serial, deliver, { from });
    this.#feed = feed;
    void guest.ended.then(async ({ kind }) => {
      if (kind === 'stopped') await feed.shown();
      if (this.#feed !== feed || !this.#open) return;
      this.#ended = kind === 'stopped';
      const text = this.#ended
        ? l10n.t('The guest has ended. Press any key to close.')
        : l10n.t('The connection is lost. The guest may well be alive.');
      this.#say(text);
    });
  }

  #sayHeld(): void {
    this.#say(l10n.t('gdb has the serial line. The terminal goes on when the debugger is gone.'));
  }

  #say(text: string): void {
    this.#write.fire(`\r\n\x1b[0;2m${text}\x1b[0m\r\n`);
  }
}

/** A shell has its process by then. */
const SHELL_STARTS_MS = 2000;

interface Shown {
  terminal: Terminal;
  pty: SerialTerminal;
}

/** One terminal for each guest. */
export class SerialTerminals implements Disposable {
  /** By the guest's id. */
  readonly #shown = new Map<string, Shown>();
  /** Guests whose line somebody else has, by their ids. */
  readonly #paused = new Set<string>();
  readonly #onWriteFailed: (error: unknown) => void;
  readonly #changed = new EventEmitter<undefined>();
  /** The list of guests that are shown is another. */
  readonly onDidChange = this.#changed.event;
  readonly #subscription: Disposable;

  constructor(onWriteFailed: (error: unknown) => void) {
    this.#onWriteFailed = onWriteFailed;
    this.#subscription = window.onDidCloseTerminal((terminal) => {
      // A window that closes takes its terminals along, and is to have them again.
      if (terminal.exitStatus?.reason === TerminalExitReason.Shutdown) return;
      const [id] = [...this.#shown].find(([, shown]) => shown.terminal === terminal) ?? [];
      if (id !== undefined && this.#shown.delete(id)) this.#changed.fire(undefined);
    });
  }

  /** Ids of the guests that have a terminal. */
  ids(): string[] {
    return [...this.#shown.keys()];
  }

  /** Whose serial line a terminal is. */
  guestOf(terminal: Terminal): Guest | undefined {
    return [...this.#shown.values()].find((shown) => shown.terminal === terminal)?.pty.guest;
  }

  /** Makes the terminal of a guest that is about to start: making one takes as long as starting QEMU does. */
  open(name: string, starting: Promise<Guest>): void {
    const pty = this.pseudoterminal();
    const terminal = this.#make(name, pty);
    terminal.show();
    starting.then(
      (guest) => {
        if (terminal.exitStatus === undefined) this.#add(guest, { terminal, pty });
      },
      () => {
        pty.giveUp();
      },
    );
  }

  /** Shows the terminal of a guest, making it anew when it was closed. */
  show(guest: Guest): void {
    this.#of(guest).terminal.show();
  }

  /** Holds the terminal of a guest, one that is opened meanwhile too, until disposed of. */
  pause({ session: { id } }: Guest): Disposable {
    this.#paused.add(id);
    this.#shown.get(id)?.pty.pause();
    return new Disposable(() => {
      this.#paused.delete(id);
      this.#shown.get(id)?.pty.unpause();
    });
  }

  /** A guest has been found again: its terminal goes on, or is there again, without taking the focus. */
  goOn(guest: Guest): void {
    const known = this.#shown.get(guest.session.id);
    if (known) {
      known.pty.show(guest);
      return;
    }
    void this.#sweep(guest.spec.name);
    this.#of(guest).terminal.show(true);
  }

  /** For tasks, which bring their own terminal. */
  pseudoterminal(): SerialTerminal {
    return new SerialTerminal(this.#onWriteFailed);
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }

  /** An extension host that crashes leaves its terminals behind, with nobody in them. */
  async #sweep(name: string): Promise<void> {
    const own = new Set([...this.#shown.values()].map(({ terminal }) => terminal));
    for (const terminal of window.terminals) {
      if (terminal.name !== name || own.has(terminal)) continue;
      const process = await Promise.race([terminal.processId, delay(SHELL_STARTS_MS)]);
      // One that has no process at all says -1.
      if (process === undefined || process < 0) terminal.dispose();
    }
  }

  #of(guest: Guest): Shown {
    const known = this.#shown.get(guest.session.id);
    if (known) return known;
    const pty = this.pseudoterminal();
    const made = { terminal: this.#make(guest.spec.name, pty), pty };
    this.#add(guest, made);
    return made;
  }

  #make(name: string, pty: SerialTerminal): Terminal {
    return window.createTerminal({ name, pty, iconPath: new ThemeIcon('vm') });
  }

  #add(guest: Guest, shown: Shown): void {
    this.#shown.set(guest.session.id, shown);
    if (this.#paused.has(guest.session.id)) shown.pty.pause();
    shown.pty.show(guest);
    this.#changed.fire(undefined);
  }
}
