import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatGuestAddress, guestAddressOf } from '../../../src/guest/machine.ts';
import { qemuArguments, qemuCommand } from '../../../src/guest/qemu-arguments.ts';
import { linesOf } from '../../../src/guest/session.ts';
import { machineSpec, passedDevice } from './machine-spec.ts';

test('a machine with a passed device, its lines in a directory', () => {
  const spec = machineSpec({ accelerator: 'kvm', passed: [passedDevice(5)], extraArguments: ['-trace', 'x'] });
  assert.deepEqual(qemuArguments(spec, linesOf('/run/a,b')), [
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-name', 'guest=Barrelfish'],
    ...['-machine', 'q35', '-accel', 'kvm', '-cpu', 'host', '-m', '2048', '-smp', '1'],
    ...['-device', 'vfio-pci,host=0000:01:00.0,id=passed0,addr=0x5,rombar=0', '-nic', 'none'],
    ...['-kernel', 'x86_64/sbin/elver', '-append', 'loglevel=3', '-initrd', 'x86_64/sbin/cpu loglevel=3'],
    ...['-chardev', 'pipe,id=serial0,path=/run/a,,b/serial'],
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
    network: { forwards: [] },
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

test('hot-pluggable devices have root ports, and the bus numbers that Barrelfish gives those', () => {
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
    ['02:00.0', '00:06.0', '04:00.0'],
  );
});

const argumentsOf = (more: Parameters<typeof machineSpec>[0], option: string): string[] =>
  qemuArguments(machineSpec(more)).filter((_, index, argv) => argv[index - 1] === option);

test('forwarded ports are listened to where that was asked for', () => {
  const forwards = [
    { protocol: 'tcp', address: '127.0.0.1', host: 5555, guest: 7 },
    { protocol: 'udp', address: '0.0.0.0', host: 5556, guest: 69 },
  ] as const;
  const emulated = [{ model: 'e1000', id: 'nic0', slot: 2, properties: {}, network: { forwards } }];
  assert.deepEqual(argumentsOf({ emulated }, '-netdev'), [
    'user,id=nic0-net,hostfwd=tcp:127.0.0.1:5555-:7,hostfwd=udp:0.0.0.0:5556-:69',
  ]);
});

test('disk images: a name is only ever a file, and a comma in it is doubled', () => {
  const emulated = [
    {
      model: 'ich9-ahci',
      id: 'disk0',
      slot: 3,
      properties: {},
      disk: { image: '/i/a,b.img', format: 'raw', mode: 'snapshot', on: 'bus' },
    },
    {
      model: 'nvme',
      id: 'disk1',
      slot: 4,
      properties: { serial: 'a,b' },
      disk: { image: 'nbd:x', format: 'qcow2', mode: 'read-only' },
    },
    { model: 'nvme', id: 'disk2', slot: 6, properties: {}, disk: { image: '/w', format: 'raw', mode: 'write' } },
  ] as const;
  assert.deepEqual(argumentsOf({ emulated }, '-drive'), [
    'if=none,id=disk0-drive,format=raw,file.driver=file,file.filename=/i/a,,b.img,snapshot=on',
    'if=none,id=disk1-drive,format=qcow2,file.driver=file,file.filename=nbd:x,readonly=on',
    'if=none,id=disk2-drive,format=raw,file.driver=file,file.filename=/w',
  ]);
  assert.deepEqual(argumentsOf({ emulated }, '-device'), [
    'ich9-ahci,id=disk0,addr=0x3',
    'ide-hd,bus=disk0.0,drive=disk0-drive',
    'nvme,id=disk1,addr=0x4,drive=disk1-drive,serial=a,,b',
    'nvme,id=disk2,addr=0x6,drive=disk2-drive',
  ]);
  assert.ok(qemuArguments(machineSpec({ emulated })).includes('-nic'));
});

test('spare ports have numbers behind those of the passed devices', () => {
  const passed = [passedDevice(5, { hotpluggable: true })];
  assert.deepEqual(argumentsOf({ passed, sparePorts: 2 }, '-device').slice(2), [
    'pcie-root-port,id=spare0,addr=0x6,chassis=2,slot=2',
    'pcie-root-port,id=spare1,addr=0x7,chassis=3,slot=3',
  ]);
});

test('variables go before the program', () => {
  assert.equal(qemuCommand(machineSpec())[0], 'qemu-system-x86_64');
  const environment = { A: 'x y', B: '' };
  assert.deepEqual(qemuCommand(machineSpec({ environment })).slice(0, 4), [
    '/usr/bin/env',
    'A=x y',
    'B=',
    'qemu-system-x86_64',
  ]);
});
