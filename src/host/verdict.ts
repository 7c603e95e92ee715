import type { HostFacts } from './facts.ts';
import type { PciAddress } from './pci-address.ts';
import { endpointsOf, isOnVfio, VFIO_DRIVER, type PciFunction, type Snapshot, type Use } from './snapshot.ts';

/** Why a device must not be taken, or what happens when it is. The address tells whose reason it is. */
export type Reason = { address: PciAddress } & (
  | { code: 'bridge' }
  | { code: 'no-group' }
  /** The root of the PCI hierarchy: an endpoint by its header, but not a device that anybody could use. */
  | { code: 'host-bridge' }
  | { code: 'mounted'; device: string; points: readonly string[] }
  | { code: 'swap'; devices: readonly string[] }
  | { code: 'holders'; device: string; holders: readonly string[] }
  /** Nothing of it is in use, but it isn't empty either. */
  | { code: 'holds-data'; device: string; contents: readonly string[] }
  | { code: 'carries-ssh'; interface: string }
  | { code: 'default-route'; interface: string }
  | { code: 'boot-vga' }
  | { code: 'only-display'; card: string }
  /** The user has said so. */
  | { code: 'kept' }
  /** The firmware keeps memory for a device of the group, so the kernel lets no guest have it. */
  | { code: 'firmware-memory'; ranges: readonly string[] }
  /** vfio-pci refuses devices with these ids, for their errata. */
  | { code: 'denied'; ids: string }
  | { code: 'held'; pid: number; command: string }
  /** Somebody has it by this extension; `since` in seconds since 1970, `from` the machine with their editor. */
  | { code: 'taken'; user: string; since: number; from: string | undefined }
  /** Somebody is about to take it or to give it back. */
  | { code: 'changing'; user: string; from: string | undefined }
  /** Somebody was, and did not get to the end. */
  | { code: 'interrupted'; user: string; from: string | undefined }
  /** A newer version of this extension has written the note about it, in a form that this one can't read. */
  | { code: 'newer-note' }
  /** `above`: bonds, bridges and the like that lose it. */
  | { code: 'interface-goes-down'; interface: string; addresses: readonly string[]; above: readonly string[] }
  | { code: 'disk-goes-away'; device: string }
  | { code: 'input-goes-away'; name: string }
  | { code: 'display-goes-dark'; card: string }
  | { code: 'no-reset' }
  /** It is on vfio-pci, but this one of its group is not: a guest can have neither. */
  | { code: 'sibling-elsewhere'; sibling: PciAddress; driver: string | undefined }
  /** These are taken with it: nothing keeps them apart. `bridges` are what they are behind, and have no ACS. */
  | { code: 'shared-group'; others: readonly PciAddress[]; bridges: readonly PciAddress[] }
  | { code: 'virtual-functions'; count: number }
);

/** `take`: nothing speaks against it. `caution`: something of the host's stops. `refuse`: somebody would lose something. */
export interface Verdict {
  level: 'take' | 'caution' | 'refuse';
  /** The gravest first. */
  reasons: readonly Reason[];
}

/** `never`: it can't be done, or the host would not survive it. `typed`: only for who types the device's address. */
const REFUSALS: Partial<Record<Reason['code'], 'never' | 'typed'>> = {
  bridge: 'never',
  'no-group': 'never',
  'host-bridge': 'never',
  swap: 'never',
  held: 'never',
  taken: 'never',
  changing: 'never',
  interrupted: 'never',
  'newer-note': 'never',
  kept: 'never',
  'firmware-memory': 'never',
  mounted: 'typed',
  holders: 'typed',
  'holds-data': 'typed',
  'carries-ssh': 'typed',
  'default-route': 'typed',
  'boot-vga': 'typed',
  'only-display': 'typed',
  denied: 'typed',
};

/** vfio_pci_dev_in_denylist() of the kernel's drivers/vfio/pci/vfio_pci.c: QAT of three generations, DSA and IAX. */
const DENIED_OF_INTEL: ReadonlySet<string> = new Set(['0435', '0443', '19e2', '19e3', '37c8', '37c9', '0b25', '0cfe']);

/** What the host runs from: without it the way back can't be gone either. */
const SYSTEM_MOUNTS = /^\/(?:$|(?:boot|etc|home|lib\w*|opt|root|s?bin|srv|usr|var)(?:$|\/))/;

/** An interface that carries nothing, and the like: worth saying, but nothing is lost. */
function isRemark(reason: Reason): boolean {
  if (reason.code === 'interface-goes-down') return reason.addresses.length + reason.above.length === 0;
  return reason.code === 'shared-group';
}

export function isRefusal(reason: Reason): boolean {
  return reason.code in REFUSALS;
}

/** A refusal that gives way to somebody who types the device's address. */
export function isOverridable(reason: Reason): boolean {
  if (reason.code === 'mounted' && reason.points.some((point) => SYSTEM_MOUNTS.test(point))) return false;
  return REFUSALS[reason.code] === 'typed';
}

/**
 * May this device be taken from the host? Computed from the snapshot alone. The functions of an IOMMU group go
 * together, so the group's reasons are the device's.
 */
export function verdictOf(snapshot: Snapshot, facts: HostFacts | undefined, address: PciAddress): Verdict {
  const fn = snapshot.functions.get(address);
  if (!fn) return { level: 'refuse', reasons: [] };
  const reasons: Reason[] = [];
  if (fn.bridge) reasons.push({ address, code: 'bridge' });
  else if (fn.group === undefined) reasons.push({ address, code: 'no-group' }, ...reasonsOf(facts, fn));
  else {
    for (const { pid, command } of snapshot.groups.get(fn.group)?.holders ?? [])
      reasons.push({ address, code: 'held', pid, command });
    const others = endpointsOf(snapshot, fn.group).filter((member) => member !== fn);
    for (const member of [fn, ...others]) reasons.push(...reasonsOf(facts, member));
    reasons.push(...groupReasons(snapshot, fn, fn.group, others));
  }
  const refusals = reasons.filter(isRefusal);
  if (refusals.length > 0)
    return { level: 'refuse', reasons: [...refusals, ...reasons.filter((each) => !isRefusal(each))] };
  return { level: reasons.every(isRemark) ? 'take' : 'caution', reasons };
}

function reasonsOf(facts: HostFacts | undefined, fn: PciFunction): Reason[] {
  const { address } = fn;
  const reasons = fn.uses.flatMap((use) => useReasons(address, use, facts));
  if (fn.classCode.startsWith('0600')) reasons.push({ address, code: 'host-bridge' });
  if (fn.bootVga) reasons.push({ address, code: 'boot-vga' });
  if (fn.kept) reasons.push({ address, code: 'kept' });
  if (fn.vendor === '8086' && DENIED_OF_INTEL.has(fn.device))
    reasons.push({ address, code: 'denied', ids: `${fn.vendor}:${fn.device}` });
  if (fn.resetMethods === undefined || fn.resetMethods.length === 0) reasons.push({ address, code: 'no-reset' });
  reasons.push(...takingReasons(facts, fn));
  const current = fn.sriov?.current ?? 0;
  if (current > 0) reasons.push({ address, code: 'virtual-functions', count: current });
  return reasons;
}

/** What comes of being in this group. */
function groupReasons(snapshot: Snapshot, fn: PciFunction, group: number, others: readonly PciFunction[]): Reason[] {
  const { address } = fn;
  const reasons: Reason[] = [];
  const { firmwareMemory: ranges = [], functions = [] } = snapshot.groups.get(group) ?? {};
  if (ranges.length > 0) reasons.push({ address, code: 'firmware-memory', ranges });
  const card = onlyDisplay(snapshot, [fn, ...others]);
  if (card !== undefined) reasons.push({ address, code: 'only-display', card });
  if (others.length === 0) return reasons;
  if (isOnVfio(fn)) {
    for (const { address: sibling, driver } of others)
      if (driver !== VFIO_DRIVER) reasons.push({ address, code: 'sibling-elsewhere', sibling, driver });
  } else {
    const bridges = functions.filter((each) => snapshot.functions.get(each)?.bridge);
    reasons.push({ address, code: 'shared-group', others: others.map((each) => each.address), bridges });
  }
  return reasons;
}

/** The display of these functions, when the host has no other. The one that it booted with is refused anyway. */
function onlyDisplay(snapshot: Snapshot, members: readonly PciFunction[]): string | undefined {
  const displayOf = ({ uses, bootVga }: PciFunction): string | undefined =>
    bootVga ? undefined : uses.find((use) => use.kind === 'display')?.card;
  const own = members.map(displayOf).find((card) => card !== undefined);
  if (own === undefined) return undefined;
  const others = [...snapshot.functions.values()].filter(
    (each) => !members.includes(each) && each.uses.some(({ kind }) => kind === 'display'),
  );
  return others.length === 0 ? own : undefined;
}

function takingReasons(facts: HostFacts | undefined, { address, taking, driver }: PciFunction): Reason[] {
  if (!taking) return [];
  const { user, from, since, state, problem } = taking;
  if (problem === 'newer') return [{ address, code: 'newer-note' }];
  if (state !== 'taken') return [{ address, code: state, user, from }];
  // Their own is no reason, and what has left vfio-pci has been given back by hand.
  return taking.uid === facts?.uid || driver !== VFIO_DRIVER ? [] : [{ address, code: 'taken', user, since, from }];
}

function useReasons(address: PciAddress, use: Use, facts: HostFacts | undefined): Reason[] {
  switch (use.kind) {
    case 'net': {
      const name = use.interface;
      const { sshServerAddress: server, sshInterface: through } = facts ?? {};
      const arrives =
        server !== undefined && use.addresses.some((each) => each === server || each.startsWith(`${server}/`));
      const above = through !== undefined && (through === name || use.above.includes(through));
      if (arrives || above) return [{ address, code: 'carries-ssh', interface: name }];
      if (use.defaultRoute) return [{ address, code: 'default-route', interface: name }];
      const { addresses, above: losing } = use;
      return [{ address, code: 'interface-goes-down', interface: name, addresses, above: losing }];
    }
    case 'block': {
      const { device, mounts, swaps, holders, contents } = use;
      const reasons: Reason[] = [];
      if (mounts.length > 0) reasons.push({ address, code: 'mounted', device, points: mounts });
      if (swaps.length > 0) reasons.push({ address, code: 'swap', devices: swaps });
      if (reasons.length === 0 && holders.length > 0) reasons.push({ address, code: 'holders', device, holders });
      if (reasons.length === 0 && contents.length > 0) reasons.push({ address, code: 'holds-data', device, contents });
      return reasons.length > 0 ? reasons : [{ address, code: 'disk-goes-away', device }];
    }
    case 'input':
      return use.keyboard || use.mouse ? [{ address, code: 'input-goes-away', name: use.name }] : [];
    case 'display':
      return [{ address, code: 'display-goes-dark', card: use.card }];
  }
}
