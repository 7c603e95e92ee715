import type { Message } from './diagnosis.ts';

const GROUP = String.raw`group (\d{1,9})`;
const HEX = '0x[0-9a-f]{1,16}';
/** `vfio_dma_map(CONTAINER, ADDRESS, SIZE, VIRTUAL) = -ERRNO`; later versions say vfio_container_dma_map. */
const DMA_MAP = String.raw`vfio_(?:container_)?dma_map\(${HEX}, (${HEX}), (${HEX}), ${HEX}\)`;

/**
 * What QEMU prints, with the text of 7.2 where a version isn't named. `%m` and strerror() give what follows the last
 * colon; QEMU runs with LC_ALL=C. The more specific first: of a line only the first that fits counts.
 */
export const qemuMessages: readonly Message[] = [
  // hw/vfio/common.c, vfio_get_group
  {
    pattern: new RegExp(`${GROUP} is not viable`),
    meaning: (address, group) => ({ code: 'group-not-viable', address, group: Number(group) }),
  },
  {
    pattern: /failed to open \/dev\/vfio\/(\d{1,9}): No such file or directory/,
    meaning: (address, group) => ({ code: 'group-node-missing', address, group: Number(group) }),
  },
  {
    pattern: /failed to open \/dev\/vfio\/(\d{1,9}): Permission denied/,
    meaning: (address, group) => ({ code: 'group-node-forbidden', address, group: Number(group) }),
  },
  {
    pattern: /failed to open \/dev\/vfio\/(\d{1,9}): Device or resource busy/,
    meaning: (address, group) => ({ code: 'group-node-busy', address, group: Number(group) }),
  },
  {
    pattern: new RegExp(`${GROUP} used in multiple address spaces`),
    meaning: (address, group) => ({ code: 'several-address-spaces', address, group: Number(group) }),
  },
  // vfio_connect_container
  {
    pattern: /failed to open \/dev\/vfio\/vfio: ([A-Z][\w ]{1,40})/,
    meaning: (address, said) => ({ code: 'container-unusable', address, said }),
  },
  // vfio_get_device; the kernel's vfio_device_get_from_name and vfio_pci_core_enable say why
  {
    pattern: new RegExp(`error getting device from ${GROUP}: No such device`),
    meaning: (address, group) => notGiven(address, group, 'gone', 'No such device'),
  },
  {
    pattern: new RegExp(`error getting device from ${GROUP}: Device or resource busy`),
    meaning: (address, group) => notGiven(address, group, 'busy', 'Device or resource busy'),
  },
  {
    // vfio_pci_validate_vf_token
    pattern: new RegExp(`error getting device from ${GROUP}: Permission denied`),
    meaning: (address, group) => notGiven(address, group, 'token', 'Permission denied'),
  },
  {
    pattern: new RegExp(String.raw`error getting device from ${GROUP}: ([\w/ ]{1,60})`),
    meaning: (address, group, said) => notGiven(address, group, 'other', said),
  },
  // hw/vfio/pci.c, vfio_realize
  {
    pattern: /no such host device: No such file or directory/,
    meaning: (address) => ({ code: 'no-host-device', address }),
  },
  {
    pattern: /no iommu_group found: No such file or directory/,
    meaning: (address) => ({ code: 'no-iommu-group', address }),
  },
  // vfio_listener_region_add, then vfio_dma_map, which names no sizes
  {
    pattern: new RegExp(`${DMA_MAP} = -12 `),
    meaning: (_, __, size) => ({ code: 'memory-lock-limit', size: Number(size) }),
  },
  { pattern: /VFIO_MAP_DMA failed: Cannot allocate memory/, meaning: () => ({ code: 'memory-lock-limit' }) },
  { pattern: new RegExp(`${DMA_MAP} = -22 `), meaning: (_, at) => ({ code: 'address-too-wide', at }) },
  { pattern: /VFIO_MAP_DMA failed: (?:Invalid argument|-22)/, meaning: () => ({ code: 'address-too-wide' }) },
  // backends/iommufd.c, iommufd_backend_map_dma, which 7.2 does not have
  { pattern: /IOMMU_IOAS_MAP failed: Cannot allocate memory/, meaning: () => ({ code: 'iommufd-memory' }) },
  // vfio_init_container; earlier versions begin with a small letter
  {
    pattern: new RegExp(`container for ${GROUP}: Failed to set iommu for container: Operation not permitted`, 'i'),
    meaning: (address, group) => ({ code: 'iommu-refused', address, group: Number(group) }),
  },
  {
    pattern: /failed to set iommu for container: Operation not permitted/i,
    meaning: (address) => ({ code: 'iommu-refused', address }),
  },
  // hw/vfio/pci.c, vfio_pci_pre_reset
  {
    pattern: /vfio: Unable to power on device, stuck in (D[123])/,
    meaning: (address, from) => ({ code: 'does-not-wake', address, from }),
  },
  // hw/i386/intel_iommu.c, vtd_panic_require_caching_mode and vtd_iommu_notify_flag_changed; pc.c, pc_hotplug_allowed
  {
    pattern:
      /We need to set caching-mode=on for intel-iommu|device [0-9a-f.]{6,12} requires caching mode|not allowed without enabling caching-mode=on/,
    meaning: () => ({ code: 'caching-mode-off' }),
  },
  // hw/i386/x86-iommu.c
  {
    pattern: /Interrupt Remapping cannot work with kernel-irqchip=on/,
    meaning: () => ({ code: 'irqchip-in-kernel' }),
  },
  // softmmu/qdev-monitor.c
  {
    pattern: /Bus '([\w.-]{1,64})' does not support hotplugging/,
    meaning: (_, bus) => ({ code: 'bus-without-hotplug', bus }),
  },
  {
    pattern: /No 'PCI' bus found for device '([\w.-]{1,64})'/,
    meaning: (_, device) => ({ code: 'machine-without-pci', device }),
  },
  {
    pattern: /Property 'vfio-pci\.iommufd' not found|'qom-type' does not accept value 'iommufd'/,
    meaning: () => ({ code: 'iommufd-unsupported' }),
  },
  // hw/pci/pci.c, do_pci_register_device
  {
    pattern: /slot (\d{1,3}) function (\d) not available for [\w.-]{1,64}, (?:in use by ([\w.-]{1,64})|reserved)/,
    meaning: (_, slot, fn, by) => ({
      code: 'slot-taken',
      slot: Number(slot),
      function: Number(fn),
      by: by === '' ? undefined : by,
    }),
  },
  // util/qemu-sockets.c, inet_listen_saddr
  {
    pattern: /(?:(?:^| )(-[a-z]{1,16})(?: [^ ]{1,200})?:? )?Failed to find an available port: Address already in use/,
    meaning: (_, option) => ({ code: 'port-taken', option: option === '' ? undefined : option }),
  },
  // net/slirp.c, slirp_hostfwd
  {
    pattern: /Could not set up host forwarding rule '(tcp|udp):([\d.]{0,15}):(\d{1,5})-/,
    meaning: (_, protocol, address, port) => ({ code: 'forward-refused', protocol, address, port: Number(port) }),
  },
  // block/file-posix.c, raw_check_lock_bytes, with its hint
  {
    pattern: /Is another process using the image \[([^\]\n]{1,400})\]/,
    meaning: (_, path) => ({ code: 'image-locked', path }),
  },
  // block/file-posix.c, raw_open_common
  {
    pattern: /Could not open '([^'\n]{1,400})': No such file or directory/,
    meaning: (_, path) => ({ code: 'image-missing', path }),
  },
  // accel/kvm/kvm-all.c, then softmmu/vl.c
  { pattern: /Could not access KVM kernel module: Permission denied/, meaning: () => ({ code: 'kvm-forbidden' }) },
  { pattern: /failed to initialize kvm: Permission denied/i, meaning: () => ({ code: 'kvm-forbidden' }) },
  // hw/i386/multiboot.c, load_multiboot, and hw/i386/x86.c for the kernel itself
  {
    pattern: /Failed to open file '([^']{1,400})'/,
    meaning: (_, path) => ({ code: 'module-not-built', path }),
  },
  {
    pattern: /could not open kernel file '([^']{1,400})': No such file or directory/,
    meaning: (_, path) => ({ code: 'module-not-built', path }),
  },
  // vfio_pci_hot_reset: QEMU goes on without
  {
    pattern: new RegExp(`Cannot reset device [^ ]{1,64}, depends on ${GROUP} which is not owned`),
    meaning: (address, group) => ({ code: 'reset-incomplete', address, group: Number(group) }),
  },
  {
    pattern: /Cannot reset device [^ ]{1,64}, no available reset mechanism/,
    meaning: (address) => ({ code: 'reset-incomplete', address }),
  },
  // vfio_pci_load_rom
  { pattern: /vfio-pci: Cannot read device rom at/, meaning: (address) => ({ code: 'rom-unreadable', address }) },
];

function notGiven(
  address: string | undefined,
  group: string,
  problem: 'gone' | 'busy' | 'token' | 'other',
  said: string,
): ReturnType<Message['meaning']> {
  return { code: 'device-not-given', address, group: Number(group), problem, said };
}
