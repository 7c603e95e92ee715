import type { PciAddress } from './pci-address.ts';
import type { Taking } from './taking.ts';

/** A memory or I/O region behind a base address register. */
export interface Bar {
  /** 0–5; 6 is the expansion ROM. */
  index: number;
  kind: 'memory' | 'io' | 'rom';
  /** Physical address. */
  start: bigint;
  /** Bytes. */
  size: bigint;
  prefetchable: boolean;
  is64Bit: boolean;
}

export interface Link {
  /** As sysfs words it, e.g. `8.0 GT/s PCIe`; lanes. */
  speed: string;
  width: number;
  maxSpeed: string;
  maxWidth: number;
}

/** What the host does with a function right now. */
export type Use =
  | {
      kind: 'net';
      interface: string;
      up: boolean;
      addresses: readonly string[];
      defaultRoute: boolean;
      /** Bonds, bridges, VLANs and the like above it: what they carry goes through it. */
      above: readonly string[];
    }
  | {
      kind: 'block';
      /** `sda`, `nvme0n1` …; partitions and mappings are folded into it. */
      device: string;
      bytes: number;
      mounts: readonly string[];
      /** Devices (this one, partitions or mappings on them) that are used as swap. */
      swaps: readonly string[];
      /** Mappings that hold the disk without being mounted themselves: LVM, md, dm-crypt … */
      holders: readonly string[];
      /** What is on it without being in use, as udev found it: `ext4 "data"`, `gpt partitions`. */
      contents: readonly string[];
    }
  | { kind: 'input'; name: string; keyboard: boolean; mouse: boolean }
  | { kind: 'display'; card: string; connected: boolean };

/** A process that has an IOMMU group open. */
export interface Holder {
  pid: number;
  command: string;
}

export interface PciFunction {
  address: PciAddress;
  /** Four hexadecimal digits, lower case. */
  vendor: string;
  device: string;
  subsystem?: { vendor: string; device: string };
  /** Two hexadecimal digits. */
  revision?: string;
  /** Six hexadecimal digits: class, subclass, programming interface. */
  classCode: string;
  /** Whether it has one of INTA–INTD (PCI Local Bus 3.0, 6.2.4); undefined where that can't be told. */
  interruptLine?: boolean;
  /** A bridge by its header type (PCI Local Bus 3.0, 6.1): it is never handed to a guest. */
  bridge: boolean;
  /** The bridge that the function is behind. */
  parent?: PciAddress;
  driver?: string;
  driverOverride?: string;
  group?: number;
  bars: readonly Bar[];
  numaNode?: number;
  link?: Link;
  /** What the kernel can do to reset it, in its order; undefined where the kernel is too old to tell. */
  resetMethods?: readonly string[];
  /** Whether the kernel may take its power away altogether; undefined where it can't be told. */
  d3coldAllowed?: boolean;
  bootVga: boolean;
  sriov?: { current: number; total: number };
  physicalFunction?: PciAddress;
  uses: readonly Use[];
  /** Noted on the host while somebody has taken it by this extension. */
  taking?: Taking;
  /** What the user calls it. */
  nickname?: string;
  /** The user has said that it is never to be taken. */
  kept?: true;
}

export interface IommuGroup {
  id: number;
  functions: readonly PciAddress[];
  /** /dev/vfio/N, once one of its functions is on a vfio driver. */
  node?: { path: string; owner: number; mode: number };
  holders: readonly Holder[];
  /** Ranges that the firmware lets its devices use at any time: the kernel does not hand such a device out. */
  firmwareMemory: readonly string[];
}

/** All of a host's PCI functions at one moment. Never changed after it was read. */
export interface Snapshot {
  /** False when the host has no PCI bus at all. */
  hasPci: boolean;
  /** IOMMUs that the kernel uses, as in /sys/class/iommu: `dmar0`, `ivhd0` … */
  iommus: readonly string[];
  functions: ReadonlyMap<PciAddress, PciFunction>;
  groups: ReadonlyMap<number, IommuGroup>;
}

/** The functions of a group that can be given to a guest. Bridges stay with the host. */
export function endpointsOf(snapshot: Snapshot, group: number): PciFunction[] {
  const members = snapshot.groups.get(group)?.functions ?? [];
  return members.flatMap((address) => {
    const fn = snapshot.functions.get(address);
    return fn && !fn.bridge ? [fn] : [];
  });
}

export const VFIO_DRIVER = 'vfio-pci';

export function isOnVfio(fn: PciFunction): boolean {
  return fn.driver === VFIO_DRIVER;
}
