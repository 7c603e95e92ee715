import type { Diagnosis } from '../../../src/diagnosis/diagnosis.ts';
import type { Case } from './case.ts';

const address = '0000:01:00.0';
const PROGRAM = 'qemu-system-x86_64: ';
const DEVICE = `${PROGRAM}-device vfio-pci,host=0000:01:00.0,id=passed0,addr=0x5,rombar=0: `;
const VFIO = `${DEVICE}vfio 0000:01:00.0: `;

function qemu(name: string, text: string, means: Diagnosis | readonly Diagnosis[]): Case {
  return { name, source: 'qemu', text, means };
}

/** What QEMU 7.2 prints, unless a version is named. */
export const qemuCases: readonly Case[] = [
  qemu(
    'a group with an endpoint on a host driver',
    `${VFIO}group 16 is not viable\nPlease ensure all devices within the iommu_group are bound to their vfio bus driver.\n`,
    { code: 'group-not-viable', address, group: 16 },
  ),
  qemu('no IOMMU group', `${VFIO}no iommu_group found: No such file or directory\n`, {
    code: 'no-iommu-group',
    address,
  }),
  qemu(
    'no such device',
    `${PROGRAM}-device vfio-pci,host=99:00.0: vfio /sys/bus/pci/devices/0000:99:00.0: no such host device: No such file or directory\nUse -device vfio-pci,host=DDDD:BB:DD.F or -device vfio-pci,sysfsdev=PATH_TO_DEVICE\n`,
    { code: 'no-host-device', address: '0000:99:00.0' },
  ),
  qemu('no group node', `${VFIO}failed to open /dev/vfio/14: No such file or directory\n`, {
    code: 'group-node-missing',
    address,
    group: 14,
  }),
  qemu("somebody else's group node", `${VFIO}failed to open /dev/vfio/14: Permission denied\n`, {
    code: 'group-node-forbidden',
    address,
    group: 14,
  }),
  qemu('a group node in use', `${VFIO}failed to open /dev/vfio/14: Device or resource busy\n`, {
    code: 'group-node-busy',
    address,
    group: 14,
  }),
  qemu(
    'no vfio container',
    `${VFIO}failed to setup container for group 14: failed to open /dev/vfio/vfio: Permission denied\n`,
    { code: 'container-unusable', address, said: 'Permission denied' },
  ),
  qemu(
    'a device that is gone',
    `${VFIO}error getting device from group 14: No such device\nVerify all devices in group 14 are bound to vfio-<bus> or pci-stub and not already in use\n`,
    { code: 'device-not-given', address, group: 14, problem: 'gone', said: 'No such device' },
  ),
  qemu('a device in use', `${VFIO}error getting device from group 14: Device or resource busy\n`, {
    code: 'device-not-given',
    address,
    group: 14,
    problem: 'busy',
    said: 'Device or resource busy',
  }),
  qemu('a virtual function without its token', `${VFIO}error getting device from group 14: Permission denied\n`, {
    code: 'device-not-given',
    address,
    group: 14,
    problem: 'token',
    said: 'Permission denied',
  }),
  qemu('a device that fails', `${VFIO}error getting device from group 14: Input/output error\n`, {
    code: 'device-not-given',
    address,
    group: 14,
    problem: 'other',
    said: 'Input/output error',
  }),
  qemu(
    'memory that may not be locked',
    `${PROGRAM}VFIO_MAP_DMA failed: Cannot allocate memory\n${VFIO}failed to setup container for group 14: memory listener initialization failed: Region pc.ram: vfio_dma_map(0x55d0a8f7a600, 0x0, 0x80000000, 0x7f1f8be00000) = -12 (Cannot allocate memory)\n`,
    { code: 'memory-lock-limit', size: 2 ** 31 },
  ),
  qemu(
    'BARs that count as locked with iommufd, in the words of 9.0',
    `${PROGRAM}IOMMU_IOAS_MAP failed: Cannot allocate memory\n${PROGRAM}vfio_container_dma_map(0x5e043daea2f0, 0x380000000000, 0x10000000, 0x771a38000000) = -12 (Cannot allocate memory)\n`,
    { code: 'iommufd-memory' },
  ),
  qemu(
    'an IOMMU that is refused',
    `${VFIO}failed to setup container for group 14: Failed to set iommu for container: Operation not permitted\n`,
    { code: 'iommu-refused', address, group: 14 },
  ),
  qemu(
    'the same in the words of earlier versions',
    `${PROGRAM}vfio: failed to set iommu for container: Operation not permitted\n`,
    { code: 'iommu-refused' },
  ),
  qemu(
    'memory beyond the IOMMU',
    `${PROGRAM}VFIO_MAP_DMA failed: Invalid argument\n${PROGRAM}vfio_dma_map(0x5e043daea2f0, 0x380010000000, 0x2000000, 0x771a6ce00000) = -22 (Invalid argument)\n`,
    { code: 'address-too-wide', at: '0x380010000000' },
  ),
  qemu('the same with the number of the error', `${PROGRAM}VFIO_MAP_DMA failed: -22\n`, { code: 'address-too-wide' }),
  qemu('a device that does not wake', `${PROGRAM}vfio: Unable to power on device, stuck in D3\n`, {
    code: 'does-not-wake',
    from: 'D3',
  }),
  qemu(
    'a reset that needs another group',
    `${PROGRAM}vfio: Cannot reset device 0000:01:00.0, depends on group 17 which is not owned.\n`,
    { code: 'reset-incomplete', address, group: 17 },
  ),
  qemu(
    'no reset, said twice',
    `${PROGRAM}vfio: Cannot reset device 0000:01:00.0, no available reset mechanism.\n`.repeat(2),
    {
      code: 'reset-incomplete',
      address,
    },
  ),
  qemu(
    'a ROM that cannot be read',
    `${PROGRAM}vfio-pci: Cannot read device rom at 0000:01:00.0\nDevice option ROM contents are probably invalid (check dmesg).\nSkip option ROM probe with rombar=0, or load from file with romfile=\n`,
    { code: 'rom-unreadable', address },
  ),
  qemu('a group in two address spaces', `${VFIO}group 16 used in multiple address spaces\n`, {
    code: 'several-address-spaces',
    address,
    group: 16,
  }),
  qemu(
    'a guest IOMMU without caching mode',
    `${PROGRAM}We need to set caching-mode=on for intel-iommu to enable device assignment with IOMMU protection.\n`,
    { code: 'caching-mode-off' },
  ),
  qemu(
    'the same while devices are set up',
    `${VFIO}failed to setup container for group 14: memory listener initialization failed: Region vtd-root: device 00.05.0 requires caching mode: Operation not supported\n`,
    { code: 'caching-mode-off' },
  ),
  qemu(
    'the same for a device that is plugged in (from QMP)',
    'Device assignment is not allowed without enabling caching-mode=on for Intel IOMMU.',
    { code: 'caching-mode-off' },
  ),
  qemu(
    'a guest IOMMU with all interrupt controllers in KVM',
    `${PROGRAM}-device intel-iommu,intremap=on: Interrupt Remapping cannot work with kernel-irqchip=on, please use 'split|off'.\n`,
    { code: 'irqchip-in-kernel' },
  ),
  qemu('the root bus (from QMP)', "Bus 'pcie.0' does not support hotplugging", {
    code: 'bus-without-hotplug',
    bus: 'pcie.0',
  }),
  qemu(
    'a machine without PCI',
    `${PROGRAM}-device vfio-pci,host=0000:01:00.0: No 'PCI' bus found for device 'vfio-pci'\n`,
    { code: 'machine-without-pci', device: 'vfio-pci' },
  ),
  qemu(
    'a slot of the chip set',
    `${PROGRAM}-device vfio-pci,host=0000:01:00.0,addr=0x0: PCI: slot 0 function 0 not available for vfio-pci, in use by mch,id=(null)\n`,
    { code: 'slot-taken', slot: 0, function: 0, by: 'mch' },
  ),
  qemu(
    'a reserved slot',
    `${PROGRAM}-device vfio-pci,host=0000:01:00.0,addr=0x1f: PCI: slot 31 function 0 not available for vfio-pci, reserved\n`,
    { code: 'slot-taken', slot: 31, function: 0 },
  ),
  qemu(
    'iommufd with a QEMU that is too old',
    `${PROGRAM}-device vfio-pci,host=0000:01:00.0,iommufd=iommufd0: Property 'vfio-pci.iommufd' not found\n`,
    { code: 'iommufd-unsupported' },
  ),
  qemu(
    'the object iommufd with a QEMU that is too old',
    `${PROGRAM}-object iommufd,id=iommufd0: Parameter 'qom-type' does not accept value 'iommufd'\n`,
    { code: 'iommufd-unsupported' },
  ),
  qemu('a TCP port in use', `${PROGRAM}-gdb tcp::1234: Failed to find an available port: Address already in use\n`, {
    code: 'port-taken',
    option: '-gdb',
  }),
  qemu('the default port of gdb in use', `${PROGRAM}-s: Failed to find an available port: Address already in use\n`, {
    code: 'port-taken',
    option: '-s',
  }),
  qemu(
    'a forwarded port in use',
    `${PROGRAM}-netdev user,id=n,hostfwd=tcp:127.0.0.1:5555-:7: Could not set up host forwarding rule 'tcp:127.0.0.1:5555-:7'\n`,
    { code: 'forward-refused', protocol: 'tcp', address: '127.0.0.1', port: 5555 },
  ),
  qemu(
    'a disk image that another guest writes to',
    `${PROGRAM}-device nvme,drive=d,serial=x: Failed to get "write" lock\nIs another process using the image [a b.img]?\n`,
    { code: 'image-locked', path: 'a b.img' },
  ),
  qemu(
    'a snapshot of a disk image that another guest writes to',
    `${PROGRAM}-device nvme,drive=d,serial=x: Failed to get shared "write" lock\nIs another process using the image [/w.img]?\n`,
    { code: 'image-locked', path: '/w.img' },
  ),
  qemu(
    'a disk image that is not there',
    `${PROGRAM}-drive if=none,id=d,format=raw,file.driver=file,file.filename=/n.img: Could not open '/n.img': No such file or directory\n`,
    { code: 'image-missing', path: '/n.img' },
  ),
  qemu(
    'KVM without permission',
    `Could not access KVM kernel module: Permission denied\n${PROGRAM}failed to initialize kvm: Permission denied\n`,
    { code: 'kvm-forbidden' },
  ),
  qemu('a module that is not built', `${PROGRAM}Failed to open file 'x86_64/sbin/fish'\n`, {
    code: 'module-not-built',
    path: 'x86_64/sbin/fish',
  }),
  qemu(
    'a kernel that is not built',
    `qemu: could not open kernel file 'x86_64/sbin/elver': No such file or directory\n`,
    { code: 'module-not-built', path: 'x86_64/sbin/elver' },
  ),
];
