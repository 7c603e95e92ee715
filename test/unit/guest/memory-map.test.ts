import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMemoryMap, regionAt } from '../../../src/guest/memory-map.ts';

// QEMU 7.2, `info mtree -f` of a q35 with 256 MiB and an e1000e, with the line ends of its monitor.
const text = [
  'FlatView #0',
  ' AS "I/O", root: io',
  ' Root memory region: io',
  '  0000000000000000-0000000000000007 (prio 0, i/o): dma-chan',
  '',
  'FlatView #1',
  ' AS "memory", root: system',
  ' AS "cpu-memory-0", root: system',
  ' AS "e1000e", root: bus master container',
  ' Root memory region: system',
  '  0000000000000000-00000000000bffff (prio 0, ram): pc.ram',
  '  00000000000c0000-00000000000dffff (prio 1, rom): pc.rom',
  '  0000000000100000-000000000fffffff (prio 0, ram): pc.ram @0000000000100000',
  '  00000000fe000000-00000000fe01ffff (prio 1, i/o): e1000e-mmio',
  '  00000000fee00000-00000000feefffff (prio 4096, i/o): apic-msi',
  '  00000000fffc0000-00000000ffffffff (prio 0, rom): pc.bios',
  '',
].join('\r\n');
const map = parseMemoryMap(text);

test('the view of processors and devices is read, and no other', () => {
  assert.equal(map.length, 6);
  assert.deepEqual(map[2], { start: 0x100000n, end: 0xfffffffn, kind: 'ram', name: 'pc.ram' });
});

test('an address is in memory, in registers, or nowhere', () => {
  assert.equal(regionAt(map, 0xfffffffn)?.name, 'pc.ram');
  assert.equal(regionAt(map, 0xfe000000n)?.name, 'e1000e-mmio');
  assert.equal(regionAt(map, 0xfe01ffffn)?.kind, 'i/o');
  assert.equal(regionAt(map, 0x10000000n), undefined);
});

test('what is no map is empty', () => {
  assert.deepEqual(parseMemoryMap(''), []);
  assert.deepEqual(parseMemoryMap('unknown command: info mtree\r\n'), []);
});
