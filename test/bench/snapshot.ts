// Reading all PCI functions of a host, against lspci on the same tree. lspci reads less of each: no BARs, links, NUMA
// node, reset methods or override.
import { LocalConnection } from '../../src/host/local-connection.ts';
import { readSnapshot } from '../../src/host/snapshot-reader.ts';
import { MadeHost } from '../fixtures/made-sysfs.ts';
import { compared, median, milliseconds, takeTurns, type Measurement, type Result } from './measurement.ts';

/** Functions of the made host, with the rounds to measure. */
const sizes = [
  { functions: 16, rounds: 15 },
  { functions: 256, rounds: 15 },
  { functions: 4096, rounds: 5 },
] as const;
/** The size of a large server, which has to be as quick as lspci. */
const JUDGED = 256;
const MOST = 1;
const MOST_GROWTH = 1.2;

const hex = (value: number): string => value.toString(16).padStart(2, '0');

function fill(host: MadeHost, count: number): void {
  for (let index = 0; index < count; index += 1) {
    const [bus, device, fn] = [index >> 8, (index >> 3) & 0x1f, index & 7];
    host.add(`0000:${hex(bus)}:${hex(device)}.${String(fn)}`, { driver: 'e1000e', group: index });
  }
}

async function measure(functions: number, rounds: number): Promise<{ ours: number; reference: number }> {
  using host = new MadeHost();
  fill(host, functions);
  const connection = new LocalConnection('made');
  const { roots } = host;
  const turns = await takeTurns(
    rounds,
    () =>
      milliseconds(async () => {
        const snapshot = await readSnapshot(connection, { roots });
        if (snapshot.functions.size !== functions) throw new Error('Not all functions were read.');
      }),
    () =>
      milliseconds(async () => {
        // Started as our own script is, so that only what they do differs.
        const { stdout } = await connection.run([
          ...(['lspci', '-D', '-vmm', '-nn', '-k', '-O'] as const),
          `sysfs.path=${roots.sys}/bus/pci`,
        ]);
        if (stdout.toString('utf8').split('\nSlot:').length !== functions)
          throw new Error('lspci did not list all functions.');
      }),
  );
  return { ours: median(turns.ours), reference: median(turns.reference) };
}

export const snapshot: Measurement = {
  name: 'snapshot',
  title: 'reading all PCI functions, against lspci',
  run: async () => {
    const results: Result[] = [];
    const times = new Map<number, number>();
    for (const { functions, rounds } of sizes) {
      const { ours, reference } = await measure(functions, rounds);
      times.set(functions, ours);
      const name = `snapshot of ${String(functions)} functions`;
      results.push(compared(name, ours, reference, 'ms', functions === JUDGED ? MOST : undefined));
    }
    const [small = NaN, large = NaN] = [times.get(JUDGED), times.get(4096)];
    const growth = 4096 / JUDGED;
    results.push(compared('snapshot growth, 256 to 4096 functions', large, small * growth, 'ms', MOST_GROWTH));
    return results;
  },
};
