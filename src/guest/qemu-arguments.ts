import type { BootFile, EmulatedDevice, MachineSpec, PassedDevice } from './machine.ts';

/** Where the guest's lines end on its host. */
export interface GuestLines {
  /** Unix sockets. */
  serial: string;
  gdb: string;
  qmp: string;
  /** All that ever came over the serial line. */
  serialLog: string;
}

/** QEMU ends values at commas; a doubled one stands for itself (qemu(1), "-initrd" and QemuOpts). */
function escape(value: string): string {
  return value.replaceAll(',', ',,');
}

function options(head: string, properties: Readonly<Record<string, string>>): string {
  return [escape(head), ...Object.entries(properties).map(([key, value]) => `${key}=${escape(value)}`)].join(',');
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
  return [
    '-device',
    options('pcie-root-port', { id: bus, addr: slot(device.slot), chassis: port.toString(), slot: port.toString() }),
    '-device',
    options('vfio-pci', { ...identity, bus, ...rom }),
  ];
}

function emulatedDevice(device: EmulatedDevice): string[] {
  const { model, id, properties } = device;
  const network = `${id}-net`;
  const place = { id, addr: slot(device.slot) };
  if (device.network === undefined) return ['-device', options(model, { ...place, ...properties })];
  return [
    '-netdev',
    options(device.network, { id: network }),
    '-device',
    options(model, { netdev: network, ...place, ...properties }),
  ];
}

function line(id: string, path: string, more: Readonly<Record<string, string>> = {}): string[] {
  return ['-chardev', options('socket', { id, path, server: 'on', wait: 'off', ...more })];
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
    ...['-machine', 'q35', '-accel', spec.accelerator],
    // KVM's default model hides what the host has; the emulator's default model is one that Barrelfish boots on.
    ...(spec.accelerator === 'kvm' ? ['-cpu', 'host'] : []),
    ...['-m', spec.memoryMiB.toString(), '-smp', spec.cores.toString()],
    ...spec.passed.flatMap((device) => passedDevice(device, ports.indexOf(device) + 1)),
    ...spec.emulated.flatMap(emulatedDevice),
    ...(networked ? [] : ['-nic', 'none']),
    ...['-kernel', spec.kernel.path],
    ...(spec.kernel.arguments === '' ? [] : ['-append', spec.kernel.arguments]),
    ...(spec.modules.length === 0 ? [] : ['-initrd', spec.modules.map(moduleText).join(',')]),
    ...(lines ? lineArguments(lines) : ['-serial', 'mon:stdio', ...(spec.paused ? ['-S'] : [])]),
    ...spec.extraArguments,
  ];
}

function lineArguments(lines: GuestLines): string[] {
  return [
    ...line('serial0', lines.serial, { logfile: lines.serialLog, logappend: 'off' }),
    ...['-serial', 'chardev:serial0'],
    ...line('gdb0', lines.gdb),
    ...['-gdb', 'chardev:gdb0'],
    ...line('qmp0', lines.qmp),
    ...['-mon', 'chardev=qmp0,mode=control'],
    '-S',
  ];
}
