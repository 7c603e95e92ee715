import type { HostFacts } from '../host/facts.ts';

type Cpu = HostFacts['cpu'];

/**
 * The argument that makes the kernel use the IOMMU (Documentation/admin-guide/kernel-parameters.txt). AMD's is used by
 * default, and there is no argument to ask for it.
 */
export const KERNEL_ARGUMENT = 'intel_iommu=on';

function firmware(cpu: Cpu): string {
  return cpu === 'amd'
    ? 'AMD-Vi (often called IOMMU)'
    : 'VT-d (also called Intel Virtualization Technology for Directed I/O)';
}

function commandLineStep(cpu: Cpu, commandLine: string): string {
  const words = commandLine.split(/\s+/);
  const off = words.filter((word) => /^(?:amd_iommu|intel_iommu|iommu)=off$/.test(word));
  if (off.length > 0) return `Take away \`${off.join(' ')}\`: it switches the IOMMU off.`;
  if (cpu === 'amd') return 'The kernel uses AMD-Vi by itself once the firmware offers it: nothing has to be added.';
  if (words.includes(KERNEL_ARGUMENT))
    return `\`${KERNEL_ARGUMENT}\` is there already, so the firmware is what is missing.`;
  return `Add \`${KERNEL_ARGUMENT}\`.`;
}

/** What a person does, in order, with what the host says today. */
export function iommuSteps(cpu: Cpu, commandLine: string): string {
  return `# Turn the IOMMU on

A device can be given to a guest only where an IOMMU keeps its memory accesses inside the guest. The kernel of this host
uses none: \`/sys/class/iommu\` is empty.

## 1. Firmware

In the firmware set-up (BIOS, UEFI), switch on ${firmware(cpu)}. Save, and power the machine off and on once.

    sudo dmesg | grep -e DMAR -e IOMMU -e AMD-Vi

shows a line about it when the firmware offers it.

## 2. Kernel command line

${commandLineStep(cpu, commandLine)} This host booted with:

    ${commandLine.trim()}

With GRUB: change \`GRUB_CMDLINE_LINUX_DEFAULT\` in \`/etc/default/grub\`, then

    sudo update-grub

With systemd-boot: change \`/etc/kernel/cmdline\` (or the entry in \`/boot/loader/entries\`), then

    sudo kernel-install add "$(uname -r)" "/boot/vmlinuz-$(uname -r)"

## 3. Reboot

    sudo reboot

The devices then show with their IOMMU groups.

## If binding works but QEMU says "No interrupt remapping support"

Look for a firmware update first. As a last resort, \`vfio_iommu_type1.allow_unsafe_interrupts=1\` on the kernel command
line lets QEMU start all the same; a guest can then inject interrupts into the host.
`;
}
