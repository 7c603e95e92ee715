/** What one measurement found. */
export interface Result {
  readonly name: string;
  readonly ours: number;
  /** What the same took without us; null where the bar is a number of its own. */
  readonly reference: number | null;
  readonly ratio: number | null;
  readonly unit: string;
  readonly bar: string;
  readonly ok: boolean;
}

export interface BenchOptions {
  /** How much the guest writes to its serial line. */
  readonly serialMiB: number;
  /** For how long many guests talk at once. */
  readonly guestMinutes: number;
}

export interface Measurement {
  readonly name: string;
  readonly title: string;
  run(options: BenchOptions): Promise<readonly Result[]>;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  if (low === undefined || high === undefined) throw new Error('There is no median of nothing.');
  return (low + high) / 2;
}

export async function milliseconds(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/**
 * Takes turns, so that whatever else the machine does hits both alike. The first round only warms up caches and the
 * compiler, and is not counted.
 */
export async function takeTurns(
  rounds: number,
  ours: () => Promise<number>,
  reference: () => Promise<number>,
): Promise<{ ours: number[]; reference: number[] }> {
  const found = { ours: [] as number[], reference: [] as number[] };
  for (let round = 0; round <= rounds; round += 1) {
    const one = { ours: await ours(), reference: await reference() };
    if (round === 0) continue;
    found.ours.push(one.ours);
    found.reference.push(one.reference);
  }
  return found;
}

/** A ratio, with a limit or only to be looked at. */
export function compared(name: string, ours: number, reference: number, unit: string, most?: number): Result {
  const ratio = ours / reference;
  const bar = most === undefined ? '' : `≤ ${String(most)}×`;
  return { name, ours, reference, ratio, unit, bar, ok: most === undefined || ratio <= most };
}

/** A number with a limit. */
export function limited(name: string, ours: number, unit: string, most: number): Result {
  return { name, ours, reference: null, ratio: null, unit, bar: `≤ ${String(most)} ${unit}`, ok: ours <= most };
}
