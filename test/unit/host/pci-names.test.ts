import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PciNames } from '../../../src/host/pci-names.ts';

const text = `# comment
8086  Intel Corporation
\t10d3  82574L Gigabit Network Connection
\t\t103c 1785  NC112T
\t1533  I210
15b3  Mellanox Technologies
\t1003  MT27500 Family [ConnectX-3]
C 02  Network controller
\t00  Ethernet controller
C 06  Bridge
`;

test('names of vendors, devices and classes', () => {
  const names = new PciNames(text);
  assert.equal(names.vendor('8086'), 'Intel Corporation');
  assert.equal(names.device('8086', '10d3'), '82574L Gigabit Network Connection');
  assert.equal(names.device('15b3', '1003'), 'MT27500 Family [ConnectX-3]');
  assert.equal(names.classOf('020000'), 'Ethernet controller');
  assert.equal(names.classOf('068000'), 'Bridge');
});

test("a device is not found among another vendor's, nor a subsystem among devices", () => {
  const names = new PciNames(text);
  assert.equal(names.device('8086', '1003'), undefined);
  assert.equal(names.device('8086', '103c'), undefined);
});

test('an empty or damaged file leaves it to the fallback', () => {
  for (const damaged of ['', '\0\0\0', '8086', '8086  \n\t10d3']) {
    const names = new PciNames(damaged, new PciNames(text));
    assert.equal(names.device('8086', '10d3'), '82574L Gigabit Network Connection');
  }
  assert.equal(new PciNames('').vendor('8086'), undefined);
});
