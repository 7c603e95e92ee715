import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EmulatedWish } from '../../../src/guest/emulated-wish.ts';
import { formatGuestAddress, guestAddressOf } from '../../../src/guest/machine.ts';
import { chooseSlots, emulatedDevices, spareSlots } from '../../../src/guest/slots.ts';
import { Failure } from '../../../src/host/failure.ts';
import { passedDevice } from './machine-spec.ts';

test('passed devices are from 5 on, emulated ones where there is room from 2 on', () => {
  const free = [{}, {}, {}, {}];
  assert.deepEqual(chooseSlots(2, free), { passed: [5, 6], emulated: [2, 3, 4, 7] });
  assert.deepEqual(chooseSlots(0, [{}]), { passed: [], emulated: [2] });
});

test('a chosen slot is kept free for its device', () => {
  assert.deepEqual(chooseSlots(2, [{}, { slot: 5 }, { slot: 2 }]), { passed: [6, 7], emulated: [3, 5, 2] });
});

test('a bus has no more than its slots', () => {
  const many = Array.from({ length: 29 }, () => ({}));
  assert.equal(chooseSlots(0, many).emulated.at(-1), 30);
  assert.throws(
    () => chooseSlots(1, [...many, {}]),
    (error) => Failure.is(error, 'no-slot') && error.facts.devices === 31,
  );
});

test('spare ports are behind everything, as far as there is room', () => {
  assert.deepEqual(spareSlots({ passed: [], emulated: [], sparePorts: 2 }), [5, 6]);
  assert.deepEqual(spareSlots({ passed: [passedDevice(5), passedDevice(6)], emulated: [], sparePorts: 2 }), [7, 8]);
  const [last] = emulatedDevices([{ kind: 'edu', properties: {} }], [0x1d]);
  assert.ok(last);
  assert.deepEqual(spareSlots({ passed: [], emulated: [last], sparePorts: 2 }), [0x1e]);
});

test('emulated devices have names of their own and the address of their slot', () => {
  const disk = { image: '/a,b.img', format: 'raw', mode: 'snapshot', properties: {} } as const;
  const wishes: EmulatedWish[] = [
    { kind: 'nic', model: 'e1000', properties: {}, forwards: [] },
    { kind: 'ahci', ...disk },
    { kind: 'nvme', ...disk },
    { kind: 'nic', model: 'rtl8139', properties: {}, forwards: [] },
    { kind: 'edu', properties: {} },
  ];
  const devices = emulatedDevices(wishes, [2, 3, 4, 0x1e, 6]);
  assert.deepEqual(
    devices.map(({ id, model }) => [id, model]),
    [
      ['nic0', 'e1000'],
      ['disk0', 'ich9-ahci'],
      ['disk1', 'nvme'],
      ['nic1', 'rtl8139'],
      ['edu0', 'edu'],
    ],
  );
  assert.deepEqual(
    devices.map((device) => formatGuestAddress(guestAddressOf({ passed: [] }, device))),
    ['00:02.0', '00:03.0', '00:04.0', '00:1e.0', '00:06.0'],
  );
  assert.equal(devices[2]?.properties['serial'], 'disk1');
});
