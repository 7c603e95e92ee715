import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDeviceDatabase } from '../../../src/barrelfish/device-db.ts';
import { Drivers, runsOnce, startFunctions } from '../../../src/barrelfish/drivers.ts';

const driver = (binary: string, ids: string[], more = ''): string =>
  `pci_driver{ binary: "${binary}", module: "${binary}_module", supported_cards: [${ids
    .map((id) => {
      const [vendor = '_', device = '_'] = id.split(':').map((each) => (each === '_' ? '_' : `16'${each}`));
      return `pci_card{ vendor: ${vendor}, device: ${device}, function: 3, subvendor: 16'1234, subdevice: _ }`;
    })
    .join()}]${more} }.\n`;
const read = (text: string): Drivers => new Drivers(parseDeviceDatabase(text).entries);
const NIC = { vendor: '8086', device: '10d3' };

test('vendor and device decide, function and subsystem do not', () => {
  const drivers = read(driver('a', ['8086:100e', '8086:10d3']) + driver('b', ['15b3:1003']));
  const match = drivers.for(NIC);
  assert.equal(match?.entry.binary, 'a');
  assert.equal(match.card.device, 0x10d3);
  assert.deepEqual(match.others, []);
  assert.equal(drivers.for({ vendor: '15B3', device: '1003' })?.entry.binary, 'b');
  assert.equal(drivers.for({ vendor: '8086', device: '1003' }), undefined);
});

test('the higher priority wins, and none is less than any', () => {
  const drivers = read(
    driver('plain', ['8086:10d3']) +
      driver('high', ['8086:10d3'], ', priority: 1000') +
      driver('negative', ['8086:10d3'], ', priority: -1'),
  );
  const match = drivers.for(NIC);
  assert.equal(match?.entry.binary, 'high');
  assert.deepEqual(
    match.others.map(({ binary }) => binary),
    ['negative', 'plain'],
  );
});

test('of equals the later entry wins without a priority, and the later name with one', () => {
  const ids = ['8086:10d3'];
  assert.equal(read(driver('z', ids) + driver('a', ids)).for(NIC)?.entry.binary, 'a');
  assert.equal(read(driver('z', ids, ', priority: 1') + driver('a', ids, ', priority: 1')).for(NIC)?.entry.binary, 'z');
});

test('open ids match every device', () => {
  const drivers = read(driver('any', ['8086:_']) + driver('own', ['8086:10d3'], ', priority: 1'));
  assert.equal(drivers.for({ vendor: '8086', device: 'ffff' })?.entry.binary, 'any');
  assert.equal(drivers.for(NIC)?.entry.binary, 'own');
  assert.equal(drivers.for({ vendor: '8087', device: 'ffff' }), undefined);
});

test('an entry that names a device twice is one entry', () => {
  assert.deepEqual(read(driver('a', ['8086:10d3', '8086:10d3', '_:_'])).for(NIC)?.others, []);
});

test('the highest interrupt model is taken; without a list none, with a word that is none nothing works', () => {
  const models = (list?: string) =>
    read(driver('a', ['8086:10d3'], list === undefined ? '' : `, interrupt_model: ${list}`)).for(NIC)?.interrupts;
  assert.equal(models("['legacy', msix, msi]"), 'msix');
  assert.equal(models('[none]'), 'none');
  assert.equal(models(), 'none');
  assert.equal(models('_'), 'none');
  assert.equal(models('[]'), undefined);
  assert.equal(models('[legacy, nonsense]'), undefined);
});

test('core and instances are those of the first entry of the program', () => {
  const drivers = read(
    driver('a', ['8086:0001'], ', core_hint: 3, multi_instance: 1') + driver('a', ['8086:10d3'], ', core_hint: 0'),
  );
  assert.deepEqual([drivers.for(NIC)?.coreHint, drivers.for(NIC)?.multiInstance], [3, true]);
});

test('only PCI drivers drive', () => {
  assert.equal(read('cpu_driver{ binary: "cpu", platforms: [] }.').for(NIC), undefined);
});

test('the way a program is started says whether it runs once', () => {
  const starts = new Map([
    ['net', 'start_networking_new'],
    ['old', 'start_networking'],
    ['dma', 'default_start_function_new'],
  ]);
  const once = (binary: string, more = ''): boolean => {
    const match = read(driver(binary, ['8086:10d3'], more)).for(NIC);
    assert.ok(match);
    return runsOnce(match, starts);
  };
  assert.equal(once('net', ', multi_instance: 1'), true);
  assert.equal(once('old', ', multi_instance: 1'), true);
  assert.equal(once('dma', ', multi_instance: 0'), false);
  assert.equal(once('other', ', multi_instance: 0'), true);
  assert.equal(once('other', ', multi_instance: 1'), false);
});

test('start functions are those that the code sets', () => {
  const source = `
    // set_start_function("commented", a);
    /* set_start_function("too", b); */
    set_start_function("one", first);
    set_start_function ( "two" ,
        second );
    set_start_function(name, third);
    my_set_start_function("other", fourth);
  `;
  assert.deepEqual(
    [...startFunctions(source)],
    [
      ['one', 'first'],
      ['two', 'second'],
    ],
  );
  assert.deepEqual([...startFunctions('/* set_start_function("a", b);')], []);
  startFunctions('/*'.repeat(200_000));
});
