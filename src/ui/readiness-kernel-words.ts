import { l10n } from 'vscode';
import { quote } from '../guest/shell-script.ts';
import type { ReadinessFacts } from '../host/readiness.ts';

/** What was seen, what it means and what helps. */
export interface Words {
  /** What was seen, and where. */
  evidence: string;
  todo?: string;
  /** Commands that do it, for a shell on the host. */
  commands?: readonly string[];
}

const t = l10n.t.bind(l10n);

/** What there is of some facts, side by side. */
export function list(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join(' · ');
}

const ACPI_TABLES = '/sys/firmware/acpi/tables';
const LOG_COMMAND = 'sudo dmesg | grep -e DMAR -e AMD-Vi -e IOMMU';

function inFirmware(kind: ReadinessFacts['iommu']['kind'], asked: boolean): string {
  const after = t('Then power the machine off and on.');
  if (kind === 'AMD-Vi')
    return `${t('Switch on AMD-Vi (often called IOMMU) in the firmware set-up; the kernel then uses it by itself.')} ${after}`;
  if (kind !== 'VT-d') return t('Switch on the IOMMU in the firmware set-up, if the machine has one.');
  const firmware = t('Switch on VT-d (Virtualization Technology for Directed I/O) in the firmware set-up.');
  return asked ? `${firmware} ${after}` : `${firmware} ${t('Add intel_iommu=on to the kernel command line.')} ${after}`;
}

export function iommuWords({
  finding,
  kind,
  units,
  groups,
  table,
  words: args,
  logged,
}: ReadinessFacts['iommu']): Words {
  const commandLine = args.length > 0 ? `/proc/cmdline: ${args.join(' ')}` : '';
  const empty = t('/sys/kernel/iommu_groups is empty');
  const noTable = t('no DMAR or IVRS in {0}', ACPI_TABLES);
  switch (finding) {
    case 'on':
      return {
        evidence: list(
          t('{0}, {1} groups', kind, groups),
          `/sys/class/iommu: ${units.join(', ')}`,
          commandLine,
          logged,
        ),
      };
    case 'switched-off':
      return {
        evidence: list(commandLine, empty),
        todo: t('The kernel command line switches the IOMMU off. Take that away, then reboot.'),
      };
    case 'not-asked-for':
      return {
        evidence: list(
          table === undefined ? empty : `${ACPI_TABLES}/${table}`,
          t('no intel_iommu=on in /proc/cmdline'),
          logged,
        ),
        todo: t(
          'The kernel was not told to use VT-d: add intel_iommu=on to its command line, then reboot. With iommu=pt beside it (optional) the devices that stay with the host are not slowed down.',
        ),
      };
    case 'not-in-firmware':
      return { evidence: list(noTable, commandLine), todo: inFirmware(kind, args.length > 0) };
    case 'not-in-machine':
      return {
        evidence: list(t('a virtual machine'), noTable, commandLine),
        todo: t(
          'This host is a virtual machine without an IOMMU. Whoever runs it can give it one; with QEMU: {0}',
          '-machine q35,kernel-irqchip=split -device intel-iommu,intremap=on,caching-mode=on',
        ),
      };
    case 'unexplained':
      return {
        evidence: list(empty, table === undefined ? '' : `${ACPI_TABLES}/${table}`, commandLine, logged),
        todo: t('Nothing of this says why the kernel uses no IOMMU. Its log may.'),
        commands: [LOG_COMMAND],
      };
    case 'unread':
      return { evidence: t('neither /proc/cmdline nor {0} could be read', ACPI_TABLES) };
  }
}

export function remappingWords(facts: ReadinessFacts['interrupt-remapping']): Words {
  const { finding, parameters, words: args, logged } = facts;
  const chips = facts.chips.length > 0 ? `/proc/interrupts: ${facts.chips.join(', ')}` : '';
  switch (finding) {
    case 'on':
      return { evidence: list(chips, logged) };
    case 'unsafe':
      return {
        evidence: list(parameters.map((path) => `${path} = Y`).join(', '), chips),
        todo: t(
          'QEMU starts although interrupts are not remapped: a guest can inject interrupts into the host. Look for a firmware update or option.',
        ),
      };
    case 'switched-off':
      return {
        evidence: list(`/proc/cmdline: ${args.join(' ')}`, chips),
        todo: t('The kernel command line switches interrupt remapping off. Take that away, then reboot.'),
      };
    case 'off':
      return {
        evidence: chips,
        todo: t(
          'QEMU will say "No interrupt remapping support". Look for a firmware update or option first. As a last resort vfio_iommu_type1.allow_unsafe_interrupts=1 on the kernel command line lets it start; a guest can then inject interrupts into the host.',
        ),
      };
    case 'unseen':
      return {
        evidence: chips || t('/proc/interrupts names no chips that would tell'),
        todo: t('It can be told once the IOMMU is on.'),
      };
  }
}

export function vfioWords({ finding, path }: ReadinessFacts['vfio-pci']): Words {
  switch (finding) {
    case 'builtin':
      return { evidence: list(t('built in'), path) };
    case 'loaded':
      return { evidence: list(t('loaded'), path) };
    case 'available':
      return { evidence: list(t('not loaded'), path), todo: t('Bind loads it.') };
    case 'locked-out':
      return {
        evidence: list(t('not loaded'), '/proc/sys/kernel/modules_disabled: 1'),
        todo: t('The kernel loads no more modules until it is booted anew without that.'),
      };
    case 'missing':
      return {
        evidence: t('not in {0}', path),
        todo: t(
          'This kernel has no vfio-pci. Kernels for clouds leave it out: install the general one (Debian: linux-image-amd64), or the rest of its modules (Ubuntu: linux-modules-extra).',
        ),
      };
    case 'unread':
      return { evidence: t('{0} has nothing of the kernel that runs', path) };
  }
}

export function noIommuWords({ parameters, groups }: ReadinessFacts['no-iommu-mode']): Words {
  return {
    evidence: list(
      ...parameters.map((path) => `${path} = Y`),
      groups > 0 ? t('{0} groups without an IOMMU', groups) : '',
    ),
    todo: t('vfio then gives out devices whose memory accesses nothing confines. QEMU cannot use them.'),
  };
}

export function denylistWords({ lines }: ReadinessFacts['denylist']): Words {
  return {
    evidence: lines.join(' · '),
    todo: t(
      'The kernel keeps these devices from guests because of their errata. Choose a virtual function or another device.',
    ),
  };
}

export function vfioNodesWords({ finding, nodes, user }: ReadinessFacts['vfio-nodes']): Words {
  const evidence = nodes.map(({ path, owner, group, mode }) => `${path} ${owner}:${group} ${mode}`).join(', ');
  const paths = nodes.map(({ path }) => quote(path)).join(' ');
  switch (finding) {
    case 'none-yet':
      return { evidence: t('no group in /dev/vfio'), todo: t('Bind makes one, and gives it to you.') };
    case 'ok':
      return { evidence };
    case 'container-denied':
      return {
        evidence,
        todo: t('Everybody may open it as udev makes it: it gives access to nothing by itself.'),
        commands: [`sudo chmod 666 ${paths}`],
      };
    case 'groups-denied':
      return {
        evidence,
        todo: t('These devices were bound by somebody else. Release them and bind them here, or take their groups.'),
        commands: [`sudo chown ${quote(user)} ${paths}`],
      };
  }
}

export function lockdownWords({ mode }: ReadinessFacts['lockdown']): Words {
  const path = '/sys/kernel/security/lockdown';
  if (mode === '') return { evidence: t('{0} could not be read', path) };
  if (mode === 'none') return { evidence: `${path}: ${mode}` };
  return {
    evidence: `${path}: ${mode}`,
    todo: t(
      'With Secure Boot the kernel lets nobody write configuration space or map registers through sysfs. Giving devices to guests works all the same.',
    ),
  };
}
