import { iommuFacts, remappingFacts } from './readiness-iommu.ts';
import type { DeviceNode, Evidence } from './readiness-reader.ts';

/**
 * `problem`: devices can't be given to guests, or guests can't be started. `warning`: it works, but worse than it
 * could, or asks for one more step. `unknown`: what would tell it could not be read.
 */
export type ReadinessState = 'ok' | 'warning' | 'problem' | 'unknown';

/** What is checked, and what was found of it. Where there are several outcomes, `finding` tells which. */
export interface ReadinessFacts {
  iommu: {
    finding: 'on' | 'switched-off' | 'not-asked-for' | 'not-in-firmware' | 'not-in-machine' | 'unexplained' | 'unread';
    /** How the field calls the one that is there, or that would be. */
    kind: 'VT-d' | 'AMD-Vi' | 'SMMU' | 'IOMMU';
    units: readonly string[];
    groups: number;
    table?: 'DMAR' | 'IVRS';
    /** Words on the command line that switch it off, or ask for it. */
    words: readonly string[];
    logged?: string;
  };
  'interrupt-remapping': {
    finding: 'on' | 'unsafe' | 'switched-off' | 'off' | 'unseen';
    chips: readonly string[];
    parameters: readonly string[];
    words: readonly string[];
    logged?: string;
  };
  'vfio-pci': { finding: 'builtin' | 'loaded' | 'available' | 'locked-out' | 'missing' | 'unread'; path: string };
  'no-iommu-mode': { parameters: readonly string[]; groups: number };
  denylist: { lines: readonly string[] };
  'kvm-access': {
    finding: 'ok' | 'join-group' | 'log-in-again' | 'denied';
    node: DeviceNode;
    user: string;
  };
  kvm: {
    finding:
      'works' | 'not-tried' | 'no-access' | 'no-cpu-support' | 'not-in-machine' | 'no-module' | 'refused' | 'stuck';
    cpu: Evidence['cpu'];
    modules: Evidence['kvmModules'];
    output: string;
  };
  'virtual-machine': {
    finding: 'bare' | 'guest' | 'unread';
    machine: string;
    nested: Evidence['kvmModules'];
  };
  qemu: ProgramFound & { finding: 'ok' | 'missing' | 'old' | 'not-tried' };
  gdb: ProgramFound & { finding: 'ok' | 'missing' | 'not-tried' };
  memlock: { finding: 'enough' | 'root' | 'raised' | 'unread'; limit: number; needed: number; user: string };
  'vfio-nodes': {
    finding: 'none-yet' | 'ok' | 'container-denied' | 'groups-denied';
    nodes: readonly DeviceNode[];
    user: string;
  };
  hugepages: NonNullable<Evidence['hugePages']> & { finding: 'none' | 'reserved' | 'unread' };
  lockdown: { mode: string };
  sandbox: NonNullable<Evidence['sandbox']>;
}

export type ReadinessCode = keyof ReadinessFacts;

/** One line of the report. */
export type ReadinessItem = {
  [C in ReadinessCode]: { code: C; state: ReadinessState; facts: ReadinessFacts[C] };
}[ReadinessCode];

/** A program that was asked for its version. */
export interface ProgramFound {
  program: string;
  /** Undefined: it isn't there. */
  version?: string;
  /** The oldest version that will do, when this one won't. */
  needed?: string;
}

/** What others have tried on the host; what is left out wasn't tried. */
export interface Trials {
  /** What came of running two instructions under KVM. */
  kvm?: {
    code: 'kvm-works' | 'chosen' | 'no-kvm-device' | 'no-kvm-permission' | 'kvm-refuses' | 'kvm-does-not-run';
    output?: string;
  };
  qemu?: ProgramFound;
  gdb?: ProgramFound;
}

const MIB = 1024 * 1024;
/** What vfio locks beside the guest's memory: firmware, and room for what else QEMU maps. */
export const MEMLOCK_HEADROOM_MIB = 16;

/** All that is to be said of a host, for guests of so much memory. The order is the order of the way to a guest. */
export function readiness(seen: Evidence, trials: Trials, memoryMiB: number): ReadinessItem[] {
  return [
    ...sandboxItems(seen),
    iommuItem(seen),
    remappingItem(seen),
    ...noIommuItems(seen),
    vfioItem(seen),
    ...denylistItems(seen),
    vfioNodesItem(seen),
    memlockItem(seen, (memoryMiB + MEMLOCK_HEADROOM_MIB) * MIB),
    hugePagesItem(seen),
    lockdownItem(seen),
    virtualMachineItem(seen),
    ...kvmAccessItems(seen),
    kvmItem(seen, trials),
    qemuItem(trials.qemu),
    gdbItem(trials.gdb),
  ];
}

function item<C extends ReadinessCode>(code: C, state: ReadinessState, facts: ReadinessFacts[C]): ReadinessItem {
  return { code, state, facts } as ReadinessItem;
}

function iommuItem(seen: Evidence): ReadinessItem {
  const facts = iommuFacts(seen);
  const state = facts.finding === 'on' ? 'ok' : facts.finding === 'unread' ? 'unknown' : 'problem';
  return item('iommu', state, facts);
}

function remappingItem(seen: Evidence): ReadinessItem {
  const facts = remappingFacts(seen);
  const states = { on: 'ok', unsafe: 'warning', 'switched-off': 'problem', off: 'problem', unseen: 'unknown' } as const;
  return item('interrupt-remapping', states[facts.finding], facts);
}

function noIommuItems({ unsafeParameters, noIommuGroups: groups }: Evidence): ReadinessItem[] {
  const parameters = unsafeParameters.filter((path) => path.endsWith('/enable_unsafe_noiommu_mode'));
  return parameters.length + groups === 0 ? [] : [item('no-iommu-mode', 'warning', { parameters, groups })];
}

function vfioItem({ vfioPci, modulesDisabled }: Evidence): ReadinessItem {
  if (!vfioPci) return item('vfio-pci', 'unknown', { finding: 'unread', path: '/lib/modules' });
  const { kind, path } = vfioPci;
  if (kind === 'available' && modulesDisabled) return item('vfio-pci', 'problem', { finding: 'locked-out', path });
  return item('vfio-pci', kind === 'missing' ? 'problem' : 'ok', { finding: kind, path });
}

/** Devices with errata that vfio-pci doesn't take (vfio_pci_is_denylisted of drivers/vfio/pci/vfio_pci.c). */
function denylistItems({ log }: Evidence): ReadinessItem[] {
  const lines = [...new Set(log.lines.filter((line) => line.includes('vfio-pci device denylist')))];
  return lines.length === 0 ? [] : [item('denylist', 'warning', { lines: lines.slice(0, 5) })];
}

function vfioNodesItem({ nodes, user }: Evidence): ReadinessItem {
  const container = nodes.filter(({ path }) => path === '/dev/vfio/vfio');
  const groups = nodes.filter(({ path }) => /^\/dev\/vfio\/\d+$/.test(path));
  const deniedTo = (some: readonly DeviceNode[]): DeviceNode[] => some.filter(({ accessible }) => !accessible);
  const [closed, closedGroups] = [deniedTo(container), deniedTo(groups)];
  if (closed.length > 0) return item('vfio-nodes', 'problem', { finding: 'container-denied', nodes: closed, user });
  if (closedGroups.length > 0)
    return item('vfio-nodes', 'warning', { finding: 'groups-denied', nodes: closedGroups, user });
  return item('vfio-nodes', 'ok', { finding: groups.length > 0 ? 'ok' : 'none-yet', nodes: groups, user });
}

/** Devices may read and write all of a guest's memory at any time, so vfio locks all of it. Root always may. */
function memlockItem({ memlock, uid, user }: Evidence, needed: number): ReadinessItem {
  const facts = { limit: memlock ?? 0, needed, user };
  if (uid === 0) return item('memlock', 'ok', { finding: 'root', ...facts });
  if (memlock === undefined) return item('memlock', 'unknown', { finding: 'unread', ...facts });
  if (memlock >= needed) return item('memlock', 'ok', { finding: 'enough', ...facts });
  return item('memlock', 'warning', { finding: 'raised', ...facts });
}

function hugePagesItem({ hugePages }: Evidence): ReadinessItem {
  if (!hugePages) return item('hugepages', 'unknown', { finding: 'unread', total: 0, free: 0, sizeKiB: 0 });
  return item('hugepages', 'ok', { finding: hugePages.total > 0 ? 'reserved' : 'none', ...hugePages });
}

function lockdownItem({ lockdown: mode }: Evidence): ReadinessItem {
  return item('lockdown', mode === undefined ? 'unknown' : mode === 'none' ? 'ok' : 'warning', { mode: mode ?? '' });
}

function virtualMachineItem({ cpu, machine, kvmModules: nested }: Evidence): ReadinessItem {
  const finding = cpu === undefined ? 'unread' : cpu.hypervisor ? 'guest' : 'bare';
  return item('virtual-machine', cpu === undefined ? 'unknown' : 'ok', { finding, machine, nested });
}

function kvmAccessItems({ nodes, groups, nextGroups, user }: Evidence): ReadinessItem[] {
  const node = nodes.find(({ path }) => path === '/dev/kvm');
  if (!node) return []; // that KVM isn't there is said of KVM itself
  const access = (finding: ReadinessFacts['kvm-access']['finding'], state: ReadinessState): ReadinessItem[] => [
    item('kvm-access', state, { finding, node, user }),
  ];
  if (node.accessible) return access('ok', 'ok');
  const forGroup = (Number.parseInt(node.mode, 8) & 0o060) === 0o060 && node.group !== 'root';
  if (!forGroup || groups.includes(node.group)) return access('denied', 'warning');
  return access(nextGroups.includes(node.group) ? 'log-in-again' : 'join-group', 'warning');
}

function kvmItem({ cpu, kvmModules: modules }: Evidence, { kvm, qemu }: Trials): ReadinessItem {
  const facts = { cpu, modules, output: kvm?.output ?? '' };
  const withoutQemu = qemu !== undefined && qemu.version === undefined;
  switch (kvm?.code) {
    case 'kvm-works':
      return item('kvm', 'ok', { finding: 'works', ...facts });
    case 'no-kvm-device':
      if (cpu === undefined || cpu.virtualization) return item('kvm', 'warning', { finding: 'no-module', ...facts });
      return item('kvm', 'warning', { finding: cpu.hypervisor ? 'not-in-machine' : 'no-cpu-support', ...facts });
    case 'no-kvm-permission':
      return item('kvm', 'unknown', { finding: 'no-access', ...facts });
    case 'kvm-refuses':
      if (withoutQemu) return item('kvm', 'unknown', { finding: 'not-tried', ...facts });
      return item('kvm', 'warning', { finding: 'refused', ...facts });
    case 'kvm-does-not-run':
      return item('kvm', 'warning', { finding: 'stuck', ...facts });
    case 'chosen':
    case undefined:
      return item('kvm', 'unknown', { finding: 'not-tried', ...facts });
  }
}

function qemuItem(found: ProgramFound | undefined): ReadinessItem {
  if (!found) return item('qemu', 'unknown', { finding: 'not-tried', program: 'qemu-system-x86_64' });
  if (found.version === undefined) return item('qemu', 'problem', { finding: 'missing', ...found });
  return item('qemu', found.needed === undefined ? 'ok' : 'problem', {
    finding: found.needed === undefined ? 'ok' : 'old',
    ...found,
  });
}

/** Everything but the debugger works without it. */
function gdbItem(found: ProgramFound | undefined): ReadinessItem {
  if (!found) return item('gdb', 'unknown', { finding: 'not-tried', program: 'gdb' });
  if (found.version === undefined) return item('gdb', 'warning', { finding: 'missing', ...found });
  return item('gdb', 'ok', { finding: 'ok', ...found });
}

/** A Flatpak has no tools of the host; a snap of an editor has, with its own libraries before theirs. */
function sandboxItems({ sandbox }: Evidence): ReadinessItem[] {
  if (!sandbox) return [];
  return [item('sandbox', sandbox.kind === 'flatpak' ? 'problem' : 'warning', sandbox)];
}
