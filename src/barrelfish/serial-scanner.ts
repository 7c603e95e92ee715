import { isMemory, isOfDump, prefixLength, PRINTED_MEMORY } from './serial-dumps.ts';
import { columnIn, withoutEscapes } from './escape-sequences.ts';
import type { SerialEvent, SerialFact, SerialPlace } from './serial-events.ts';
import { MARKERS_BY_WORD, WORDS, type Marker } from './serial-markers.ts';
import { REFERENCE_HINT, referencesIn, type SerialReference } from './serial-references.ts';

/** Of a longer line only the end is looked at: that is where Barrelfish prints after firmware. */
const LONGEST_LINE = 4096;
/** Of what fish says (usr/fish/fish_common.c): what stands behind it is being typed. */
const PROMPT = '> ';
const QUOTATION_MARKS = '"\'`';

/** In a line without escape sequences: what may be the sign of something. */
const WORD = new RegExp(WORDS, 'g');
/** Lines that have to be looked at closer. An escape sequence can stand within a word. */
const LOOK = new RegExp(`${WORDS}|\u001b|^${PROMPT}`, 'gm');
const LOOK_FOR_ALL = new RegExp(`${LOOK.source}|${REFERENCE_HINT.source}`, 'gm');

interface ScannerOptions {
  /** Called with each reference, its columns those of the line as it was. */
  onReference?: (reference: SerialReference & { line: number }) => void;
}

/**
 * Reads a serial log as it comes, in any pieces, and tells what its lines say. A line ends where an editor ends it: at CR
 * LF, LF or CR. Columns count characters of the text, or bytes when bytes are pushed.
 *
 * The guest may print anything, so a marker counts only where Barrelfish would print it: not within quotation marks, not
 * in what is typed at the prompt (directly behind it, where others print, it does), not in a line of memory; and amid the
 * dump after a fault, where other domains' lines may stand, only at the beginning of its line.
 */
export class SerialScanner {
  readonly #onEvent: (event: SerialEvent) => void;
  readonly #onReference: ScannerOptions['onReference'];
  readonly #look: RegExp;
  #rest = '';
  /** Characters that the line which is being read has lost already. */
  #lost = 0;
  #line = 0;
  #dump: { first: number; last: number } | undefined;

  constructor(onEvent: (event: SerialEvent) => void, options: ScannerOptions = {}) {
    this.#onEvent = onEvent;
    this.#onReference = options.onReference;
    this.#look = options.onReference ? LOOK_FOR_ALL : LOOK;
  }

  /** Lines of a dump that may go on. */
  get openDump(): Readonly<{ first: number; last: number }> | undefined {
    return this.#dump;
  }

  push(chunk: Buffer): void {
    this.pushText(chunk.toString('latin1'));
  }

  pushText(more: string): void {
    let text = this.#rest + more;
    let held = '';
    // Whether it ends the line alone is seen with what follows.
    if (text.endsWith('\r')) [text, held] = [text.slice(0, -1), '\r'];
    if (text.includes('\r')) text = text.replaceAll('\r\n', '\n').replaceAll('\r', '\n');
    const end = text.lastIndexOf('\n') + 1;
    if (end > 0) {
      this.#lines(end === text.length ? text : text.slice(0, end));
      text = text.slice(end);
    }
    const surplus = Math.max(0, text.length - LONGEST_LINE);
    this.#lost += surplus;
    this.#rest = text.slice(surplus) + held;
  }

  /** Nothing more comes: the last line counts although nothing ends it. */
  end(): void {
    if (this.#rest !== '') this.pushText('\n');
    this.#closeDump();
  }

  /** All of them whole. */
  #lines(text: string): void {
    let at = 0;
    while (at < text.length) {
      if (!this.#dump) {
        this.#look.lastIndex = at;
        const found = this.#look.exec(text);
        const start = found ? text.lastIndexOf('\n', found.index) + 1 : text.length;
        for (let next = text.indexOf('\n', at); next !== -1 && next < start; next = text.indexOf('\n', next + 1)) {
          this.#line += 1;
          this.#lost = 0;
        }
        at = Math.max(at, start);
        if (at >= text.length) return;
      }
      const end = text.indexOf('\n', at);
      PRINTED_MEMORY.lastIndex = at;
      if (end === at || PRINTED_MEMORY.test(text)) {
        if (end > at) this.#dumpGoesOn();
        this.#line += 1;
        this.#lost = 0;
        at = end + 1;
        continue;
      }
      const from = Math.max(at, end - LONGEST_LINE);
      this.#read(text.slice(from, end), this.#lost + from - at);
      this.#line += 1;
      this.#lost = 0;
      at = end + 1;
    }
  }

  /** `lost`: how much of the line's beginning isn't there. */
  #read(line: string, lost: number): void {
    const text = withoutEscapes(line);
    const amid = this.#dump !== undefined;
    const prefix = prefixLength(text);
    const rest = prefix === 0 ? text : text.slice(prefix);
    const memory = isMemory(rest);
    const place = (from: number, to: number): SerialPlace =>
      text === line
        ? { line: this.#line, from: lost + from, to: lost + to }
        : { line: this.#line, from: lost + columnIn(line, from), to: lost + columnIn(line, to - 1) + 1 };
    if (this.#onReference && !memory) {
      for (const each of referencesIn(text)) this.#onReference({ ...each, ...place(each.from, each.to) });
    }
    if (memory || (amid && isOfDump(rest))) {
      if (text.trim() !== '') this.#dumpGoesOn();
      if (memory) return;
      for (const { fact, from, to } of factsIn(text)) {
        if (fact.kind === 'kernel-address') this.#onEvent({ ...fact, ...place(from, to) });
      }
      return;
    }
    const prompted = text.startsWith(PROMPT);
    const starts = prompted ? [PROMPT.length] : amid ? [0, prefix] : undefined;
    const found = factsIn(text, starts);
    if (amid && (prompted || found.length === 0)) this.#closeDump();
    if (prompted) this.#onEvent({ kind: 'prompt', ...place(0, PROMPT.length) });
    for (const { fact, from, to } of found) {
      this.#onEvent({ ...fact, ...place(from, to) });
      if (fact.kind === 'domain-fault' || fact.kind === 'kernel-exception') {
        this.#closeDump();
        this.#dump = { first: this.#line, last: this.#line };
      }
    }
  }

  #dumpGoesOn(): void {
    this.#dump ??= { first: this.#line, last: this.#line };
    this.#dump.last = this.#line;
  }

  #closeDump(): void {
    const dump = this.#dump;
    this.#dump = undefined;
    if (!dump || dump.last === dump.first) return;
    this.#onEvent({ kind: 'dump', line: dump.first, from: 0, to: 0, last: dump.last });
  }
}

const NOTHING: readonly Found[] = [];

interface Found {
  fact: SerialFact;
  from: number;
  to: number;
}

/** What a line says, from left to right. `starts`: the columns at which it has to begin, where not any will do. */
function factsIn(text: string, starts?: readonly number[]): readonly Found[] {
  WORD.lastIndex = 0;
  let match = WORD.exec(text);
  if (!match) return NOTHING;
  const tried: Marker[] = [];
  const found: Found[] = [];
  for (; match; match = WORD.exec(text)) {
    for (const marker of MARKERS_BY_WORD.get(match[0]) ?? []) {
      if (tried.includes(marker)) continue;
      tried.push(marker);
      const fact = factOf(marker, text, starts);
      if (fact) found.push(fact);
    }
  }
  return found.length > 1 ? found.sort((a, b) => a.from - b.from) : found;
}

function factOf({ pattern, fact }: Marker, text: string, starts: readonly number[] | undefined): Found | undefined {
  for (const start of starts ?? [0]) {
    const match = pattern.exec(start === 0 ? text : text.slice(start));
    if (!match || (starts && match.index > 0)) continue;
    const from = start + match.index;
    if (from > 0 && QUOTATION_MARKS.includes(text.charAt(from - 1))) continue;
    const groups = match.slice(1).map((group: string | undefined) => group ?? '');
    return { fact: fact(...groups), from, to: from + match[0].length };
  }
  return undefined;
}
