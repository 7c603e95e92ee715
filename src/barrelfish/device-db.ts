import { readClauses, type StructField, type Term } from './prolog-terms.ts';
import type { Place, SyntaxProblem } from './prolog-tokens.ts';

/** The devices that an entry is for. What is undefined is left open. */
export interface PciCard {
  vendor?: number;
  device?: number;
  function?: number;
  subvendor?: number;
  subdevice?: number;
  at: Place;
}

/** A fact of device_db.pl: what the SKB knows of a driver's binary. */
export interface DriverEntry {
  kind: 'pci' | 'cpu' | 'bus';
  /** Name of the program, as in menu.lst. */
  binary: string;
  /** Driver within the program; undefined where there is none (`"-"`), and the program is started by itself. */
  module?: string;
  /** Empty for all but PCI drivers. */
  cards: readonly PciCard[];
  /** Core that the driver runs on. */
  coreHint: number;
  multiInstance: boolean;
  /** As written, `legacy`, `msi`, `msix`; undefined where nothing is said. */
  interruptModels?: readonly string[];
  platforms: readonly string[];
  /** Undefined is less than any number. */
  priority?: number;
  /** The name of the structure, which is the entry's first word. */
  at: Place;
  binaryAt: Place;
}

export type DatabaseProblem =
  | SyntaxProblem
  | (Place &
      (
        | { code: 'unknown-field'; struct: string; field: string }
        | { code: 'repeated-field'; field: string }
        | { code: 'missing-field'; struct: string; field: string }
        | { code: 'wrong-value'; field: string; wanted: 'text' | 'number' | 'list' | 'card' }
        /** Ids have 16 bits; other numbers match nothing. */
        | { code: 'out-of-range'; field: string; value: number }
        /** The SKB knows no such interrupt model, and so starts no driver for these devices at all. */
        | { code: 'unknown-interrupts'; text: string }
      ));

export interface DeviceDatabase {
  entries: readonly DriverEntry[];
  /** In the order of their lines. */
  problems: readonly DatabaseProblem[];
}

export const INTERRUPT_MODELS = ['none', 'legacy', 'msi', 'msix'] as const;

const KINDS: Readonly<Record<string, DriverEntry['kind']>> = {
  pci_driver: 'pci',
  cpu_driver: 'cpu',
  bus_driver: 'bus',
};
/** What device_db.pl declares; files that are loaded beside it declare nothing (device_db_irqtest_msix.pl). */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  pci_driver: [
    'binary',
    'module',
    'supported_cards',
    'core_hint',
    'core_offset',
    'multi_instance',
    'interrupt_load',
    'interrupt_model',
    'platforms',
    'priority',
  ],
  cpu_driver: ['binary', 'platforms'],
  bus_driver: ['binary', 'core_hint', 'platforms'],
  pci_card: ['vendor', 'device', 'function', 'subvendor', 'subdevice'],
};

/**
 * Reads usr/skb/programs/device_db.pl, or a file like it. A clause that ECLiPSe would not take is left out and said to be
 * a problem; the other entries are there.
 */
export function parseDeviceDatabase(text: string): DeviceDatabase {
  const { facts, structs, problems: syntax } = readClauses(text);
  const problems: DatabaseProblem[] = [...syntax];
  const entries = facts.flatMap((fact) => new EntryReader(structs, problems).entry(fact) ?? []);
  problems.sort((a, b) => a.line - b.line || a.column - b.column);
  return { entries, problems };
}

type Values = ReadonlyMap<string, StructField>;

class EntryReader {
  readonly #structs: ReadonlyMap<string, readonly string[]>;
  readonly #problems: DatabaseProblem[];

  constructor(structs: ReadonlyMap<string, readonly string[]>, problems: DatabaseProblem[]) {
    this.#structs = structs;
    this.#problems = problems;
  }

  entry(fact: Term): DriverEntry | undefined {
    const kind = fact.kind === 'struct' && Object.hasOwn(KINDS, fact.name) ? KINDS[fact.name] : undefined;
    if (fact.kind !== 'struct' || kind === undefined) return undefined;
    const values = this.#values(fact);
    if (!values) return undefined;
    const binary = this.#text(values, 'binary');
    const binaryAt = values.get('binary')?.value.at;
    if (binary === undefined || binaryAt === undefined) {
      if (isOpen(values.get('binary'))) this.#missing(fact, 'binary');
      return undefined;
    }
    if (kind === 'pci' && isOpen(values.get('supported_cards'))) this.#missing(fact, 'supported_cards');
    const module = this.#text(values, 'module');
    const models = this.#list(values, 'interrupt_model', 'text');
    for (const { text, at } of models ?? []) {
      if (!INTERRUPT_MODELS.some((known) => known === text))
        this.#problems.push({ ...at, code: 'unknown-interrupts', text });
    }
    const priority = this.#number(values, 'priority');
    return {
      kind,
      binary,
      ...(module === undefined || module === '-' ? {} : { module }),
      cards: this.#cards(values),
      coreHint: this.#number(values, 'core_hint') ?? 0,
      multiInstance: (this.#number(values, 'multi_instance') ?? 0) !== 0,
      ...(models === undefined ? {} : { interruptModels: models.map(({ text }) => text) }),
      platforms: (this.#list(values, 'platforms', 'text') ?? []).map(({ text }) => text),
      ...(priority === undefined ? {} : { priority }),
      at: fact.at,
      binaryAt,
    };
  }

  /** By name; undefined when ECLiPSe would not take the structure. */
  #values(term: Extract<Term, { kind: 'struct' }>): Values | undefined {
    const known = this.#structs.get(term.name) ?? FIELDS[term.name] ?? [];
    const values = new Map<string, StructField>();
    let sound = true;
    for (const field of term.fields) {
      const { name } = field;
      if (!known.includes(name)) {
        this.#problems.push({ ...field.at, code: 'unknown-field', struct: term.name, field: name });
        sound = false;
      } else if (values.has(name)) {
        this.#problems.push({ ...field.at, code: 'repeated-field', field: name });
        sound = false;
      } else values.set(name, field);
    }
    return sound ? values : undefined;
  }

  #cards(values: Values): PciCard[] {
    return (this.#terms(values, 'supported_cards') ?? []).flatMap((term): PciCard[] => {
      if (term.kind !== 'struct' || term.name !== 'pci_card') {
        this.#wrong(term.at, 'supported_cards', 'card');
        return [];
      }
      const own = this.#values(term);
      if (!own) return [];
      const card: PciCard = { at: term.at };
      for (const name of ['vendor', 'device', 'function', 'subvendor', 'subdevice'] as const) {
        const field = own.get(name);
        if (!field || field.value.kind === 'variable') continue;
        const value = this.#number(own, name);
        // Not open: a value that is no number matches no device.
        card[name] = value ?? NaN;
        if (value !== undefined && !(Number.isInteger(value) && value >= 0 && value <= 0xffff))
          this.#problems.push({ ...field.value.at, code: 'out-of-range', field: name, value });
      }
      return [card];
    });
  }

  #text(values: Values, name: string): string | undefined {
    const field = values.get(name);
    if (!field || field.value.kind === 'variable') return undefined;
    if (field.value.kind === 'text' && field.value.text !== '') return field.value.text;
    this.#wrong(field.value.at, name, 'text');
    return undefined;
  }

  #number(values: Values, name: string): number | undefined {
    const field = values.get(name);
    if (!field || field.value.kind === 'variable') return undefined;
    if (field.value.kind === 'number') return field.value.value;
    this.#wrong(field.value.at, name, 'number');
    return undefined;
  }

  #list(values: Values, name: string, wanted: 'text'): { text: string; at: Place }[] | undefined {
    return this.#terms(values, name)?.flatMap((term) => {
      if (term.kind === 'text') return [{ text: term.text, at: term.at }];
      this.#wrong(term.at, name, wanted);
      return [];
    });
  }

  #terms(values: Values, name: string): readonly Term[] | undefined {
    const field = values.get(name);
    if (!field || field.value.kind === 'variable') return undefined;
    if (field.value.kind === 'list') return field.value.items;
    this.#wrong(field.value.at, name, 'list');
    return undefined;
  }

  #wrong(at: Place, field: string, wanted: 'text' | 'number' | 'list' | 'card'): void {
    this.#problems.push({ ...at, code: 'wrong-value', field, wanted });
  }

  #missing(term: Extract<Term, { kind: 'struct' }>, field: string): void {
    this.#problems.push({ ...term.at, code: 'missing-field', struct: term.name, field });
  }
}

function isOpen(field: StructField | undefined): boolean {
  return field === undefined || field.value.kind === 'variable';
}
