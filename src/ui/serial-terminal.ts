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
  readonly #guest: Guest;
  readonly #write = new EventEmitter<string>();
  readonly #close = new EventEmitter<number>();
  readonly onDidWrite = this.#write.event;
  readonly onDidClose = this.#close.event;
  readonly #onClose: () => void;
  readonly #onWriteFailed: (error: unknown) => void;
  #feed: TerminalFeed | undefined;
  #ended = false;

  constructor(guest: Guest, onClose: () => void, onWriteFailed: (error: unknown) => void) {
    this.#guest = guest;
    this.#onClose = onClose;
    this.#onWriteFailed = onWriteFailed;
  }

  open(): void {
    this.#feed = new TerminalFeed(
      this.#guest.serial,
      (text) => {
        this.#write.fire(text);
        return untilTaken();
      },
      { replay: true },
    );
    void this.#guest.ended.then(() => {
      this.#ended = true;
      this.#write.fire(`\r\n\x1b[0;2m${l10n.t('The guest has ended. Press any key to close.')}\x1b[0m\r\n`);
    });
  }

  handleInput(data: string): void {
    if (this.#ended) this.#close.fire(0);
    else this.#guest.serial.write(data).catch(this.#onWriteFailed);
  }

  close(): void {
    this.#feed?.[Symbol.dispose]();
    this.#onClose();
  }
}

/** One terminal for each guest, made when it is first asked for. */
export class SerialTerminals {
  readonly #terminals = new Map<Guest, Terminal>();
  readonly #onWriteFailed: (error: unknown) => void;

  constructor(onWriteFailed: (error: unknown) => void) {
    this.#onWriteFailed = onWriteFailed;
  }

  show(guest: Guest, preserveFocus = false): void {
    const known = this.#terminals.get(guest);
    const terminal = known ?? this.#make(guest);
    terminal.show(preserveFocus);
  }

  /** For tasks, which bring their own terminal. */
  pseudoterminal(guest: Guest, onClose: () => void): Pseudoterminal {
    return new SerialTerminal(guest, onClose, this.#onWriteFailed);
  }

  #make(guest: Guest): Terminal {
    const pty = this.pseudoterminal(guest, () => this.#terminals.delete(guest));
    const terminal = window.createTerminal({ name: guest.spec.name, pty, iconPath: new ThemeIcon('vm') });
    this.#terminals.set(guest, terminal);
    return terminal;
  }
}
