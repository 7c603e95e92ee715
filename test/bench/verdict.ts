// May each function be taken? Asked for all rows of the tree whenever a host was read.
import { pciAddress, type PciAddress } from '../../src/host/pci-address.ts';
import type { IommuGroup, PciFunction, Snapshot, Use } from '../../src/host/snapshot.ts';
import { verdictOf } from '../../src/host/verdict.ts';
import { limited, median, milliseconds, type Measurement } from './measurement.ts';
import { madeFacts } from '../fixtures/made-facts.ts';

const FUNCTIONS = 4096;
/** As a card with several functions has, or a slot behind a switch without ACS. */
const GROUP_SIZE = 4;
const ROUNDS = 15;
const MOST_MS = 20;

const uses: readonly Use[] = [
  {
    kind: 'net',
    interface: 'eth0',
    up: true,
    addresses: ['10.0.0.7/24', 'fe80::1/64'],
    defaultRoute: false,
    above: [],
  },
  {
    kind: 'block',
    device: 'sda',
    bytes: 1e12,
    mounts: ['/srv', '/home'],
    swaps: [],
    holders: ['vg-home'],
    contents: [],
  },
  { kind: 'input', name: 'Keyboard', keyboard: true, mouse: false },
];

function snapshotOf(count: number): Snapshot {
  const hex = (value: number): string => value.toString(16).padStart(2, '0');
  const functions = new Map<PciAddress, PciFunction>();
  const groups = new Map<number, IommuGroup>();
  for (let index = 0; index < count; index += 1) {
    const [bus, device, fn] = [index >> 8, (index >> 3) & 0x1f, index & 7];
    const address = pciAddress(`0000:${hex(bus)}:${hex(device)}.${String(fn)}`);
    const group = Math.floor(index / GROUP_SIZE);
    functions.set(address, {
      ...{
        address,
        vendor: '8086',
        device: '10d3',
        classCode: '020000',
        bridge: false,
        group,
        bars: [],
        bootVga: false,
      },
      resetMethods: ['flr'],
      uses: uses.slice(index % 4),
    });
    const members = groups.get(group)?.functions ?? [];
    groups.set(group, { id: group, functions: [...members, address], holders: [], firmwareMemory: [] });
  }
  return { hasPci: true, iommus: ['dmar0'], functions, groups };
}

const facts = { ...madeFacts, sshServerAddress: '10.0.0.5', sshInterface: 'br0' };

export const verdict: Measurement = {
  name: 'verdict',
  title: 'the verdicts of all functions of a host',
  run: async () => {
    const snapshot = snapshotOf(FUNCTIONS);
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      times.push(
        await milliseconds(() => {
          for (const address of snapshot.functions.keys()) verdictOf(snapshot, facts, address);
        }),
      );
    }
    return [limited(`verdicts of ${String(FUNCTIONS)} functions`, median(times), 'ms', MOST_MS)];
  },
};
