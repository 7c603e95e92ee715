import type { Diagnosis } from '../../../src/diagnosis/diagnosis.ts';
import type { Case } from './case.ts';

const address = '0000:01:00.0';

function kernel(name: string, text: string, means: Diagnosis | readonly Diagnosis[]): Case {
  return { name, source: 'kernel', text, means };
}

/** What Linux 6.1 prints, unless a version is named. */
export const kernelCases: readonly Case[] = [
  kernel(
    'no interrupt remapping',
    '[   44.7] vfio_iommu_type1_attach_group: No interrupt remapping support.  Use the module param "allow_unsafe_interrupts" to enable VFIO IOMMU support on this platform',
    { code: 'no-interrupt-remapping' },
  ),
  kernel(
    'reserved memory of the firmware',
    'vfio-pci 0000:01:00.0: DMAR: Device is ineligible for IOMMU domain attach due to platform RMRR requirement.  Contact your platform vendor.',
    { code: 'firmware-reserved-memory', address },
  ),
  kernel('the limit of locked memory', '[  101.3] vfio_pin_pages_remote: RLIMIT_MEMLOCK (8388608) exceeded', {
    code: 'memory-lock-limit',
    limit: 8388608,
  }),
  kernel(
    'the limit of a process',
    'vfio_pin_page_external: Task qemu-system-x86 (4711) RLIMIT_MEMLOCK (8388608) exceeded',
    { code: 'memory-lock-limit', process: 'qemu-system-x86', pid: 4711, limit: 8388608 },
  ),
  kernel(
    'an address beyond the IOMMU',
    'DMAR: intel_iommu_map: iommu width (39) is not sufficient for the mapped address (8800001000)',
    { code: 'address-too-wide', at: '0x8800001000' },
  ),
  kernel(
    'a BAR of the framebuffer',
    "vfio-pci 0000:05:00.0: BAR 0: can't reserve [mem 0xd0000000-0xdfffffff 64bit pref]",
    {
      code: 'bar-reserved',
      address: '0000:05:00.0',
      bar: 0,
      range: 'mem 0xd0000000-0xdfffffff 64bit pref',
    },
  ),
  kernel(
    'a device in D3cold',
    [
      '[   52.5] vfio-pci 0000:01:00.0: not ready 32767ms after resume; waiting',
      '[   87.4] vfio-pci 0000:01:00.0: not ready 65535ms after resume; giving up',
      '[   87.4] vfio-pci 0000:01:00.0: Unable to change power state from D3cold to D0, device inaccessible',
    ].join('\n'),
    { code: 'does-not-wake', address, after: 'resume', from: 'D3cold' },
  ),
  kernel(
    'a device that has lost its link',
    '[   91.745248] vfio-pci 0000:0c:00.0: Unable to change power state from D3hot to D0, device inaccessible',
    { code: 'does-not-wake', address: '0000:0c:00.0', from: 'D3hot' },
  ),
  kernel('a device that a reset kills', 'vfio-pci 0000:84:00.0: not ready 65535ms after bus reset; giving up', {
    code: 'does-not-wake',
    address: '0000:84:00.0',
    after: 'bus reset',
  }),
  kernel(
    'an unbind that waits for QEMU',
    'vfio-pci 0000:65:00.0: Device is currently in use, task "bash" (249852) blocked until device is released',
    { code: 'unbind-blocked', address: '0000:65:00.0', process: 'bash', pid: 249852 },
  ),
  kernel(
    'an unbind that waits for a display server',
    'NVRM: Attempting to remove device 0000:01:00.0 with non-zero usage count!',
    { code: 'unbind-blocked', address },
  ),
  kernel('a bridge given to vfio-pci', 'vfio-pci: probe of 0000:00:1c.0 failed with error -22', {
    code: 'probe-refused',
    address: '0000:00:1c.0',
    error: -22,
  }),
  kernel(
    'a device with errata',
    'vfio-pci 0000:b1:01.0: 8086:37c9 exists in vfio-pci device denylist, driver probing disallowed.\nvfio-pci: probe of 0000:b1:01.0 failed with error -22',
    { code: 'device-denied', address: '0000:b1:01.0', ids: '8086:37c9' },
  ),
  kernel('no-IOMMU mode', 'vfio-pci 0000:01:00.0: Adding kernel taint for vfio-noiommu group on device', {
    code: 'no-iommu-mode',
    address,
  }),
  kernel('Secure Boot', 'Lockdown: setpci: direct PCI access is restricted; see man kernel_lockdown.7', {
    code: 'config-locked',
    process: 'setpci',
  }),
  kernel('a broken ROM', 'vfio-pci 0000:01:00.0: Invalid PCI ROM header signature: expecting 0xaa55, got 0xffff', {
    code: 'rom-unreadable',
    address,
  }),
  kernel('a driver without SR-IOV', 'i915 0000:00:02.0: driver does not support SR-IOV configuration via sysfs', {
    code: 'sriov-refused',
    address: '0000:00:02.0',
    problem: 'driver',
  }),
  kernel('virtual functions there already', 'nvme 0000:04:00.0: 1 VFs already enabled. Disable before enabling 2 VFs', {
    code: 'sriov-refused',
    address: '0000:04:00.0',
    problem: 'already-set',
  }),
  kernel('no addresses for virtual functions', 'i915 0000:00:02.0: not enough MMIO resources for SR-IOV', {
    code: 'sriov-refused',
    address: '0000:00:02.0',
    problem: 'no-addresses',
  }),
  kernel('no bus numbers', "igb 0000:02:00.0: can't enable 7 VFs (bus 03 out of range of [bus 02])", {
    code: 'sriov-refused',
    address: '0000:02:00.0',
    problem: 'exhausted',
  }),
  kernel(
    'a DMA fault of VT-d',
    [
      '[  412.1] DMAR: DRHD: handling fault status reg 2',
      '[  412.1] DMAR: [DMA Read NO_PASID] Request device [01:00.0] fault addr 0xfffff000 [fault reason 0x06] PTE Read access is not set',
    ].join('\n'),
    { code: 'dma-fault', device: '01:00.0', at: '0xfffff000', access: 'read', reason: 'PTE Read access is not set' },
  ),
  kernel(
    'one with a PASID',
    'DMAR: [DMA Write PASID 0x1] Request device [6a:01.0] fault addr 0x7fa8a78000 [fault reason 0x71] SM: Present bit in first-level paging entry is clear',
    {
      code: 'dma-fault',
      device: '6a:01.0',
      at: '0x7fa8a78000',
      access: 'write',
      reason: 'SM: Present bit in first-level paging entry is clear',
    },
  ),
  kernel(
    'one of an earlier kernel',
    'DMAR: [DMA Write] Request device [00:14.0] PASID ffffffff fault addr 0 [fault reason 05] PTE Write access is not set',
    { code: 'dma-fault', device: '00:14.0', at: '0x0', access: 'write', reason: 'PTE Write access is not set' },
  ),
  kernel(
    'one of a yet earlier kernel',
    'DMAR: [DMA Read] Request device [00:02.0] fault addr 6df084000 [fault reason 06] PTE Read access is not set',
    { code: 'dma-fault', device: '00:02.0', at: '0x6df084000', access: 'read', reason: 'PTE Read access is not set' },
  ),
  kernel(
    'a DMA fault of AMD-Vi: no such page',
    'vfio-pci 0000:01:00.0: AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x000a address=0xfc189000 flags=0x0000]',
    { code: 'dma-fault', device: address, at: '0xfc189000', reason: 'page not present' },
  ),
  kernel(
    'a write without permission',
    'ath10k_pci 0000:01:00.0: AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x000d address=0xcff49550 flags=0x0070]',
    { code: 'dma-fault', device: address, at: '0xcff49550', access: 'write', reason: 'no permission' },
  ),
  kernel(
    'one of a device that the kernel does not know',
    'AMD-Vi: Event logged [IO_PAGE_FAULT device=0000:20:00.0 domain=0x0003 address=0x000000f4001eef80 flags=0x0050]',
    { code: 'dma-fault', device: '0000:20:00.0', at: '0xf4001eef80', access: 'read', reason: 'no permission' },
  ),
  kernel(
    'one of an earlier kernel, without the domain',
    'AMD-Vi: Event logged [IO_PAGE_FAULT device=20:00.0 domain=0x0003 address=0xf4001eef80 flags=0x0010]',
    { code: 'dma-fault', device: '20:00.0', at: '0xf4001eef80', access: 'read', reason: 'page fault' },
  ),
];
