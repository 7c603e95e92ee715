import type { HostFacts } from './facts.ts';
import type { PciAddress } from './pci-address.ts';
import { endpointsOf, VFIO_DRIVER, type PciFunction, type Snapshot, type Use } from './snapshot.ts';

/** Why a device must not be taken, or what happens when it is. The address tells whose reason it is. */
export type Reason = { address: PciAddress } & (
  | { code: 'bridge' }
  | { code: 'no-group' }
  /** The root of the PCI hierarchy: an endpoint by its header, but not a device that anybody could use. */
  | { code: 'host-bridge' }
  | { code: 'mounted'; device: string; points: readonly string[] }
  | { code: 'swap'; devices: readonly string[] }
  | { code: 'holders'; device: string; holders: readonly string[] }
  | { code: 'carries-ssh'; interface: string }
  | { code: 'default-route'; interface: string }
  | { code: 'boot-vga' }
  | { code: 'held'; pid: number; command: string }
  /** Somebody has it by this extension; `since` in seconds since 1970, `from` the machine with their editor. */
  | { code: 'taken'; user: string; since: number; from: string | undefined }
  /** Somebody is about to take it or to give it back. */
  | { code: 'changing'; user: string; from: string | undefined }
  /** Somebody was, and did not get to the end. */
  | { code: 'interrupted'; user: string; from: string | undefined }
  | { code: 'interface-goes-down'; interface: string; addresses: readonly string[] }
  | { code: 'disk-goes-away'; device: string }
  | { code: 'input-goes-away'; name: string }
  | { code: 'display-goes-dark'; card: string }
  | { code: 'no-reset' }
  | { code: 'virtual-functions'; count: number }
);

/** `take`: nothing speaks against it. `caution`: something of the host's stops. `refuse`: somebody would lose something. */
export interface Verdict {
  level: 'take' | 'caution' | 'refuse';
  /** The gravest first. */
  reasons: readonly Reason[];
}

const REFUSALS: ReadonlySet<Reason['code']> = new Set([
  'bridge',
  'no-group',
  'host-bridge',
  'mounted',
  'swap',
  'holders',
  'carries-ssh',
  'default-route',
  'boot-vga',
  'held',
  'taken',
  'changing',
  'interrupted',
]);

/** An interface that carries nothing, and the like: worth saying, but nothing is lost. */
function isRemark(reason: Reason): boolean {
  return reason.code === 'interface-goes-down' && reason.addresses.length === 0;
}

export function isRefusal(reason: Reason): boolean {
  return REFUSALS.has(reason.code);
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
    const members = endpointsOf(snapshot, fn.group).sort((a, b) => Number(b === fn) - Number(a === fn));
    for (const member of members) reasons.push(...reasonsOf(facts, member));
  }
  reasons.sort((a, b) => Number(isRefusal(b)) - Number(isRefusal(a)));
  const level = reasons.some(isRefusal) ? 'refuse' : reasons.every(isRemark) ? 'take' : 'caution';
  return { level, reasons };
}

function reasonsOf(facts: HostFacts | undefined, fn: PciFunction): Reason[] {
  const { address } = fn;
  const reasons = fn.uses.flatMap((use) => useReasons(address, use, facts));
  if (fn.classCode.startsWith('0600')) reasons.push({ address, code: 'host-bridge' });
  if (fn.bootVga) reasons.push({ address, code: 'boot-vga' });
  if (fn.resetMethods === undefined || fn.resetMethods.length === 0) reasons.push({ address, code: 'no-reset' });
  reasons.push(...takingReasons(facts, fn));
  const current = fn.sriov?.current ?? 0;
  if (current > 0) reasons.push({ address, code: 'virtual-functions', count: current });
  return reasons;
}

function takingReasons(facts: HostFacts | undefined, { address, taking, driver }: PciFunction): Reason[] {
  if (!taking) return [];
  const { user, from, since, state } = taking;
  if (state !== 'taken') return [{ address, code: state, user, from }];
  // Their own is no reason, and what has left vfio-pci has been given back by hand.
  return taking.uid === facts?.uid || driver !== VFIO_DRIVER ? [] : [{ address, code: 'taken', user, since, from }];
}

function useReasons(address: PciAddress, use: Use, facts: HostFacts | undefined): Reason[] {
  switch (use.kind) {
    case 'net': {
      const name = use.interface;
      const arrives = use.addresses.some((each) => each.split('/')[0] === facts?.sshServerAddress);
      const above = facts?.sshInterface !== undefined && [name, use.master].includes(facts.sshInterface);
      if (arrives || above) return [{ address, code: 'carries-ssh', interface: name }];
      if (use.defaultRoute) return [{ address, code: 'default-route', interface: name }];
      return [{ address, code: 'interface-goes-down', interface: name, addresses: use.addresses }];
    }
    case 'block': {
      const { device, mounts, swaps, holders } = use;
      const reasons: Reason[] = [];
      if (mounts.length > 0) reasons.push({ address, code: 'mounted', device, points: mounts });
      if (swaps.length > 0) reasons.push({ address, code: 'swap', devices: swaps });
      if (reasons.length === 0 && holders.length > 0) reasons.push({ address, code: 'holders', device, holders });
      return reasons.length > 0 ? reasons : [{ address, code: 'disk-goes-away', device }];
    }
    case 'input':
      return use.keyboard || use.mouse ? [{ address, code: 'input-goes-away', name: use.name }] : [];
    case 'display':
      return [{ address, code: 'display-goes-dark', card: use.card }];
  }
}
