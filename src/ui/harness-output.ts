import { TerminalEscapes } from '../guest/terminal-escapes.ts';

/** What is kept with a test's result; the serial log has all of it. */
const LONGEST_OUTPUT = 1024 * 1024;
/** Each piece becomes a message of its own in the editor. */
const EVERY_MS = 100;

/** Brings the serial line and what the test prints to where a test's output is shown: in few pieces, and not without end. */
export class HarnessOutput implements Disposable {
  readonly #append: (text: string) => void;
  readonly #decoder = new TextDecoder();
  readonly #escapes = new TerminalEscapes();
  readonly #full: () => string;
  #parts: string[] = [];
  #left = LONGEST_OUTPUT;
  #timer: NodeJS.Timeout | undefined;

  /** `full`: what to say when there is too much. */
  constructor(append: (text: string) => void, full: () => string) {
    this.#append = append;
    this.#full = full;
  }

  bytes(chunk: Buffer): void {
    this.text(this.#escapes.filter(this.#decoder.decode(chunk, { stream: true })));
  }

  text(text: string): void {
    if (this.#left <= 0) return;
    this.#parts.push(text.slice(0, this.#left));
    this.#left -= text.length;
    if (this.#left <= 0) this.#parts.push(`\n${this.#full()}\n`);
    this.#timer ??= setTimeout(() => {
      this.flush();
    }, EVERY_MS);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const text = this.#parts.join('');
    this.#parts = [];
    // The output is a terminal, which wants both; a guest may give either.
    if (text !== '') this.#append(text.replaceAll(/\r*\n/g, '\r\n'));
  }

  [Symbol.dispose](): void {
    this.flush();
    this.#left = 0;
  }
}
