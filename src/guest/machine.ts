import type { PciAddress } from '../host/pci-address.ts';

export type Accelerator = 'kvm' | 'tcg';
/** As hake and the build directory call it. */
export type Architecture = 'x86_64' | 'armv7' | 'armv8';

/** A place on the guest's PCI buses. */
export interface GuestAddress {
  bus: number;
  device: number;
  function: number;
}

/** A file that is booted, and the arguments it gets. */
export interface BootFile {
  /** Relative to the machine's directory, without a leading slash: so does the guest see it. */
  path: string;
  arguments: string;
}

/** A device of the host, handed to the guest by vfio-pci. */
export interface PassedDevice {
  host: PciAddress;
  /** Name in QEMU. */
  id: string;
  /** Slot on the guest's root bus: of the device, or of the root port that it is behind. */
  slot: number;
  /** Behind a root port of its own: only there can a device come and go while the guest runs. */
  hotpluggable: boolean;
  /** Whether the guest sees the option ROM. */
  rom: boolean;
}

/** A port of the host that leads to one of the guest. */
export interface PortForward {
  protocol: 'tcp' | 'udp';
  /** IPv4 address of the host that QEMU listens on. */
  address: string;
  host: number;
  guest: number;
}

export type DiskFormat = 'raw' | 'qcow2';
/** `snapshot`: the guest can write, and the image stays as it is. */
export type DiskMode = 'snapshot' | 'read-only' | 'write';

/** A device that QEMU plays. */
export interface EmulatedDevice {
  /** As `-device` calls it: `e1000e`. */
  model: string;
  id: string;
  /** Slot on the guest's root bus. */
  slot: number;
  properties: Readonly<Record<string, string>>;
  /** Connected to QEMU's own network, which needs no rights. */
  network?: { forwards: readonly PortForward[] };
  /** `image`: path on the host. `on`: it is a disk of the device's bus, not the device itself. */
  disk?: { image: string; format: DiskFormat; mode: DiskMode; on?: 'bus' };
}

/** A machine of QEMU's that is no PC. What it boots is an image that make has put together, its menu.lst inside. */
export interface Board {
  architecture: Exclude<Architecture, 'x86_64'>;
  /** As `-machine` has it. */
  machine: string;
  /** As `-cpu` has it; the machine's own unless set. */
  cpu?: string;
  /** What runs first; then QEMU doesn't load the image itself. A path that QEMU finds from its directory. */
  firmware?: string;
  /** How the image comes to the guest: like a Linux kernel, as a disk, or at an address in memory (hexadecimal). */
  image: { as: 'kernel' } | { as: 'disk' } | { as: 'memory'; address: string };
  /** Which of the machine's serial ports is Barrelfish's, counted from 0. */
  serialPort: number;
  /** Names of its CPU driver and of what starts that, below `ARCHITECTURE/sbin`. */
  cpuDriver: string;
  bootDriver: string;
}

/** What a guest was made from, for those who ask later. */
export interface BootOrigin {
  /** Of a boot configuration. */
  configuration?: string;
  /** On the editor's side. */
  buildDirectory: string;
  /** Relative to the build directory. */
  menuList: string;
  /** As the Makefile calls it, where that was asked for: `qemu_a57`. */
  bootTarget?: string;
  /** The menu.lst as it is, and as it was booted; missing when that is the same, or far too long. */
  menu?: { before: string; after: string };
}

/** A guest, as a value. */
export interface MachineSpec {
  /** What people call it. */
  name: string;
  /** The QEMU program: a name that PATH knows, or a path on the host. */
  program: string;
  /** Directory on the host that QEMU runs in, and that the files' paths start from. */
  directory: string;
  /** The directory on the editor's side that the files were copied from, when that is another. */
  source?: string;
  accelerator: Accelerator;
  memoryMiB: number;
  cores: number;
  /** The loader, which gets the modules; or a board's image. */
  kernel: BootFile;
  modules: readonly BootFile[];
  /** Unset for a PC. */
  board?: Board;
  passed: readonly PassedDevice[];
  emulated: readonly EmulatedDevice[];
  /** Root ports, `spare0` and so on, that devices can come to while the guest runs. */
  sparePorts: number;
  /** The guest waits at its first instruction for somebody to let it run. */
  paused: boolean;
  /** Appended as they are. */
  extraArguments: readonly string[];
  /** Variables that QEMU gets beside those of the host. */
  environment?: Readonly<Record<string, string>>;
  origin?: BootOrigin;
}

export function architectureOf({ board }: Pick<MachineSpec, 'board'>): Architecture {
  return board?.architecture ?? 'x86_64';
}

/**
 * Where Barrelfish finds a device. It numbers the buses behind root ports anew, in the order of their slots, and leaves room
 * for virtual functions (usr/pci/pci.c, assign_bus_numbers): 2, 4, 6, where firmware has 1, 2, 3.
 */
export function guestAddressOf(spec: Pick<MachineSpec, 'passed'>, device: PassedDevice | EmulatedDevice): GuestAddress {
  if (!('hotpluggable' in device) || !device.hotpluggable) return { bus: 0, device: device.slot, function: 0 };
  const ports = spec.passed.filter((each) => each.hotpluggable && each.slot <= device.slot);
  return { bus: 2 * ports.length, device: 0, function: 0 };
}

/** As Barrelfish and lspci write it, in hexadecimal: `00:05.0`. */
export function formatGuestAddress(address: GuestAddress): string {
  const hex = (value: number): string => value.toString(16).padStart(2, '0');
  return `${hex(address.bus)}:${hex(address.device)}.${address.function.toString()}`;
}
