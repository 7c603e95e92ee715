import type { PciAddress } from '../host/pci-address.ts';

export type Accelerator = 'kvm' | 'tcg';

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

/** A device that QEMU plays. */
export interface EmulatedDevice {
  /** As `-device` calls it: `e1000e`. */
  model: string;
  id: string;
  slot: number;
  properties: Readonly<Record<string, string>>;
  /** `user`: connected to QEMU's own network, which needs no rights. */
  network?: 'user';
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
  kernel: BootFile;
  modules: readonly BootFile[];
  passed: readonly PassedDevice[];
  emulated: readonly EmulatedDevice[];
  /** The guest waits at its first instruction for somebody to let it run. */
  paused: boolean;
  /** Appended as they are. */
  extraArguments: readonly string[];
}

/** Where the guest finds a device. Firmware numbers the buses behind root ports in the order of their slots. */
export function guestAddressOf(spec: Pick<MachineSpec, 'passed'>, device: PassedDevice): GuestAddress {
  if (!device.hotpluggable) return { bus: 0, device: device.slot, function: 0 };
  const ports = spec.passed.filter((each) => each.hotpluggable && each.slot <= device.slot);
  return { bus: ports.length, device: 0, function: 0 };
}

/** As Barrelfish and lspci write it, in hexadecimal: `00:05.0`. */
export function formatGuestAddress(address: GuestAddress): string {
  const hex = (value: number): string => value.toString(16).padStart(2, '0');
  return `${hex(address.bus)}:${hex(address.device)}.${address.function.toString()}`;
}
