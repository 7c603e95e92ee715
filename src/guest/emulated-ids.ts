import type { DeviceIds } from '../barrelfish/drivers.ts';

/** PCI ids of what QEMU plays (QEMU: docs/specs/pci-ids.rst, and `class_init` of the devices), as `vendor:device`. */
const IDS: Readonly<Record<string, string>> = {
  e1000: '8086:100e',
  'e1000-82544gc': '8086:1008',
  'e1000-82545em': '8086:100f',
  e1000e: '8086:10d3',
  igb: '8086:10c9',
  i82557b: '8086:1229',
  rtl8139: '10ec:8139',
  ne2k_pci: '10ec:8029',
  pcnet: '1022:2000',
  vmxnet3: '15ad:07b0',
  // On the root bus of q35 it is a transitional device.
  'virtio-net-pci': '1af4:1000',
  ahci: '8086:2922',
  'ich9-ahci': '8086:2922',
  nvme: '1b36:0010',
  edu: '1234:11e8',
};

/** Undefined for what is no PCI device, or is not known. */
export function emulatedIds(model: string): DeviceIds | undefined {
  const [vendor, device] = (Object.hasOwn(IDS, model) ? IDS[model] : undefined)?.split(':') ?? [];
  return vendor === undefined || device === undefined ? undefined : { vendor, device };
}
