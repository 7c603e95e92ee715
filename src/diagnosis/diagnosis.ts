/**
 * What a text or a state means: a code, and the facts that it tells. Optional facts are those that not every text
 * names. Addresses are as the text writes them, so one without a domain stays without.
 */
export interface DiagnosisFacts {
  /** An endpoint of the group is on a driver of the host's. */
  'group-not-viable': { address?: string | undefined; group: number };
  /** The kernel has put the device into no IOMMU group. */
  'no-iommu-group': { address?: string | undefined };
  'no-host-device': { address?: string | undefined };
  /** /dev/vfio/GROUP isn't there, isn't ours, or is somebody else's at this moment. */
  'group-node-missing': { address?: string | undefined; group: number };
  'group-node-forbidden': { address?: string | undefined; group: number };
  'group-node-busy': { address?: string | undefined; group: number };
  /** /dev/vfio/vfio can't be opened. */
  'container-unusable': { address?: string | undefined; said: string };
  /** The group is open, but vfio does not hand the device out. */
  'device-not-given': {
    address?: string | undefined;
    group: number;
    problem: 'gone' | 'busy' | 'token' | 'other';
    said: string;
  };
  /** Guest memory can't be pinned. In bytes: the region that had to be, and what may be in all. */
  'memory-lock-limit': {
    size?: number | undefined;
    limit?: number | undefined;
    process?: string | undefined;
    pid?: number | undefined;
  };
  'iommufd-memory': object;
  'no-interrupt-remapping': object;
  /** The firmware keeps memory for the device, so the kernel does not let go of it. */
  'firmware-reserved-memory': { address?: string | undefined };
  /** One of the two before; the kernel's log tells which. */
  'iommu-refused': { address?: string | undefined; group?: number | undefined };
  /** Somebody of the host's has claimed the BAR's addresses. */
  'bar-reserved': { address?: string | undefined; bar: number; range: string };
  /** The device can't be reset by itself: only together with `group`, or not at all. QEMU goes on. */
  'reset-incomplete': { address?: string | undefined; group?: number | undefined };
  /** The device does not answer after it was woken or reset. */
  'does-not-wake': { address?: string | undefined; after?: string | undefined; from?: string | undefined };
  /** Changing the device's driver waits in the kernel; `pid` is who waits. */
  'unbind-blocked': { address?: string | undefined; process?: string | undefined; pid?: number | undefined };
  /** A process has the group open; unbinding would wait for it. */
  'group-held': { address?: string | undefined; group: number; pid: number };
  'new-id-known': { driver: string };
  'bind-refused': { driver: string };
  'bind-busy': { driver: string };
  /** The kernel said yes, and yet `wanted` did not get the device. */
  'probe-took-nothing': { address?: string | undefined; driver?: string | undefined; wanted: string };
  /** The driver still has the device after it was taken from it. */
  'driver-stayed': { address?: string | undefined; driver: string };
  /** Somebody else changed the device's driver meanwhile. */
  'driver-changed': { address?: string | undefined; driver?: string | undefined; expected: string };
  /** There is no room for the note that says what a device had. */
  'notes-full': { directory: string };
  /** A name of a module was taken for one of a driver. */
  'driver-misspelt': { written: string; driver: string };
  /** The module is part of the kernel: nothing to load, and nothing wrong. */
  'module-builtin': { module: string };
  'module-missing': { module: string };
  'device-gone': { address?: string | undefined };
  /** vfio-pci was asked to take the device and said no. */
  'probe-refused': { address?: string | undefined; error: number };
  'rom-unreadable': { address?: string | undefined };
  'several-address-spaces': { address?: string | undefined; group: number };
  'caching-mode-off': object;
  'irqchip-in-kernel': object;
  'bus-without-hotplug': { bus: string };
  'machine-without-pci': { device: string };
  /** A slot of the guest's root bus is somebody else's, or reserved. */
  'slot-taken': { slot: number; function: number; by?: string | undefined };
  'iommufd-unsupported': object;
  /** Guest memory lies beyond what the host's IOMMU translates. */
  'address-too-wide': { at?: string | undefined };
  /** The IOMMU stopped a device. Without `access` the hardware did not tell whether it read or wrote. */
  'dma-fault': { device: string; at: string; access?: 'read' | 'write' | undefined; reason: string };
  'sriov-refused': {
    address?: string | undefined;
    problem: 'driver' | 'too-many' | 'forbidden' | 'exhausted' | 'already-set' | 'no-addresses';
  };
  /** The kernel knows errata of this device. `ids` is vendor:device. */
  'device-denied': { address?: string | undefined; ids: string };
  'config-locked': { process?: string | undefined };
  'no-iommu-mode': { address?: string | undefined };
  'port-taken': { option?: string | undefined };
  /** QEMU can't listen on the host's end of a forwarded port: `tcp`, `127.0.0.1`, `5555`. */
  'forward-refused': { protocol: string; address: string; port: number };
  /** Somebody else has a disk image open, and one of the two wants to write. */
  'image-locked': { path: string };
  'image-missing': { path: string };
  'no-hardware-breakpoints': object;
  'breakpoint-unmapped': { breakpoint: number };
  'kvm-forbidden': object;
  'module-not-built': { path: string };
  'serial-silent': { seconds: number; why: 'no-loader' | 'no-cpu-driver' | 'image' | 'unknown' };
  /** The CPU driver of a core has given up, and halts the core. */
  'kernel-panic': { core: number; reason: string };
  /** An exception in the CPU driver; `address` is one of cpu.full. It waits in its own gdb stub. */
  'kernel-exception': { core: number; exception: number; what: string; address?: string | undefined };
  /** The CPU driver's own gdb stub has taken the serial line. */
  'kernel-waits-for-gdb': { core: number };
  /** A domain did what it may not, at the address `ip` of its program; without `at` no address was concerned. */
  'domain-fault': { domain: string; core?: number | undefined; at?: string | undefined; ip: string };
  'domain-assertion': { domain: string; expression: string; path: string; line: number };
  /** The network was started, and no address came; what else is to be started waits for it. */
  'dhcp-stuck': { seconds: number };
  /** No driver of Barrelfish's took the device; `by` has the driver's only instance. */
  'device-undriven': {
    address?: string | undefined;
    driver?: string | undefined;
    why: 'no-entry' | 'not-in-menu' | 'not-auto' | 'taken' | 'unknown';
    by?: string | undefined;
  };
  /** A program that the build needs is not there. */
  'build-tool-missing': { tool: string };
  /** A package or module of Haskell that GHC does not find. */
  'haskell-package-missing': { name: string };
  /** The compiler refuses what older ones took. */
  'compiler-too-new': { compiler: 'gcc' | 'ghc' | 'ld'; said: string };
  /** What runs the container that the build goes through does not. */
  'container-engine': {
    program: string;
    problem: 'not-running' | 'forbidden' | 'no-image';
    image?: string | undefined;
  };
  /** The place where the build runs does not know the directory by that path. */
  'build-place-unknown': { directory: string };
  'no-rule': { target: string };
  /** The editor is packed so that it doesn't see the machine that it runs on. */
  'editor-in-sandbox': { program: string };
}

export type DiagnosisCode = keyof DiagnosisFacts;

export type Diagnosis = { [C in DiagnosisCode]: { code: C } & DiagnosisFacts[C] }[DiagnosisCode];

/** A line that a program prints, by its stable part, and what it means. */
export interface Message {
  /** Every repetition is bounded, so that no text takes long. */
  pattern: RegExp;
  /** `address` is the first in the line; groups that took no part are empty. */
  meaning: (address: string | undefined, ...groups: string[]) => Diagnosis;
}

const REMARKS: ReadonlySet<DiagnosisCode> = new Set([
  'reset-incomplete',
  'rom-unreadable',
  'module-builtin',
  'config-locked',
]);

/** Whoever printed it went on: worth knowing, but not why something failed. */
export function isRemark({ code }: Diagnosis): boolean {
  return REMARKS.has(code);
}
