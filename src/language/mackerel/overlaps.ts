import { addressingOf, type DeviceLayout, type RegisterLayout } from './layout.ts';

/** Registers at one place, the later one first. */
interface Overlap {
  readonly register: RegisterLayout;
  readonly other: RegisterLayout;
}

/** Addresses of a register: so many stretches, `size` long, `step` from each other; or a sorted list of where they begin. */
interface Extents {
  readonly register: RegisterLayout;
  readonly order: number;
  readonly first: number;
  readonly count: number;
  readonly step: number;
  readonly starts: readonly number[] | undefined;
  readonly size: number;
  /** Where the last stretch ends. */
  readonly end: number;
}

/** So many others are told for one register. */
const MOST_TOLD = 4;

/** So many comparisons are made in a file: arrays that lie in each other can need many. */
const MOST_WORK = 2_000_000;

/**
 * Registers of one space and base that overlap and aren't `also`, as the compiler finds them (RegisterTable.hs). That one
 * compares all with all; here they are sorted, so that only those are compared that lie in each other's reach.
 */
export function overlapsOf({ registers }: DeviceLayout): Overlap[] {
  const groups = new Map<string, Extents[]>();
  for (const [order, register] of registers.entries()) {
    if (register.node.also) continue;
    const extents = extentsOf(register, order);
    if (!extents) continue;
    const key = `${register.space?.name ?? ''} ${register.base}`;
    const group = groups.get(key);
    if (group) group.push(extents);
    else groups.set(key, [extents]);
  }
  const found: Overlap[] = [];
  const work = { left: MOST_WORK };
  for (const group of groups.values()) sweep(group, found, work);
  return found;
}

function sweep(group: Extents[], found: Overlap[], work: { left: number }): void {
  group.sort((a, b) => a.first - b.first || a.order - b.order);
  let reaching: Extents[] = [];
  for (const each of group) {
    let told = 0;
    const still: Extents[] = [];
    for (const other of reaching) {
      if (other.end <= each.first) continue;
      still.push(other);
      if (told === MOST_TOLD || work.left <= 0 || !overlap(other, each, work)) continue;
      told++;
      const [earlier, later] = each.order < other.order ? [each, other] : [other, each];
      found.push({ register: later.register, other: earlier.register });
    }
    still.push(each);
    reaching = still;
  }
}

function extentsOf(register: RegisterLayout, order: number): Extents | undefined {
  const { space, offset, array, node, bits } = register;
  const addressing = space && addressingOf(space);
  if (!addressing || !node.place || (node.kind === 'regarray' && !array)) return undefined;
  const size = addressing.by === 'bytes' ? Math.floor(Math.floor(bits / 8) / addressing.step) : 1;
  if (!(size > 0) || !Number.isFinite(offset)) return undefined;
  const base = { register, order, size };
  if (!array) return { ...base, first: offset, count: 1, step: 0, starts: undefined, end: offset + size };
  if (array.offsets) {
    const starts = array.offsets.map((each) => each + offset).sort((a, b) => a - b);
    const [first = offset, last = offset] = [starts[0], starts.at(-1)];
    return { ...base, first, count: starts.length, step: 0, starts, end: last + size };
  }
  // The compiler lets registers of an array without a step lie by their bytes, whatever the space.
  const given = node.array?.by === 'step' ? node.array.step : 0;
  const step = given === 0 ? Math.floor(bits / 8) : given;
  if (array.count <= 0 || step <= 0) return undefined;
  const end = offset + (array.count - 1) * step + size;
  return { ...base, first: offset, count: array.count, step, starts: undefined, end };
}

function overlap(a: Extents, b: Extents, work: { left: number }): boolean {
  let [i, j] = [startingPoint(a, b.first), startingPoint(b, a.first)];
  while (i < a.count && j < b.count && work.left-- > 0) {
    const [one, two] = [startOf(a, i), startOf(b, j)];
    if (one > two ? two + b.size > one : one + a.size > two) return true;
    if (one < two) i = Math.max(i + 1, startingPoint(a, two));
    else j = Math.max(j + 1, startingPoint(b, one));
  }
  return false;
}

function startOf({ starts, first, step }: Extents, index: number): number {
  return starts ? (starts[index] ?? 0) : first + index * step;
}

/** The first stretch that can reach an address: all before it end below. */
function startingPoint({ starts, first, step, size, count }: Extents, address: number): number {
  if (starts || step <= 0) return 0;
  return Math.max(0, Math.min(count, Math.ceil((address - size - first) / step)));
}
