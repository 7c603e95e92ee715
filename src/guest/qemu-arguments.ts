import type { Board, BootFile, EmulatedDevice, MachineSpec, PassedDevice } from './machine.ts';
import { spareSlots } from './slots.ts';

/** Where the guest's lines end on its host. */
export interface GuestLines {
  /** `serial.in`, a FIFO, and `serial.out`, a file. */
  serial: string;
  /** Unix sockets. */
  gdb: string;
  qmp: string;
}

/** QEMU ends values at commas; a doubled one stands for itself (qemu(1), "-initrd" and QemuOpts). */
function escape(value: string): string {
  return value.replaceAll(',', ',,');
}

type Pair = readonly [name: string, value: string];

function pairs(...all: readonly Pair[]): string {
  return all.map(([name, value]) => `${name}=${escape(value)}`).join(',');
}

function options(head: string, properties: Readonly<Record<string, string>>): string {
  return [escape(head), ...Object.entries(properties).map((pair) => pairs(pair))].join(',');
}

/**
 * A module as QEMU's hw/i386/multiboot.c takes it apart: the file name ends at the first space, and the guest gets the
 * whole text. Barrelfish too looks for that space (lib/spawndomain/multiboot.c), so no other white space will do.
 */
function moduleText(file: BootFile): string {
  return escape(file.arguments === '' ? file.path : `${file.path} ${file.arguments}`);
}

const slot = (number: number): string => `0x${number.toString(16)}`;

function passedDevice(device: PassedDevice, port: number): string[] {
  const identity = { host: device.host, id: device.id };
  // Without a ROM nothing of the device runs in the guest's firmware, and a broken one does no harm.
  const rom: Record<string, string> = device.rom ? {} : { rombar: '0' };
  if (!device.hotpluggable) return ['-device', options('vfio-pci', { ...identity, addr: slot(device.slot), ...rom })];
  const bus = `${device.id}-port`;
  return [...rootPort(bus, device.slot, port), '-device', options('vfio-pci', { ...identity, bus, ...rom })];
}

function rootPort(id: string, at: number, port: number): string[] {
  return [
    '-device',
    options('pcie-root-port', { id, addr: slot(at), chassis: port.toString(), slot: port.toString() }),
  ];
}

function emulatedDevice(device: EmulatedDevice): string[] {
  const { model, id, properties, network, disk } = device;
  const place = { id, addr: slot(device.slot) };
  if (network) {
    const forwards = network.forwards.map(
      ({ protocol, address, host, guest }) =>
        ['hostfwd', `${protocol}:${address}:${host.toString()}-:${guest.toString()}`] as const,
    );
    return [
      ...['-netdev', `user,${pairs(['id', `${id}-net`], ...forwards)}`],
      ...['-device', options(model, { netdev: `${id}-net`, ...place, ...properties })],
    ];
  }
  if (!disk) return ['-device', options(model, { ...place, ...properties })];
  const drive = `${id}-drive`;
  return [
    ...['-drive', driveOptions(drive, disk)],
    ...(disk.on === 'bus'
      ? [
          ...['-device', options(model, { ...place, ...properties })],
          ...['-device', options('ide-hd', { bus: `${id}.0`, drive })],
        ]
      : ['-device', options(model, { ...place, drive, ...properties })]),
  ];
}

function driveOptions(id: string, { image, format, mode }: NonNullable<EmulatedDevice['disk']>): string {
  // Named as a file, the path can't be taken for one of QEMU's protocols (`nbd:…`, `json:…`).
  const file: Pair[] = [
    ['file.driver', 'file'],
    ['file.filename', image],
  ];
  const how: Pair[] = mode === 'snapshot' ? [['snapshot', 'on']] : mode === 'read-only' ? [['readonly', 'on']] : [];
  return pairs(['if', 'none'], ['id', id], ['format', format], ...file, ...how);
}

function socket(id: string, path: string): string[] {
  return ['-chardev', options('socket', { id, path, server: 'on', wait: 'off' })];
}

/** The program and its arguments, with the variables that it gets (env(1)). */
export function qemuCommand(spec: MachineSpec, lines?: GuestLines): [file: string, ...args: string[]] {
  const variables = Object.entries(spec.environment ?? {}).map(([name, value]) => `${name}=${value}`);
  const command = [spec.program, ...qemuArguments(spec, lines)] as const;
  return variables.length === 0 ? [...command] : ['/usr/bin/env', ...variables, ...command];
}

/**
 * QEMU's arguments for a machine. With lines the machine always starts paused, so that whoever opens them sees
 * everything; without, the serial line is the terminal that QEMU runs in.
 */
export function qemuArguments(spec: MachineSpec, lines?: GuestLines): string[] {
  const ports = spec.passed.filter((device) => device.hotpluggable);
  const networked = spec.emulated.some((device) => device.network !== undefined);
  return [
    ...['-nodefaults', '-no-user-config', '-display', 'none'],
    ...['-name', `guest=${escape(spec.name)}`],
    ...['-machine', spec.board?.machine ?? 'q35', '-accel', spec.accelerator],
    ...processor(spec),
    // vexpress-a15 has a sound card, which would look for the host's.
    ...(spec.board ? ['-audiodev', 'none,id=audio0'] : []),
    ...['-m', spec.memoryMiB.toString(), '-smp', spec.cores.toString()],
    ...spec.passed.flatMap((device) => passedDevice(device, ports.indexOf(device) + 1)),
    ...spec.emulated.flatMap(emulatedDevice),
    ...spareSlots(spec).flatMap((each, index) => rootPort(`spare${index.toString()}`, each, ports.length + 1 + index)),
    ...(networked ? [] : ['-nic', 'none']),
    ...(spec.board ? imageArguments(spec.board, spec.kernel.path) : multibootArguments(spec)),
    ...Array.from({ length: spec.board?.serialPort ?? 0 }, (_, port) => unusedPort(port)).flat(),
    ...(lines ? lineArguments(lines) : ['-serial', 'mon:stdio', ...(spec.paused ? ['-S'] : [])]),
    ...spec.extraArguments,
  ];
}

function processor({ board, accelerator }: MachineSpec): string[] {
  if (board) return board.cpu === undefined ? [] : ['-cpu', board.cpu];
  // KVM's default model hides what the host has; the emulator's default model is one that Barrelfish boots on.
  return accelerator === 'kvm' ? ['-cpu', 'host'] : [];
}

function multibootArguments({ kernel, modules }: MachineSpec): string[] {
  return [
    ...['-kernel', kernel.path],
    ...(kernel.arguments === '' ? [] : ['-append', kernel.arguments]),
    ...(modules.length === 0 ? [] : ['-initrd', modules.map(moduleText).join(',')]),
  ];
}

/** As tools/qemu-wrapper.sh boots an image. */
function imageArguments({ image, firmware }: Board, file: string): string[] {
  const bios = firmware === undefined ? [] : ['-bios', firmware];
  switch (image.as) {
    case 'kernel':
      return [...bios, '-kernel', file];
    case 'disk':
      return [
        ...[...bios, '-drive', driveOptions('image', { image: file, format: 'raw', mode: 'snapshot' })],
        ...['-device', 'virtio-blk-device,drive=image'],
      ];
    case 'memory':
      return [...bios, '-device', options('loader', { addr: image.address, file, 'force-raw': 'on' })];
  }
}

/** Each `-serial` is the machine's next port; a plain `null` would take the name `serial0`. */
function unusedPort(port: number): string[] {
  const id = `unused${port.toString()}`;
  return ['-chardev', options('null', { id }), '-serial', `chardev:${id}`];
}

function lineArguments(lines: GuestLines): string[] {
  return [
    // Opens PATH.in and PATH.out, whatever they are (chardev/char-pipe.c). A socket would keep the guest waiting for its
    // reader, byte by byte, and QEMU's log of one has bytes twice (chardev/char.c, qemu_chr_write_buffer on EAGAIN).
    ...['-chardev', options('pipe', { id: 'serial0', path: lines.serial })],
    ...['-serial', 'chardev:serial0'],
    ...socket('gdb0', lines.gdb),
    ...['-gdb', 'chardev:gdb0'],
    ...socket('qmp0', lines.qmp),
    ...['-mon', 'chardev=qmp0,mode=control'],
    '-S',
  ];
}
