import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDeviceDatabase } from '../../../src/barrelfish/device-db.ts';
import { Drivers } from '../../../src/barrelfish/drivers.ts';
import { parseMenuList } from '../../../src/barrelfish/menu-list.ts';
import { changeMenu } from '../../../src/barrelfish/menu-variant.ts';
import { checkDrivers, programsInQuestion, type BootFacts } from '../../../src/guest/boot-checks.ts';
import type { EmulatedDevice, PassedDevice } from '../../../src/guest/machine.ts';
import { pciAddress } from '../../../src/host/pci-address.ts';
import type { PciFunction, Snapshot } from '../../../src/host/snapshot.ts';

const entry = (binary: string, ids: string, more = "interrupt_model: ['legacy']"): string =>
  `pci_driver{ binary: "${binary}", module: "${binary}_module", supported_cards: [ pci_card{ vendor: 16'${ids.slice(0, 4)}, device: 16'${ids.slice(5)} } ], ${more} }.\n`;
const DATABASE =
  entry('nic', '8086:10d3') +
  entry('nic', '8086:100e') +
  entry('disk', '8086:2922', 'core_hint: 0') +
  entry('dma', '8086:0e20', 'core_hint: 4, multi_instance: 1');
const MENU = [
  'kernel /x86_64/sbin/elver',
  'module /x86_64/sbin/cpu',
  'module /x86_64/sbin/nic auto',
  'module /x86_64/sbin/disk auto',
  'module /x86_64/sbin/dma auto',
  'module /x86_64/sbin/net_sockets_server nospawn',
].join('\n');
const STARTS = new Map([
  ['nic', 'start_networking_new'],
  ['dma', 'default_start_function_new'],
  ['disk', 'default_start_function'],
]);
const BUILT = ['nic', 'disk', 'dma', 'net_sockets_server'].map((name) => `x86_64/sbin/${name}`);
const FIRST = pciAddress('0000:01:00.0');
const SECOND = pciAddress('0000:02:00.0');

const passed = (host = FIRST, slot = 5, hotpluggable = false): PassedDevice => ({
  host,
  id: `passed${slot.toString()}`,
  slot,
  hotpluggable,
  rom: false,
});
const emulated = (model: string, slot: number): EmulatedDevice => ({ model, id: 'x', slot, properties: {} });

interface Changes {
  ids?: string[];
  menu?: string;
  database?: string;
  passed?: PassedDevice[];
  emulated?: EmulatedDevice[];
  cores?: number;
  starts?: ReadonlyMap<string, string> | undefined;
  built?: string[];
  databaseIsNewer?: boolean;
  buildsMissing?: boolean;
  interruptLine?: boolean;
}

function factsOf(changes: Changes = {}): BootFacts {
  const devices = changes.passed ?? [passed()];
  const functions = devices.map(({ host }, index): [typeof host, PciFunction] => {
    const [vendor = '', device = ''] = (changes.ids?.[index] ?? '8086:10d3').split(':');
    const { interruptLine = true } = changes;
    const fn: PciFunction = {
      address: host,
      vendor,
      device,
      classCode: '020000',
      interruptLine,
      bridge: false,
      bars: [],
      bootVga: false,
      uses: [],
    };
    return [host, fn];
  });
  const snapshot: Snapshot = { hasPci: true, iommus: [], functions: new Map(functions), groups: new Map() };
  return {
    menu: parseMenuList(changes.menu ?? MENU),
    drivers: new Drivers(parseDeviceDatabase(changes.database ?? DATABASE).entries),
    starts: 'starts' in changes ? changes.starts : STARTS,
    snapshot,
    machine: { passed: devices, emulated: changes.emulated ?? [], cores: changes.cores ?? 1 },
    built: new Set(changes.built ?? BUILT),
    databaseIsNewer: changes.databaseIsNewer ?? false,
    buildsMissing: changes.buildsMissing ?? false,
  };
}
const reasons = (changes?: Changes) => checkDrivers(factsOf(changes)).map(({ reason }) => reason);

test('nothing is found when a driver is there, auto, built and first', () => {
  assert.deepEqual(checkDrivers(factsOf()), []);
  assert.deepEqual(checkDrivers(factsOf({ passed: [] })), []);
});

test('a device that no entry names', () => {
  assert.deepEqual(checkDrivers(factsOf({ ids: ['8086:ffff'] })), [
    { address: FIRST, reason: { code: 'no-entry', ids: '8086:ffff' } },
  ]);
});

test('a driver that is not in the menu.lst is added for the boot, beside the kernel', () => {
  const menu = MENU.replace('module /x86_64/sbin/nic auto\n', '');
  const [finding, ...more] = checkDrivers(factsOf({ menu }));
  assert.deepEqual(more, []);
  assert.equal(finding?.reason.code, 'not-in-menu');
  const changed = changeMenu(menu, finding.fix?.changes ?? []).text;
  assert.deepEqual(reasons({ menu: changed }), []);
});

test('a driver without auto gets it for the boot', () => {
  const menu = MENU.replace('nic auto', 'nic core=1');
  const [finding, ...more] = checkDrivers(factsOf({ menu }));
  assert.deepEqual(more, []);
  assert.equal(finding?.reason.code, 'not-auto');
  assert.match(changeMenu(menu, finding.fix?.changes ?? []).text, /nic core=1 auto$/m);
});

test('a driver that is not built is to be built, also where it has to be added', () => {
  const menu = MENU.replace('module /x86_64/sbin/nic auto\n', '');
  const found = checkDrivers(factsOf({ menu, built: [] }));
  assert.deepEqual(
    found.map(({ reason }) => reason.code),
    ['not-in-menu', 'not-built'],
  );
  assert.deepEqual(found[1]?.fix, { changes: [], targets: ['x86_64/sbin/nic'] });
  // Elsewhere in the menu.lst.
  const elsewhere = MENU.replace('/x86_64/sbin/nic', '/drivers/nic');
  assert.deepEqual(reasons({ menu: elsewhere }), [{ code: 'not-built', target: 'drivers/nic' }]);
});

test('what QEMU plays in an earlier slot takes a driver that runs once', () => {
  const taken = { code: 'taken', by: 'e1000', at: '00:02.0', emulated: true } as const;
  assert.deepEqual(reasons({ emulated: [emulated('e1000', 2)] }), [taken]);
  assert.deepEqual(reasons({ emulated: [emulated('e1000', 6)] }), []);
  assert.deepEqual(reasons({ emulated: [emulated('virtio-net-pci', 2), emulated('nobody-knows', 3)] }), []);
});

test('an earlier passed function takes it, too; the guest looks at slots in their order', () => {
  const both = [passed(SECOND, 6), passed(FIRST, 5)];
  assert.deepEqual(checkDrivers(factsOf({ passed: both })), [
    { address: SECOND, driver: 'nic', reason: { code: 'taken', by: FIRST, at: '00:05.0', emulated: false } },
  ]);
  // Buses behind ports have higher numbers, and are still looked at before the disk controller of the machine.
  assert.deepEqual(reasons({ ids: ['8086:2922'], passed: [passed(FIRST, 5, true)] }), []);
});

test('a driver of many instances is not taken', () => {
  const ids = ['8086:0e20', '8086:0e20'];
  assert.deepEqual(reasons({ ids, cores: 8, passed: [passed(), passed(SECOND, 6)] }), []);
});

test('a driver waits for its core', () => {
  assert.deepEqual(reasons({ ids: ['8086:0e20'], cores: 4 }), [{ code: 'no-core', core: 4, cores: 4 }]);
  assert.deepEqual(reasons({ ids: ['8086:0e20'], cores: 5 }), []);
});

test('interrupts that the driver wants and vfio or Kaluga does not give', () => {
  const model = (list: string): string => entry('nic', '8086:10d3', `interrupt_model: ${list}`);
  assert.deepEqual(reasons({ interruptLine: false }), [{ code: 'no-interrupt-line' }]);
  assert.deepEqual(reasons({ database: model('[msi]') }), [{ code: 'msi' }]);
  assert.deepEqual(reasons({ database: model('[msix]'), interruptLine: false }), []);
  assert.deepEqual(reasons({ database: model('[lgcy]') }), [{ code: 'unknown-interrupts' }]);
  assert.deepEqual(reasons({ database: model('_'), interruptLine: false }), []);
});

test('a module that Kaluga does not know how to start, where its source is known', () => {
  const starts = new Map([['other', 'start_networking_new']]);
  assert.deepEqual(reasons({ starts }), [{ code: 'no-start-function', module: 'nic_module' }]);
  assert.deepEqual(reasons({ starts: undefined }), []);
});

test('a network driver needs its server', () => {
  const menu = MENU.replace('\nmodule /x86_64/sbin/net_sockets_server nospawn', '');
  const [finding, ...more] = checkDrivers(factsOf({ menu, built: BUILT.slice(0, 3) }));
  assert.deepEqual(more, []);
  assert.equal(finding?.reason.code, 'no-network-server');
  assert.deepEqual(finding.fix?.targets, ['x86_64/sbin/net_sockets_server']);
  assert.deepEqual(reasons({ menu: changeMenu(menu, finding.fix.changes).text }), []);
  assert.deepEqual(reasons({ menu, starts: undefined }), []);
});

test('a database that the guest does not have yet is built', () => {
  const found = checkDrivers(factsOf({ databaseIsNewer: true }));
  assert.deepEqual(found, [
    { address: FIRST, reason: { code: 'old-database' }, fix: { changes: [], targets: ['skb_ramfs.cpio.gz'] } },
  ]);
  assert.deepEqual(reasons({ databaseIsNewer: true, passed: [] }), []);
});

test('what is built before the boot anyway is not asked about', () => {
  assert.deepEqual(reasons({ buildsMissing: true, built: [], databaseIsNewer: true }), []);
  const menu = MENU.replace('module /x86_64/sbin/nic auto\n', '');
  const [finding, ...more] = checkDrivers(factsOf({ menu, buildsMissing: true, built: [] }));
  assert.deepEqual([finding?.reason.code, more], ['not-in-menu', []]);
});

test('a name that is no program gets no line', () => {
  const [finding] = checkDrivers(factsOf({ database: entry('../nic x', '8086:10d3'), built: [] }));
  assert.equal(finding?.reason.code, 'not-in-menu');
  assert.equal(finding.fix, undefined);
  assert.deepEqual(programsInQuestion(factsOf({ database: entry('../nic x', '8086:10d3') })), [
    'x86_64/sbin/net_sockets_server',
  ]);
});

test('the programs in question are those of the devices', () => {
  assert.deepEqual(programsInQuestion(factsOf()), ['x86_64/sbin/nic', 'x86_64/sbin/net_sockets_server']);
});
