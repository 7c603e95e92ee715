import { SymbolKind } from 'vscode-languageserver-types';
import {
  parseDeviceDatabase,
  type DatabaseProblem,
  type DriverEntry,
  type PciCard,
} from '../../barrelfish/device-db.ts';
import type { Definition, Outline, Use } from '../outline.ts';
import { Kind, scan, type Lexicon, type Tokens } from '../scanner.ts';
import type { Span } from '../source-text.ts';

/** The words of the database; what they say is read by src/barrelfish/device-db.ts. */
const LEXICON: Lexicon = {
  lineComments: ['%'],
  blockComment: { open: '/*', close: '*/', nested: false },
  // 16'8086
  nameSigns: "'",
  operators: [':-'],
  quotes: '"\'',
};
const WHAT = { pci: 'PCI driver', cpu: 'CPU driver', bus: 'bus driver' } as const;

export interface DeviceDbTree extends Outline {
  readonly entries: ReadonlyMap<Definition, DriverEntry>;
  readonly cards: ReadonlyMap<Definition, PciCard>;
  readonly problems: readonly (Span & { readonly problem: DatabaseProblem })[];
}

export function parseDeviceDb(text: string): DeviceDbTree {
  const { entries, problems } = parseDeviceDatabase(text);
  const tokens = scan(text, LEXICON);
  const starts = lineStarts(text);
  const spanOf = ({ line, column, length }: DatabaseProblem | PciCard['at']): Span => {
    const start = Math.min((starts[line - 1] ?? text.length) + column - 1, text.length);
    return { start, end: Math.min(start + length, text.length) };
  };
  const closing = closingBraces(tokens);
  const uses: Use[] = [];
  const made = new Map<Definition, DriverEntry>();
  const cards = new Map<Definition, PciCard>();
  for (const entry of entries) {
    const { start } = spanOf(entry.at);
    const at = inQuotes(text, spanOf(entry.binaryAt));
    const definition: Definition = {
      start,
      end: endOf(tokens, closing, start),
      name: entry.binary,
      at,
      what: WHAT[entry.kind],
      symbol: SymbolKind.Object,
      token: 'string',
      detail: entry.module ?? '',
      about: '',
      container: undefined,
      inside: [],
    };
    made.set(definition, entry);
    for (const use of programs(tokens, definition)) uses.push(use);
    for (const card of entry.cards) {
      const span = spanOf(card.at);
      const one: Definition = {
        start: span.start,
        end: endOf(tokens, closing, span.start),
        name: cardName(card),
        at: span,
        what: 'PCI card',
        symbol: SymbolKind.Struct,
        token: 'struct',
        detail: '',
        about: '',
        container: definition,
        inside: [],
      };
      definition.inside.push(one);
      cards.set(one, card);
    }
  }
  return {
    tokens,
    definitions: [...made.keys()],
    uses,
    words: [],
    blocks: [],
    findings: [],
    unsure: false,
    entries: made,
    cards,
    problems: problems.map((problem) => ({ ...spanOf(problem), problem })),
  };
}

/** As `lspci -n` writes them; an asterisk for what is left open. */
export function cardName({ vendor, device }: PciCard): string {
  return `${idText(vendor)}:${idText(device)}`;
}

function idText(id: number | undefined): string {
  if (id === undefined) return '*';
  return Number.isNaN(id) ? '?' : id.toString(16).padStart(4, '0');
}

/** Binary and module of an entry: names of programs and of drivers in them. */
function programs(tokens: Tokens, { start, end }: Definition): Use[] {
  const uses: Use[] = [];
  for (let index = tokens.at(start); tokens.start(index) < end && tokens.kind(index) !== Kind.end; index++) {
    const field = tokens.textOf(index);
    if ((field !== 'binary' && field !== 'module') || tokens.textOf(index + 1) !== ':') continue;
    if (tokens.kind(index + 2) !== Kind.string) continue;
    const span = inQuotes(tokens.text, { start: tokens.start(index + 2), end: tokens.end(index + 2) });
    const name = tokens.text.slice(span.start, span.end);
    // "-" stands for no module.
    if (name !== '-') uses.push({ ...span, name, token: 'string', what: [field], to: undefined });
  }
  return uses;
}

function inQuotes(text: string, { start, end }: Span): Span {
  const quoted = end - start >= 2 && /["']/.test(text[start] ?? '');
  return quoted ? { start: start + 1, end: end - 1 } : { start, end };
}

/** The reader counts lines by their line feeds. */
function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** For the index of each opening brace, the index of the one that closes it. */
function closingBraces(tokens: Tokens): ReadonlyMap<number, number> {
  const open: number[] = [];
  const closing = new Map<number, number>();
  for (let index = 0; index < tokens.count; index++) {
    if (tokens.kind(index) !== Kind.sign) continue;
    const sign = tokens.textOf(index);
    if (sign === '{') open.push(index);
    if (sign !== '}') continue;
    const opening = open.pop();
    if (opening !== undefined) closing.set(opening, index);
  }
  return closing;
}

/** Of a structure that begins at an offset: behind its brace, and behind the full stop after it. */
function endOf(tokens: Tokens, closing: ReadonlyMap<number, number>, start: number): number {
  const index = tokens.at(start);
  const last = closing.get(index + 1);
  if (last === undefined) return tokens.end(index);
  return tokens.textOf(last + 1) === '.' ? tokens.end(last + 1) : tokens.end(last);
}

/** The structure whose braces a token stands in. */
export function structAt(tokens: Tokens, index: number): string | undefined {
  let depth = 0;
  for (let at = index - 1; at > 0; at--) {
    if (tokens.kind(at) !== Kind.sign) continue;
    const sign = tokens.textOf(at);
    if (sign === '}' || sign === ']' || sign === ')') depth++;
    else if (sign === '{' || sign === '[' || sign === '(') {
      if (depth === 0) return sign === '{' ? tokens.textOf(at - 1) : undefined;
      depth--;
    }
  }
  return undefined;
}
