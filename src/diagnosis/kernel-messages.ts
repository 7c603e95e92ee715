import type { Message } from './diagnosis.ts';
import { dmaFaultMessages } from './dma-fault.ts';

/**
 * What Linux prints to its log, with the text of 6.1 where a version isn't named. `dev_warn` and the like put the driver
 * and the address before it: "vfio-pci 0000:01:00.0: ". The more specific first: of a line only the first that fits
 * counts.
 */
export const kernelMessages: readonly Message[] = [
  {
    // drivers/vfio/vfio_iommu_type1.c, vfio_iommu_type1_attach_group
    pattern: /No interrupt remapping support\. {1,2}Use the module param "allow_unsafe_interrupts"/,
    meaning: () => ({ code: 'no-interrupt-remapping' }),
  },
  {
    // drivers/iommu/intel/iommu.c, intel_iommu_attach_device
    pattern: /Device is ineligible for IOMMU domain attach due to platform RMRR requirement/,
    meaning: (address) => ({ code: 'firmware-reserved-memory', address }),
  },
  {
    // drivers/vfio/pci/vfio_pci.c, vfio_pci_is_denylisted
    pattern: /([0-9a-f]{4}:[0-9a-f]{4}) exists in vfio-pci device denylist, driver probing disallowed/,
    meaning: (address, ids) => ({ code: 'device-denied', address, ids }),
  },
  {
    // drivers/vfio/vfio_iommu_type1.c, vfio_pin_page_external
    pattern: /Task ([^()]{1,16}) \((\d{1,9})\) RLIMIT_MEMLOCK \((\d{1,16})\) exceeded/,
    meaning: (_, process, pid, limit) => ({
      code: 'memory-lock-limit',
      process,
      pid: Number(pid),
      limit: Number(limit),
    }),
  },
  {
    // vfio_pin_pages_remote
    pattern: /RLIMIT_MEMLOCK \((\d{1,16})\) exceeded/,
    meaning: (_, limit) => ({ code: 'memory-lock-limit', limit: Number(limit) }),
  },
  {
    // drivers/iommu/intel/iommu.c, intel_iommu_map
    pattern: /iommu width \(\d{1,3}\) is not sufficient for the mapped address \(([0-9a-f]{1,16})\)/,
    meaning: (_, at) => ({ code: 'address-too-wide', at: `0x${at}` }),
  },
  {
    // drivers/pci/pci.c, pci_request_region; `%pR` prints the range
    pattern: /BAR (\d): can't reserve \[((?:mem|io) {1,3}[\w -]{1,60})\]/,
    meaning: (address, bar, range) => ({ code: 'bar-reserved', address, bar: Number(bar), range }),
  },
  {
    // drivers/pci/pci.c, pci_dev_wait: after "FLR", "bus reset", "resume" …
    pattern: /not ready \d{1,9}ms after ([\w >-]{1,24}); giving up/,
    meaning: (address, after) => ({ code: 'does-not-wake', address, after }),
  },
  {
    // drivers/pci/pci.c, pci_power_up
    pattern: /Unable to change power state from (D\w{1,6}|unknown) to D0/,
    meaning: (address, from) => ({ code: 'does-not-wake', address, from }),
  },
  {
    // drivers/vfio/vfio_main.c, vfio_unregister_group_dev: the task is the one that unbinds
    pattern: /Device is currently in use, task "([^"]{1,16})" \((\d{1,9})\) blocked until device is released/,
    meaning: (address, process, pid) => ({ code: 'unbind-blocked', address, process, pid: Number(pid) }),
  },
  {
    // NVIDIA's driver, kernel-open/nvidia/nv-pci.c
    pattern: /Attempting to remove device .{0,24}with non-zero usage count/,
    meaning: (address) => ({ code: 'unbind-blocked', address }),
  },
  {
    // drivers/base/dd.c, call_driver_probe
    pattern: /vfio-pci: probe of [^ ]{1,24} failed with error (-\d{1,4})/,
    meaning: (address, error) => ({ code: 'probe-refused', address, error: Number(error) }),
  },
  {
    // drivers/vfio/vfio_main.c, vfio_group_find_or_alloc
    pattern: /Adding kernel taint for vfio-noiommu group on device/,
    meaning: (address) => ({ code: 'no-iommu-mode', address }),
  },
  // drivers/pci/iov.c, sriov_numvfs_store
  {
    pattern:
      /driver does not support SR-IOV configuration via sysfs|no driver bound to device; cannot configure SR-IOV/,
    meaning: (address) => ({ code: 'sriov-refused', address, problem: 'driver' }),
  },
  {
    pattern: /\d{1,5} VFs already enabled\. Disable before enabling \d{1,5} VFs/,
    meaning: (address) => ({ code: 'sriov-refused', address, problem: 'already-set' }),
  },
  // drivers/pci/iov.c, sriov_enable
  {
    pattern: /not enough MMIO resources for SR-IOV|SR-IOV: IOV BARS not allocated/,
    meaning: (address) => ({ code: 'sriov-refused', address, problem: 'no-addresses' }),
  },
  {
    pattern: /can't enable \d{1,5} VFs \(bus [0-9a-f]{2} out of range of/,
    meaning: (address) => ({ code: 'sriov-refused', address, problem: 'exhausted' }),
  },
  ...dmaFaultMessages,
  {
    // drivers/pci/rom.c, pci_get_rom_size; QEMU goes on
    pattern: /Invalid PCI ROM header signature: expecting 0xaa55/,
    meaning: (address) => ({ code: 'rom-unreadable', address }),
  },
  {
    // security/lockdown/lockdown.c, lockdown_is_locked_down
    pattern: /Lockdown: ([^:]{1,16}): direct PCI access is restricted/,
    meaning: (_, process) => ({ code: 'config-locked', process }),
  },
];
