import { lookUp } from '../look-up.ts';

/** The fields of the structures, and what they mean. */
export const FIELDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  pci_driver: {
    binary: 'Name of the program, as in menu.lst. It has to stand there with “auto”.',
    module: 'Driver in the program; "-" where the program is started by itself.',
    supported_cards: 'The devices that it is for: a list of pci_card{…}.',
    core_hint: 'Core that the driver runs on.',
    core_offset: 'How far apart the cores of several instances are.',
    multi_instance: '1 where one program is started for each device, 0 where there is one only.',
    interrupt_load: 'Expected load by interrupts, 0 to 1.',
    interrupt_model: 'Kinds of interrupts that the driver can take, the best first: legacy, msi, msix, none.',
    platforms: 'Architectures that the driver runs on.',
    priority: 'Of several drivers for one device the one with the higher number is started.',
  },
  cpu_driver: {
    binary: 'Name of the CPU driver.',
    platforms: 'Architectures that it runs on.',
  },
  bus_driver: {
    binary: 'Name of the program, as in menu.lst.',
    core_hint: 'Core that the driver runs on.',
    platforms: 'Architectures that the driver runs on.',
  },
  pci_card: {
    vendor: "Vendor id, 16 bits: 16'8086. “_” stands for any.",
    device: 'Device id, 16 bits. “_” stands for any.',
    function: 'Function of the device, 0 to 7. “_” stands for any.',
    subvendor: 'Vendor id of the board. “_” stands for any.',
    subdevice: 'Device id of the board. “_” stands for any.',
  },
};

/** Vendors whose devices Barrelfish has drivers for, or QEMU has. */
export const VENDORS: ReadonlyMap<number, string> = new Map([
  [0x1000, 'Broadcom / LSI'],
  [0x1002, 'AMD/ATI'],
  [0x1022, 'AMD'],
  [0x1050, 'Winbond'],
  [0x10b5, 'PLX'],
  [0x10de, 'NVIDIA'],
  [0x10ec, 'Realtek'],
  [0x10ee, 'Xilinx'],
  [0x1106, 'VIA'],
  [0x1234, 'QEMU (VGA)'],
  [0x1344, 'Micron'],
  [0x144d, 'Samsung'],
  [0x14e4, 'Broadcom'],
  [0x15ad, 'VMware'],
  [0x15b3, 'Mellanox'],
  [0x177d, 'Cavium'],
  [0x1924, 'Solarflare'],
  [0x1af4, 'Red Hat (virtio)'],
  [0x1b36, 'Red Hat (QEMU)'],
  [0x1d6a, 'Aquantia'],
  [0x8086, 'Intel'],
]);

export function fieldText(struct: string, field: string): string | undefined {
  const fields = lookUp(FIELDS, struct);
  return fields && lookUp(fields, field);
}
