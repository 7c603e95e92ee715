/** The kernel argument that switches the IOMMU on, where the firmware offers one (kernel-parameters.txt). */
export function kernelArgument(cpu: 'intel' | 'amd' | 'other'): string {
  return cpu === 'amd' ? 'amd_iommu=on' : 'intel_iommu=on';
}

/** What a person does, in order, with what the host says today. */
export function iommuSteps(cpu: 'intel' | 'amd' | 'other', commandLine: string): string {
  const argument = kernelArgument(cpu);
  const firmware =
    cpu === 'amd'
      ? 'AMD-Vi (also called IOMMU), and SVM'
      : 'VT-d (also called Intel Virtualization Technology for Directed I/O), and VT-x';
  const already = commandLine.split(/\s+/).includes(argument);
  return `# Turn the IOMMU on

A device can be given to a guest only where an IOMMU keeps its memory accesses inside the guest.
The kernel of this host uses none: \`/sys/class/iommu\` is empty.

## 1. Firmware

In the firmware set-up (BIOS, UEFI), switch on ${firmware}. Save, and power the machine off and on once.

    dmesg | grep -e DMAR -e IOMMU -e AMD-Vi

shows a line about it when the firmware offers it.

## 2. Kernel command line

${already ? `\`${argument}\` is there already, so the firmware is what is missing.` : `Add \`${argument}\`.`} This host booted with:

    ${commandLine.trim()}

With GRUB: add it to \`GRUB_CMDLINE_LINUX_DEFAULT\` in \`/etc/default/grub\`, then

    sudo update-grub

With systemd-boot: add it to \`/etc/kernel/cmdline\` (or to the entry in \`/boot/loader/entries\`), then

    sudo kernel-install add "$(uname -r)" "/boot/vmlinuz-$(uname -r)"

## 3. Reboot

    sudo reboot

The devices then show with their IOMMU groups.

## If binding works but QEMU says "No interrupt remapping support"

Look for a firmware update first. As a last resort, \`vfio_iommu_type1.allow_unsafe_interrupts=1\` on the kernel command
line lets QEMU start all the same; a guest can then inject interrupts into the host.
`;
}
