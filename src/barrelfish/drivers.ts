import { INTERRUPT_MODELS, type DriverEntry, type PciCard } from './device-db.ts';

type InterruptModel = (typeof INTERRUPT_MODELS)[number];

/** The driver that the SKB names for a device. */
export interface DriverMatch {
  entry: DriverEntry;
  /** The line of the entry that the device matches. */
  card: PciCard;
  /** What Kaluga sets up; undefined when the entry names a model that the SKB doesn't know: then nothing is started. */
  interrupts: InterruptModel | undefined;
  coreHint: number;
  multiInstance: boolean;
  /** Entries that match as well, from the next best on. */
  others: readonly DriverEntry[];
}

export interface DeviceIds {
  /** Four hexadecimal digits, as sysfs has them. */
  vendor: string;
  device: string;
}

interface Candidate {
  entry: DriverEntry;
  card: PciCard;
  /** Place among all entries. */
  index: number;
}

/**
 * Finds drivers as find_pci_driver of device_db.pl does. Kaluga asks with vendor and device only (usr/kaluga/start_pci.c),
 * so a card's function and subsystem, and an entry's platforms, decide nothing there; nor do they here.
 */
export class Drivers {
  readonly #byIds = new Map<string, Candidate[]>();
  /** Cards that leave vendor or device open. */
  readonly #open: Candidate[] = [];
  readonly #entries: readonly DriverEntry[];

  /** Entries in the order in which they are loaded. */
  constructor(entries: readonly DriverEntry[]) {
    this.#entries = entries.filter(({ kind }) => kind === 'pci');
    for (const [index, entry] of this.#entries.entries()) {
      for (const card of entry.cards) {
        const candidate = { entry, card, index };
        if (card.vendor === undefined || card.device === undefined) this.#open.push(candidate);
        else {
          const key = keyOf(card.vendor, card.device);
          const list = this.#byIds.get(key);
          if (list) list.push(candidate);
          else this.#byIds.set(key, [candidate]);
        }
      }
    }
  }

  /** Undefined when no entry has such a card. */
  for({ vendor, device }: DeviceIds): DriverMatch | undefined {
    const [vendorId, deviceId] = [parseInt(vendor, 16), parseInt(device, 16)];
    const open = this.#open.filter(
      ({ card }) => (card.vendor ?? vendorId) === vendorId && (card.device ?? deviceId) === deviceId,
    );
    const found = [...(this.#byIds.get(keyOf(vendorId, deviceId)) ?? []), ...open].sort(better);
    const [best] = found;
    if (!best) return undefined;
    const { entry, card } = best;
    // Core and instances are those of the first entry of that program and module, whichever devices it is for.
    const started = this.#entries.find((each) => each.binary === entry.binary && each.module === entry.module) ?? entry;
    return {
      entry,
      card,
      interrupts: interruptModel(entry),
      coreHint: started.coreHint,
      multiInstance: started.multiInstance,
      others: [...new Set(found.map((each) => each.entry))].filter((each) => each !== entry),
    };
  }
}

function keyOf(vendor: number, device: number): string {
  return `${vendor.toString()}:${device.toString()}`;
}

/**
 * The order in which `sort(0, >, …)` puts the solutions (priority, binary, module): no priority is a variable, which
 * comes after all numbers; of two variables the newer one comes first, and that is the later entry's
 * (usr/eclipseclp/Kernel/src: bip_bag.c, ec_compare_terms).
 */
function better(a: Candidate, b: Candidate): number {
  const [x, y] = [a.entry, b.entry];
  if (x.priority !== y.priority) return (y.priority ?? -Infinity) - (x.priority ?? -Infinity);
  if (x.priority === undefined || x.binary === y.binary) return b.index - a.index;
  return x.binary < y.binary ? 1 : -1;
}

/** The highest of the list, as get_interrupt_model takes it; an empty list and an unknown word make it fail. */
function interruptModel({ interruptModels }: DriverEntry): InterruptModel | undefined {
  if (interruptModels === undefined) return 'none';
  const places = interruptModels.map((text) => INTERRUPT_MODELS.findIndex((known) => known === text));
  return places.includes(-1) ? undefined : INTERRUPT_MODELS[Math.max(...places, -1)];
}

/**
 * Whether Kaluga starts a program for each of its devices, or only once. Networking goes by the start function, whatever
 * the entry says (usr/kaluga/driver_startup.c: start_networking_new, default_start_function_new).
 */
export function runsOnce(match: DriverMatch, starts: ReadonlyMap<string, string>): boolean {
  const { entry, multiInstance } = match;
  switch (starts.get(entry.binary)) {
    case 'start_networking':
      return true;
    case 'start_networking_new':
      return entry.module?.includes('_vf_') !== true;
    case 'default_start_function_new':
      return false;
    default:
      return !multiInstance;
  }
}

/** Programs that usr/kaluga/main.c starts in a way of their own, and the function that does it. */
export function startFunctions(source: string): Map<string, string> {
  const code = source.replace(/\/\*[^]*?(?:\*\/|$)|\/\/[^\n]*/g, ' ');
  const calls = code.matchAll(/\bset_start_function\s*\(\s*"([^"\n]*)"\s*,\s*(\w+)\s*\)/g);
  return new Map([...calls].map(([, program = '', start = '']) => [program, start]));
}
