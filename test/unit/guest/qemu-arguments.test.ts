import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatGuestAddress, guestAddressOf } from '../../../src/guest/machine.ts';
import { qemuArguments } from '../../../src/guest/qemu-arguments.ts';
import { linesOf } from '../../../src/guest/session.ts';
import { machineSpec, passedDevice } from './machine-spec.ts';

test('a machine with a passed device, its lines in a directory', () => {
  const spec = machineSpec({ accelerator: 'kvm', passed: [passedDevice(5)], extraArguments: ['-trace', 'x'] });
  assert.deepEqual(qemuArguments(spec, linesOf('/run/a,b')), [
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-name', 'guest=Barrelfish'],
    ...['-machine', 'q35', '-accel', 'kvm', '-cpu', 'host', '-m', '2048', '-smp', '1'],
    ...['-device', 'vfio-pci,host=0000:01:00.0,id=passed0,addr=0x5,rombar=0', '-nic', 'none'],
    ...['-kernel', 'x86_64/sbin/elver', '-append', 'loglevel=3', '-initrd', 'x86_64/sbin/cpu loglevel=3'],
    ...[
      '-chardev',
      'socket,id=serial0,path=/run/a,,b/serial,server=on,wait=off,logfile=/run/a,,b/serial.log,logappend=off',
    ],
    ...['-serial', 'chardev:serial0'],
    ...['-chardev', 'socket,id=gdb0,path=/run/a,,b/gdb,server=on,wait=off', '-gdb', 'chardev:gdb0'],
    ...['-chardev', 'socket,id=qmp0,path=/run/a,,b/qmp,server=on,wait=off', '-mon', 'chardev=qmp0,mode=control'],
    ...['-S', '-trace', 'x'],
  ]);
});

test('a machine in a terminal, with an emulated network card', () => {
  const nic = {
    model: 'e1000e',
    id: 'nic0',
    slot: 2,
    properties: { mac: '52:54:00:00:00:01' },
    network: 'user' as const,
  };
  const spec = machineSpec({ emulated: [nic], kernel: { path: 'k', arguments: '' }, modules: [] });
  assert.deepEqual(qemuArguments(spec), [
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-name', 'guest=Barrelfish'],
    ...['-machine', 'q35', '-accel', 'tcg', '-m', '2048', '-smp', '1'],
    ...['-netdev', 'user,id=nic0-net', '-device', 'e1000e,netdev=nic0-net,id=nic0,addr=0x2,mac=52:54:00:00:00:01'],
    ...['-kernel', 'k', '-serial', 'mon:stdio'],
  ]);
});

test('a comma in a module is doubled, and nothing else is changed', () => {
  const modules = [
    { path: 'a,b', arguments: 'x=1,2  "q" ' },
    { path: 'c', arguments: '' },
  ];
  const argv = qemuArguments(machineSpec({ modules }));
  assert.equal(argv[argv.indexOf('-initrd') + 1], 'a,,b x=1,,2  "q" ,c');
});

test('hot-pluggable devices have root ports, and the bus numbers that firmware gives those', () => {
  const passed = [
    passedDevice(5, { hotpluggable: true }),
    passedDevice(6, { rom: true }),
    passedDevice(7, { hotpluggable: true }),
  ];
  const spec = machineSpec({ passed });
  const devices = qemuArguments(spec).filter((_, index, argv) => argv[index - 1] === '-device');
  assert.deepEqual(devices, [
    'pcie-root-port,id=passed0-port,addr=0x5,chassis=1,slot=1',
    'vfio-pci,host=0000:01:00.0,id=passed0,bus=passed0-port,rombar=0',
    'vfio-pci,host=0000:01:00.1,id=passed1,addr=0x6',
    'pcie-root-port,id=passed2-port,addr=0x7,chassis=2,slot=2',
    'vfio-pci,host=0000:01:00.2,id=passed2,bus=passed2-port,rombar=0',
  ]);
  assert.deepEqual(
    passed.map((device) => formatGuestAddress(guestAddressOf(spec, device))),
    ['01:00.0', '00:06.0', '02:00.0'],
  );
});
