import { l10n } from 'vscode';
import { quote } from '../guest/shell-script.ts';
import type { ReadinessCode, ReadinessFacts, ReadinessItem, ReadinessState } from '../host/readiness.ts';
import { formatBytes } from './device-row.ts';
import {
  denylistWords,
  iommuWords,
  list,
  lockdownWords,
  noIommuWords,
  remappingWords,
  vfioNodesWords,
  vfioWords,
  type Words,
} from './readiness-kernel-words.ts';

/** An item of the host's check in words: plain text, each a line without control characters. */
interface ReadinessWords extends Words {
  title: string;
}

const t = l10n.t.bind(l10n);

const LONGEST = 400;
/** Control characters but the tab, and those that reorder text or show nothing (Unicode: Bidi_Control, U+200B …). */
const UNPRINTABLE = /(?!\t)[\p{Cc}\p{Zl}\p{Zp}\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;

/** A string of the host's as one line in which nothing is hidden, cut where it is longer than anybody reads. */
export function printable(text: string, longest = LONGEST): string {
  const shown = text.replace(UNPRINTABLE, (character) => `\\x${(character.codePointAt(0) ?? 0).toString(16)}`);
  return shown.length > longest ? `${shown.slice(0, longest)}…` : shown;
}

export function readinessWords(item: ReadinessItem): ReadinessWords {
  // The table has the facts' type for each code; an item keeps code and facts together.
  const { evidence, todo, commands } = (words[item.code] as (facts: unknown) => Words)(item.facts);
  return {
    title: titles[item.code](),
    evidence: printable(evidence),
    ...(todo === undefined ? {} : { todo: printable(todo) }),
    // Half a command would be another one.
    ...(commands === undefined ? {} : { commands: commands.map((command) => printable(command, Infinity)) }),
  };
}

export function stateWord(state: ReadinessState): string {
  return { ok: t('ok'), warning: t('warning'), problem: t('problem'), unknown: t('unknown') }[state];
}

const titles: Record<ReadinessCode, () => string> = {
  iommu: () => 'IOMMU',
  'interrupt-remapping': () => t('Interrupt remapping'),
  'vfio-pci': () => 'vfio-pci',
  'no-iommu-mode': () => t('No-IOMMU mode'),
  denylist: () => t('Denied devices'),
  'kvm-access': () => t('Access to KVM'),
  kvm: () => 'KVM',
  'virtual-machine': () => t('Machine'),
  qemu: () => 'QEMU',
  gdb: () => 'gdb',
  memlock: () => t('Memory lock limit'),
  'vfio-nodes': () => t('Access to groups'),
  hugepages: () => t('Huge pages'),
  lockdown: () => t('Kernel lockdown'),
  sandbox: () => t('Sandbox'),
};

function kvmAccessWords({ finding, node, user }: ReadinessFacts['kvm-access']): Words {
  const evidence = `${node.path} ${node.owner}:${node.group} ${node.mode}`;
  switch (finding) {
    case 'ok':
      return { evidence };
    case 'join-group':
      return {
        evidence: list(evidence, t('{0} is not in {1}', user, node.group)),
        todo: t('Guests are emulated until you join the group {0} and log in again.', node.group),
        commands: [`sudo usermod -aG ${quote(node.group)} ${quote(user)}`],
      };
    case 'log-in-again':
      return {
        evidence: list(evidence, t('{0} is in {1} from the next session on', user, node.group)),
        todo: t('Log in again: sessions keep the groups that they began with. Guests are emulated until then.'),
      };
    case 'denied':
      return {
        evidence: list(evidence, t('not for {0}', user)),
        todo: t('Guests are emulated, as this user may not open it. A udev rule gives it to the group kvm.'),
      };
  }
}

function kvmWords({ finding, cpu, modules, output }: ReadinessFacts['kvm']): Words {
  const flag = cpu?.virtualization === undefined ? '' : `/proc/cpuinfo: ${cpu.virtualization}`;
  const emulated = t('Guests are emulated, which is slower.');
  const seen = list(flag, modules.map(({ name }) => name).join(', '));
  const said = output.trim().split('\n');
  const reason = said.find((line) => /error|failed|could not/i.test(line)) ?? said.at(-1);
  switch (finding) {
    case 'works':
      return { evidence: list(t('runs guests'), seen) };
    case 'not-tried':
      return { evidence: list(t('not tried'), seen) };
    case 'no-access':
      return { evidence: list(t('not tried without access to it'), seen) };
    case 'no-cpu-support':
      return {
        evidence: list(t('no /dev/kvm'), t('neither vmx nor svm in /proc/cpuinfo')),
        todo: `${emulated} ${t('Virtualization (VT-x, SVM) can be switched on in the firmware set-up.')}`,
      };
    case 'not-in-machine':
      return {
        evidence: list(t('no /dev/kvm'), t('neither vmx nor svm in /proc/cpuinfo')),
        todo: `${emulated} ${t('The hypervisor of this virtual machine would have to allow nested ones.')}`,
      };
    case 'no-module':
      return {
        evidence: list(t('no /dev/kvm'), seen),
        todo: `${emulated} ${t("The kernel's module is not loaded, or the firmware has virtualization switched off.")}`,
        ...(cpu?.virtualization === undefined
          ? {}
          : { commands: [`sudo modprobe ${cpu.virtualization === 'svm' ? 'kvm_amd' : 'kvm_intel'}`] }),
      };
    case 'refused':
      return { evidence: list(t('QEMU could not make a virtual machine'), reason), todo: emulated };
    case 'stuck':
      return { evidence: list(t('a virtual machine was made, but executed nothing'), reason), todo: emulated };
  }
}

function machineWords({ finding, machine, nested }: ReadinessFacts['virtual-machine']): Words {
  const modules = nested.map((each) => (each.nested === '' ? each.name : `${each.name} nested=${each.nested}`));
  const seen = list(machine, modules.join(', '));
  if (finding === 'unread') return { evidence: list(t('/proc/cpuinfo could not be read'), seen) };
  if (finding === 'bare') return { evidence: list(t('no hypervisor in /proc/cpuinfo'), seen) };
  return {
    evidence: list(t('a virtual machine: hypervisor in /proc/cpuinfo'), seen),
    todo: t(
      'It has the devices that its hypervisor gives it. KVM inside is nested; if breakpoints do not stop a guest there, set barrelfish.qemu.accelerator to tcg.',
    ),
  };
}

function programWords({ finding, program, version, needed }: ReadinessFacts['qemu'] | ReadinessFacts['gdb']): Words {
  switch (finding) {
    case 'ok':
      return { evidence: list(version, program) };
    case 'old':
      return { evidence: list(version, program), todo: t('Version {0} or newer is needed.', needed ?? '') };
    case 'missing':
      return { evidence: t('{0} is not there', program), todo: t('Install it, or set its path.') };
    case 'not-tried':
      return { evidence: t('{0} was not asked', program) };
  }
}

function memlockWords({ finding, limit, needed, user }: ReadinessFacts['memlock']): Words {
  const kib = Math.ceil(needed / 1024).toString();
  const least = `${Math.ceil(needed / 1024 / 1024).toString()} MiB`;
  const seen = `/proc/self/limits: ${limit === Infinity ? t('unlimited') : formatBytes(limit)}`;
  switch (finding) {
    case 'root':
      return { evidence: t('root may lock all memory') };
    case 'unread':
      return { evidence: t('/proc/self/limits could not be read') };
    case 'enough':
      return { evidence: list(seen, t('a guest needs {0}', least)) };
    case 'raised':
      return {
        evidence: list(seen, t('a guest needs {0}', least)),
        todo: t('Boot raises it for QEMU, with root rights. This does away with that from the next session on:'),
        commands: [`echo ${quote(`${user} - memlock ${kib}`)} | sudo tee /etc/security/limits.d/90-barrelfish.conf`],
      };
  }
}

function hugePagesWords({ finding, total, free, sizeKiB }: ReadinessFacts['hugepages']): Words {
  const size = formatBytes(sizeKiB * 1024);
  switch (finding) {
    case 'unread':
      return { evidence: t('/proc/meminfo could not be read') };
    case 'none':
      return { evidence: t('/proc/meminfo: none reserved, and none needed') };
    case 'reserved':
      return { evidence: t('/proc/meminfo: {0} of {1} free, {2} each', free, total, size) };
  }
}

function sandboxWords({ kind, evidence }: ReadinessFacts['sandbox']): Words {
  switch (kind) {
    case 'flatpak':
      return {
        evidence,
        todo: t(
          "VS Code runs as a Flatpak, and sees neither the host's programs nor its devices. Install the package of the distribution (code) or of code.visualstudio.com, or add this machine over ssh.",
        ),
      };
    case 'snap':
      return {
        evidence,
        todo: t(
          'VS Code runs as a snap: it starts programs of the host with libraries of its own. If QEMU or gdb end at once, install the package of code.visualstudio.com.',
        ),
      };
    case 'container':
      return {
        evidence,
        todo: t(
          'This is a container: it has only the devices and nodes that it was given. Run the extension on the machine itself, or add that over ssh.',
        ),
      };
  }
}

const words: { [C in ReadinessCode]: (facts: ReadinessFacts[C]) => Words } = {
  iommu: iommuWords,
  'interrupt-remapping': remappingWords,
  'vfio-pci': vfioWords,
  'no-iommu-mode': noIommuWords,
  denylist: denylistWords,
  'kvm-access': kvmAccessWords,
  kvm: kvmWords,
  'virtual-machine': machineWords,
  qemu: programWords,
  gdb: programWords,
  memlock: memlockWords,
  'vfio-nodes': vfioNodesWords,
  hugepages: hugePagesWords,
  lockdown: lockdownWords,
  sandbox: sandboxWords,
};
