/** ESC, but of colours, which most sequences are; and the control characters of 8 bits, which xterm.js takes for it. */
const SPECIAL = /\u001b(?!\[[\d;]{0,48}m)|[\u0080-\u009f]/g;
/** Of sequences, those that pass. A parameter has up to five digits. */
const PASSING =
  /^\u001b(?:[78DEM=>c]|\[(?:[\d;:]{0,48}m|(?:\d{0,5}(?:;\d{0,5})?)?[ABCDEFGHIJKLMPSTXZ@`adefgrsu]|6n|\?(?:7|25)[hl]))$/;
const LONGEST_SEQUENCE = 64;

const BEL = 0x07;
const LF = 0x0a;
const CAN = 0x18;
const SUB = 0x1a;
const ESC = 0x1b;
const DEL = 0x7f;
const CSI = 0x9b;
const ST = 0x9c;
/** DCS, SOS, OSC, PM and APC, as the second character of 7 bits and as one of 8. */
const STRINGS: ReadonlySet<number> = new Set(
  'P X ] ^ _'.split(' ').flatMap((each) => [each.charCodeAt(0), each.charCodeAt(0) + 0x40]),
);

/**
 * Lets through of a guest's escape sequences what it needs to show text: colours, cursor movement, erasing, scrolling,
 * and the question where the cursor is, which fish asks (linenoise). Nothing else, since whoever prints is not to be
 * trusted, and of VS Code's terminal a program can have more: it writes and reads the clipboard (OSC 52), shows
 * notifications that answer (OSC 99), takes marks, commands and directories (OSC 633, 133, 1337, 7, 9), hides links
 * behind other words (OSC 8), sends the mouse (CSI ?1000h), and types reports (DCS $q, CSI c, CSI t, CSI $p).
 *
 * What is dropped ends where it ends for a terminal, except that a line's end closes a string: after a stray byte the
 * rest is still shown.
 */
export class TerminalEscapes {
  #state: 'text' | 'sequence' | 'control' | 'string' | 'system-string' = 'text';
  #sequence = '';

  /** The next piece of the line, without what must not pass. Sequences may be cut anywhere. */
  filter(text: string): string {
    let passed = '';
    let at = 0;
    while (at < text.length) {
      if (this.#state === 'text') {
        SPECIAL.lastIndex = at;
        const special = SPECIAL.exec(text)?.index ?? text.length;
        if (at === 0 && special === text.length) return text;
        passed += text.slice(at, special);
        at = special;
        if (at < text.length) this.#begin(text.charCodeAt(at));
        at += 1;
        continue;
      }
      passed += this.#step(text, at);
      at += 1;
    }
    return passed;
  }

  /** At ESC or a control character of 8 bits. */
  #begin(code: number): void {
    if (code === ESC) [this.#state, this.#sequence] = ['sequence', '\u001b'];
    else if (code === CSI) [this.#state, this.#sequence] = ['control', '\u001b['];
    else if (STRINGS.has(code)) this.#state = code === 0x9d ? 'system-string' : 'string';
    else this.#state = 'text';
  }

  /** One character that isn't text; returns what of it passes. */
  #step(text: string, at: number): string {
    const code = text.charCodeAt(at);
    if (code === ESC || (code >= 0x80 && code <= 0x9f && code !== ST)) {
      this.#begin(code);
      return '';
    }
    if (code === CAN || code === SUB || code === ST) {
      this.#state = 'text';
      return '';
    }
    if (this.#state === 'string' || this.#state === 'system-string') {
      if (code === LF || (code === BEL && this.#state === 'system-string')) this.#state = 'text';
      return code === LF ? '\n' : '';
    }
    // Within a sequence, a terminal does at once what a control character says.
    if (code < 0x20) return text.charAt(at);
    if (code === DEL) return '';
    if (code > DEL) {
      this.#state = 'text';
      return text.charAt(at);
    }
    return this.#add(text.charAt(at), code);
  }

  /** A printable character of a sequence. */
  #add(character: string, code: number): string {
    if (this.#state === 'sequence' && this.#sequence.length === 1) {
      if (character === '[') {
        [this.#state, this.#sequence] = ['control', '\u001b['];
        return '';
      }
      if (STRINGS.has(code)) {
        this.#state = character === ']' ? 'system-string' : 'string';
        return '';
      }
    }
    if (this.#sequence.length < LONGEST_SEQUENCE) this.#sequence += character;
    const final = this.#state === 'control' ? 0x40 : 0x30;
    if (code < final) return '';
    this.#state = 'text';
    return PASSING.test(this.#sequence) ? this.#sequence : '';
  }
}
