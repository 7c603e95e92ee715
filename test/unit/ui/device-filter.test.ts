import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pciAddress } from '../../../src/host/pci-address.ts';
import { PciNames } from '../../../src/host/pci-names.ts';
import { Host } from '../../../src/host/host.ts';
import { LocalConnection } from '../../../src/host/local-connection.ts';
import type { PciFunction, Snapshot } from '../../../src/host/snapshot.ts';
import { arrange, type Arrangement } from '../../../src/ui/device-nodes.ts';
import { deviceRow } from '../../../src/ui/device-row.ts';

const names = new PciNames('');
const host = new Host(new LocalConnection('here'), {
  fallbackNames: () => names,
  own: () => ({ nicknames: {}, kept: [] }),
  onChange: () => undefined,
});
const fn = (address: string, device: string): PciFunction => ({
  address: pciAddress(address),
  vendor: '8086',
  device,
  classCode: '020000',
  bridge: false,
  driver: 'e1000e',
  group: 14,
  bars: [],
  bootVga: false,
  uses: [],
});
const functions = [fn('0000:01:00.0', '10d3'), fn('0000:02:00.0', '10d3'), fn('0000:03:00.0', 'ffff')];
const snapshot: Snapshot = {
  hasPci: true,
  iommus: [],
  functions: new Map(functions.map((each) => [each.address, each])),
  groups: new Map(),
};
const driverOf = ({ device }: PciFunction): string | undefined => (device === '10d3' ? 'e1000n' : undefined);

function shown(arrangement: Partial<Arrangement>): string[] {
  const nodes = arrange(host, snapshot, names, {
    byClass: false,
    filter: [],
    driverOf,
    drivenOnly: false,
    ...arrangement,
  });
  return nodes.flatMap((node) => (node.kind === 'group' ? node.functions.map((address) => address.slice(5)) : []));
}

test('only what has a driver is left when that is wanted, together with the words of the filter', () => {
  assert.deepEqual(shown({}), ['01:00.0', '02:00.0', '03:00.0']);
  assert.deepEqual(shown({ drivenOnly: true }), ['01:00.0', '02:00.0']);
  assert.deepEqual(shown({ drivenOnly: true, filter: ['02:00'] }), ['02:00.0']);
  assert.deepEqual(shown({ drivenOnly: true, filter: ['03:00'] }), []);
  assert.deepEqual(shown({ drivenOnly: true, driverOf: () => undefined }), []);
});

test('the name of the driver is a word of the filter', () => {
  assert.deepEqual(shown({ filter: ['e1000n'] }), ['01:00.0', '02:00.0']);
});

test('a row ends with the driver, and menus know of it', () => {
  const verdict = { level: 'take', reasons: [] } as const;
  const [first] = functions;
  assert.ok(first);
  const row = deviceRow(first, names, verdict, 'e1000n');
  assert.match(row.description, /^e1000e .*→ e1000n$/);
  assert.match(row.context, /\bdriven\b/);
  assert.doesNotMatch(deviceRow(first, names, verdict).description, /→/);
  assert.doesNotMatch(deviceRow(first, names, verdict).context, /\bdriven\b/);
});
