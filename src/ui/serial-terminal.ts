import { commands, EventEmitter, l10n, ThemeIcon, window, type Pseudoterminal, type Terminal } from 'vscode';
import type { Guest } from '../guest/guest.ts';
import { TerminalFeed } from '../guest/terminal-feed.ts';

/**
 * Resolves when the window has taken in all that was sent to it so far: messages to it keep their order, and this one
 * is answered. Text would pile up in the window otherwise, which drops what it can't hold.
 */
async function untilTaken(): Promise<void> {
  await commands.executeCommand('setContext', 'barrelfish.serial', true);
}

/** The guest's serial line as a terminal. Bytes pass unchanged both ways; closing it leaves the guest alone. */
class SerialTerminal implements Pseudoterminal {
  readonly #starting: Promise<Guest>;
  #guest: Guest | undefined;
  readonly #write = new EventEmitter<string>();
  readonly #close = new EventEmitter<number>();
  readonly onDidWrite = this.#write.event;
  readonly onDidClose = this.#close.event;
  readonly #onClose: () => void;
  readonly #onWriteFailed: (error: unknown) => void;
  #feed: TerminalFeed | undefined;
  #ended = false;
  #closed = false;

  constructor(starting: Promise<Guest>, onClose: () => void, onWriteFailed: (error: unknown) => void) {
    this.#starting = starting;
    this.#onClose = onClose;
    this.#onWriteFailed = onWriteFailed;
  }

  open(): void {
    this.#starting.then(
      (guest) => {
        this.#connect(guest);
      },
      () => {
        this.#close.fire(1); // whoever starts the guest says why it doesn't
      },
    );
  }

  handleInput(data: string): void {
    if (this.#ended) this.#close.fire(0);
    else this.#guest?.serial.write(data).catch(this.#onWriteFailed);
  }

  close(): void {
    this.#closed = true;
    this.#feed?.[Symbol.dispose]();
    this.#onClose();
  }

  #connect(guest: Guest): void {
    if (this.#closed) return;
    this.#guest = guest;
    const deliver = (text: string): Promise<void> => {
      this.#write.fire(text);
      return untilTaken();
    };
    this.#feed = new TerminalFeed(guest.serial, deliver, { replay: true });
    void guest.ended.then(() => {
      this.#ended = true;
      this.#write.fire(`\r\n\x1b[0;2m${l10n.t('The guest has ended. Press any key to close.')}\x1b[0m\r\n`);
    });
  }
}

/** Whoever starts the guest says why it doesn't. */
const ignored = (): void => undefined;

/** One terminal for each guest. */
export class SerialTerminals {
  readonly #terminals = new Map<Guest, Terminal>();
  readonly #onWriteFailed: (error: unknown) => void;

  constructor(onWriteFailed: (error: unknown) => void) {
    this.#onWriteFailed = onWriteFailed;
  }

  /** Makes the terminal of a guest that is about to start: making one takes as long as starting QEMU does. */
  open(name: string, starting: Promise<Guest>): void {
    const pty = this.pseudoterminal(starting, () => {
      starting.then((guest) => this.#terminals.delete(guest), ignored);
    });
    const terminal = window.createTerminal({ name, pty, iconPath: new ThemeIcon('vm') });
    terminal.show();
    starting.then((guest) => this.#terminals.set(guest, terminal), ignored);
  }

  /** Shows the terminal of a guest, making it anew when it was closed. */
  show(guest: Guest): void {
    const terminal = this.#terminals.get(guest);
    if (terminal) terminal.show();
    else this.open(guest.spec.name, Promise.resolve(guest));
  }

  /** For tasks, which bring their own terminal. */
  pseudoterminal(starting: Promise<Guest>, onClose: () => void): Pseudoterminal {
    return new SerialTerminal(starting, onClose, this.#onWriteFailed);
  }
}
