import type { HostFacts } from '../host/facts.ts';
import { Failure } from '../host/failure.ts';
import { comparePciAddresses, type PciAddress } from '../host/pci-address.ts';
import { isOnVfio, type PciFunction, type Snapshot } from '../host/snapshot.ts';
import { verdictOf } from '../host/verdict.ts';

/** A device to boot with: a certain one, or any of a kind (four hexadecimal digits each, in lower case). */
export type DeviceWish = { kind: 'address'; address: PciAddress } | { kind: 'ids'; vendor: string; device: string };

/**
 * The devices of a host that are wished for, in the order of the wishes. One that is wished by its ids is the first
 * that may be taken and that no other wish has: of twins the one that is on vfio-pci already, then by address. Throws
 * `no-device` for an address that is not there, `no-match` when there are too few of a kind that may be taken.
 */
export function chooseDevices(
  wishes: readonly DeviceWish[],
  host: { name: string; snapshot: Snapshot; facts: HostFacts },
): PciAddress[] {
  const { snapshot, facts } = host;
  const chosen = new Set(wishes.flatMap((wish) => (wish.kind === 'address' ? wish.address : [])));
  for (const address of chosen) if (!snapshot.functions.has(address)) throw new Failure('no-device', { address });
  return wishes.map((wish) => {
    if (wish.kind === 'address') return wish.address;
    const ofKind = [...snapshot.functions.values()]
      .filter(({ vendor, device, bridge }) => vendor === wish.vendor && device === wish.device && !bridge)
      .sort(byReadiness);
    const free = ofKind.filter(({ address }) => verdictOf(snapshot, facts, address).level !== 'refuse');
    const found = free.find(({ address }) => !chosen.has(address));
    if (!found) {
      const ids = `${wish.vendor}:${wish.device}`;
      const [refused] = ofKind.filter((fn) => !chosen.has(fn.address) && !free.includes(fn));
      const reasons = refused ? verdictOf(snapshot, facts, refused.address).reasons : [];
      throw new Failure('no-match', { host: host.name, ids, count: ofKind.length, reasons });
    }
    chosen.add(found.address);
    return found.address;
  });
}

function byReadiness(a: PciFunction, b: PciFunction): number {
  return Number(isOnVfio(b)) - Number(isOnVfio(a)) || comparePciAddresses(a.address, b.address);
}
