import { l10n } from 'vscode';
import type { DiagnosisCode, DiagnosisFacts } from '../diagnosis/diagnosis.ts';

/** What is the matter, in one sentence; then what to do about it. */
export type CauseAndAdvice = [cause: string, ...advice: string[]];

export type DiagnosisTexts = { [C in DiagnosisCode]: (facts: DiagnosisFacts[C]) => CauseAndAdvice };

const t = l10n.t.bind(l10n);

function short(address: string): string {
  return address.replace(/^0000:/, '');
}

/** The device in the middle of a sentence. */
function it(address: string | undefined): string {
  return address === undefined ? t('the device') : short(address);
}

/** The device at the beginning of one. */
function It(address: string | undefined): string {
  return address === undefined ? t('The device') : short(address);
}

function size(bytes: number): string {
  return bytes >= 2 ** 30 ? `${(bytes / 2 ** 30).toFixed(1)} GiB` : `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}

/** Words for what is the matter with a device of the host's, its driver or its IOMMU group. */
export const hostDiagnosisTexts = {
  'group-not-viable': ({ group }) => [
    t('An endpoint of IOMMU group {0} is still on a driver of the host.', group),
    t('Bind the group: all its endpoints go to vfio-pci. Its bridges may stay on pcieport.'),
  ],
  'no-iommu-group': ({ address }) => [
    t('{0} has no IOMMU group: the IOMMU is off, or does not cover the device.', It(address)),
    t('Switch on VT-d or AMD-Vi in the firmware and, on Intel, intel_iommu=on on the kernel command line.'),
    t('/sys/class/iommu then names the IOMMUs that the kernel uses.'),
  ],
  'no-host-device': ({ address }) => [
    address === undefined ? t('The host has no such device.') : t('The host has no device at {0}.', short(address)),
    t('Addresses change with cards and firmware settings: look for the same vendor, device and slot.'),
  ],
  'group-node-missing': ({ group }) => [
    t('There is no /dev/vfio/{0}: nothing of that IOMMU group is on vfio-pci.', group),
    t('Bind the group. That loads the module vfio-pci as well.'),
  ],
  'group-node-forbidden': ({ group }) => [
    t('/dev/vfio/{0} does not belong to you.', group),
    t('Bind makes it yours; a group that is on vfio-pci already stays there.'),
  ],
  'group-node-busy': ({ group }) => [
    t('Another process has /dev/vfio/{0} open, and a group has one user at a time.', group),
    t('End that process. As root, this names it: fuser -v /dev/vfio/{0}', group),
  ],
  'container-unusable': ({ said }) => [
    t('/dev/vfio/vfio cannot be opened: {0}.', said),
    t('Load the modules vfio and vfio_iommu_type1. The node is open to everybody (mode 0666) by default.'),
  ],
  'device-not-given': ({ address, group, problem, said }) => [
    t('vfio does not hand out {0} of group {1}: {2}.', it(address), group, said),
    givenAdvice(problem),
  ],
  'memory-lock-limit': ({ size: region, limit }) => [
    limit !== undefined
      ? t('QEMU may lock only {0}, and the device can reach all memory of the guest.', size(limit))
      : region !== undefined
        ? t('QEMU may not lock {0} of the memory of the guest, all of which the device can reach.', size(region))
        : t('QEMU may not lock the memory of the guest, all of which the device can reach.'),
    t('Allow the memory of the guest and 16 MiB (ulimit -l; memlock in limits.conf), or give the guest less.'),
    t('With an IOMMU inside the guest that counts once for each device.'),
  ],
  'iommufd-memory': () => [
    t('iommufd counts the BARs of devices as memory that QEMU locks, and they do not fit into the limit.'),
    t('Leave iommufd out, which makes QEMU use a vfio container, or raise the limit by the size of the BARs.'),
  ],
  'no-interrupt-remapping': () => [
    t('The host does not remap interrupts, so vfio refuses: a guest could raise any interrupt of the host.'),
    t('Look in the firmware for interrupt remapping or x2APIC, and for a firmware update.'),
    t('Last resort: vfio_iommu_type1.allow_unsafe_interrupts=1. A guest can then inject interrupts into the host.'),
  ],
  'firmware-reserved-memory': ({ address }) => [
    t('The firmware has reserved memory for {0} (RMRR), so the kernel does not let go of it.', it(address)),
    t('Use another slot, or a firmware option that gives the reservation up. Nothing on this side can lift it.'),
  ],
  'iommu-refused': ({ group }) => [
    group === undefined
      ? t('The kernel does not put the IOMMU group behind the IOMMU.')
      : t('The kernel does not put IOMMU group {0} behind the IOMMU.', group),
    t('Either interrupts are not remapped, or the firmware has reserved memory for the device (RMRR).'),
    t('The kernel log says which: sudo dmesg | grep -e vfio -e DMAR -e AMD-Vi'),
  ],
  'address-too-wide': ({ at }) => [
    at === undefined
      ? t('The guest has memory where the IOMMU of the host does not reach.')
      : t('The guest has memory at {0}, where the IOMMU of the host does not reach.', at),
    t('Give its CPU fewer physical address bits: -cpu host,host-phys-bits-limit=39'),
  ],
  'bar-reserved': ({ address, bar, range }) => [
    t(
      'The host itself uses BAR {0} of {1} ({2}), most likely for the framebuffer of its boot.',
      bar,
      it(address),
      range,
    ),
    t('Pass another display on, or boot the host with initcall_blacklist=sysfb_init.'),
  ],
  'reset-incomplete': ({ address, group }) => [
    group === undefined
      ? t('{0} cannot be reset, so the guest may find it in any state.', It(address))
      : t('{0} can be reset only together with IOMMU group {1}, which the guest does not have.', It(address), group),
    t('QEMU starts all the same. What shares the bus can be passed on too, so that it can be reset.'),
  ],
  'does-not-wake': ({ address, after }) => [
    after === undefined || after === 'resume'
      ? t('{0} does not wake from its power state.', It(address))
      : t('{0} did not come back after its reset ({1}).', It(address), after),
    t('Power the host off and on: a reboot may not be enough.'),
    t('To prevent it: 0 into d3cold_allowed of the device, and disable_idle_d3=1 for the module vfio-pci.'),
  ],
  'unbind-blocked': ({ address, pid }) => [
    pid === undefined
      ? t('The driver of {0} waits until nobody uses the device any more.', it(address))
      : t('Process {0} waits in the kernel for {1}, which is still in use.', pid, it(address)),
    t('End what uses the device: QEMU, a display server, a file system. Signals do not end the wait.'),
  ],
  'group-held': ({ group, pid }) => [
    t('Process {0} has IOMMU group {1} open.', pid, group),
    t('End it first: until then the kernel would not come back from taking the device away.'),
  ],
  'new-id-known': ({ driver }) => [
    t('{0} has these ids already, so new_id changes nothing.', driver),
    t('Name the one device: {0} into its driver_override, its address into drivers_probe. Bind does that.', driver),
  ],
  'bind-refused': ({ driver }) => [
    t('{0} does not take the device, which is gone, has other ids, or has no IOMMU group.', driver),
    t('Name the one device: {0} into its driver_override, its address into drivers_probe. Bind does that.', driver),
  ],
  'bind-busy': ({ driver }) => [
    t('{0} does not get the device, which has a driver or is reserved for another by driver_override.', driver),
    t('Clear driver_override, look at the driver link, then write the address to drivers_probe. Release does that.'),
  ],
  'probe-took-nothing': ({ address, driver, wanted }) => [
    driver === undefined
      ? t('{0} did not take {1}, although the kernel reported success.', wanted, it(address))
      : t('{0} has {1} instead of {2}, although the kernel reported success.', driver, it(address), wanted),
    ...(wanted === 'vfio-pci'
      ? [t('vfio-pci takes no bridges, nothing without an IOMMU group, and nothing with known errata.')]
      : []),
    t('The kernel log has the reason: sudo dmesg | grep {0}', wanted),
  ],
  'driver-stayed': ({ address, driver }) => [
    t('{0} has not let go of {1}, although the kernel reported success.', driver, it(address)),
    t('Something still uses the device. End that, and try again.'),
  ],
  'driver-changed': ({ address, driver, expected }) => [
    t('Somebody has changed the driver of {0} meanwhile: {1}, not {2}.', it(address), driver ?? t('none'), expected),
    t('Look at the device again, then decide anew.'),
  ],
  'driver-misspelt': ({ written, driver }) => [
    t('There is no driver {0}: that is the module, and its driver is {1}.', written, driver),
    t('Write to /sys/bus/pci/drivers/{0}.', driver),
  ],
  'module-builtin': ({ module }) => [
    t('{0} is part of the kernel, so there is nothing to load or unload.', module),
    t('All is well where /sys/bus/pci/drivers/vfio-pci exists.'),
  ],
  'module-missing': ({ module }) => [
    t('The kernel that runs has no module {0}.', module),
    t('Reboot if another kernel has been installed since; else install the package with its modules.'),
  ],
  'device-gone': ({ address }) => [
    t('{0} is not there any more.', It(address)),
    t('It was removed, or its virtual functions were taken back. Look for it in the view.'),
  ],
  'probe-refused': ({ address, error }) => [
    t('vfio-pci refused {0} (error {1}).', it(address), error),
    t('Error -22 means a bridge, which may stay on pcieport, or a device without an IOMMU group.'),
  ],
  'rom-unreadable': ({ address }) => [
    t('The option ROM of {0} cannot be read, or is none.', it(address)),
    t('Without a ROM (rombar=0) all but displays and boot devices work the same.'),
  ],
  'dma-fault': ({ device, at, access, reason }) => [
    access === undefined
      ? t('The IOMMU stopped {0} at {1}: {2}.', short(device), at, reason)
      : access === 'read'
        ? t('The IOMMU stopped {0} from reading at {1}: {2}.', short(device), at, reason)
        : t('The IOMMU stopped {0} from writing to {1}: {2}.', short(device), at, reason),
    t('Most likely the driver in the guest gave its device an address that is no memory of the guest.'),
    t('The memory of the guest: info mtree -f in the monitor of QEMU. Compare it with rings and buffers.'),
  ],
  'notes-full': ({ directory }) => [
    t('There is no room in {0} for the note of what the device had, so nothing is touched.', directory),
    t('Make room there: df {0}', directory),
  ],
  'sriov-refused': ({ address, problem }) => {
    const { cause, advice } = sriovProblem(problem);
    return [t('{0} does not get its virtual functions: {1}.', It(address), cause), advice];
  },
  'device-denied': ({ address, ids }) => [
    t('The kernel keeps {0} from guests: {1} has errata that a guest could exploit.', it(address), ids),
    t('Use one of its virtual functions, or another device.'),
  ],
  'config-locked': () => [
    t('Secure Boot keeps programs from writing to PCI configuration space by themselves.'),
    t('vfio is not affected: devices can be passed on.'),
  ],
  'no-iommu-mode': ({ address }) => [
    t('vfio has taken {0} without an IOMMU: its DMA reaches all memory of the host.', it(address)),
    t('QEMU cannot use that. Turn the IOMMU on, or use another host.'),
  ],
  'kvm-forbidden': () => [
    t('You may not use /dev/kvm, which belongs to the group kvm.'),
    t('sudo usermod -aG kvm $USER, then log in again. Or set barrelfish.qemu.accelerator to tcg.'),
  ],
  'editor-in-sandbox': ({ program }) => [
    t('VS Code runs as a Flatpak, which hides {0} and the devices of this machine.', program),
    t('Install the package of VS Code itself (.deb, .rpm, .tar.gz), or add this machine as a host over ssh.'),
  ],
} satisfies Partial<DiagnosisTexts>;

function givenAdvice(problem: DiagnosisFacts['device-not-given']['problem']): string {
  switch (problem) {
    case 'gone':
      return t('It is gone, not on vfio-pci, or needs a reset. Bind it again, else power the host off and on.');
    case 'busy':
      return t('Another process has it open. End that one first.');
    case 'token':
      return t('It is a virtual function, and its physical function on vfio-pci wants a token (vf-token).');
    case 'other':
      return t('The kernel log has the reason: sudo dmesg | grep vfio');
  }
}

function sriovProblem(problem: DiagnosisFacts['sriov-refused']['problem']): { cause: string; advice: string } {
  switch (problem) {
    case 'driver':
      return { cause: t('it has no driver that makes them'), advice: t('Give it back to the driver of its maker.') };
    case 'too-many':
      return {
        cause: t('it does not have that many'),
        advice: t('sriov_totalvfs in its sysfs directory is the limit.'),
      };
    case 'forbidden':
      return {
        cause: t('sriov_numvfs cannot be written'),
        advice: t('That takes root, and a sysfs that is not read-only as in containers.'),
      };
    case 'exhausted':
      return {
        cause: t('interrupts (MSI-X) or bus numbers are used up'),
        advice: t('Ask for fewer, or boot the host with pci=assign-busses.'),
      };
    case 'already-set':
      return { cause: t('it has another number of them'), advice: t('Set the number to 0 first.') };
    case 'no-addresses':
      return {
        cause: t('there are no addresses for their BARs'),
        advice: t('Switch on Above 4G Decoding and SR-IOV in the firmware.'),
      };
  }
}
