import type { HostFacts } from './facts.ts';
import { Failure } from './failure.ts';
import type { PciAddress } from './pci-address.ts';
import type { Plan, PlannedStep } from './plan.ts';
import type { PciFunction, Snapshot } from './snapshot.ts';
import { isRefusal, verdictOf } from './verdict.ts';

/** The virtual functions of a physical one, as they are now. */
export function virtualFunctionsOf(snapshot: Snapshot, address: PciAddress): PciFunction[] {
  return [...snapshot.functions.values()].filter((fn) => fn.physicalFunction === address);
}

/**
 * Gives a physical function so many virtual ones. The kernel changes the number only from 0 or to 0
 * (Documentation/PCI/pci-iov-howto.rst), so those that are there go first. Throws `refused` when one of them, or the
 * physical function itself, is not the host's to change, and `no-device` when the function has none to give.
 */
export function virtualFunctionsPlan(snapshot: Snapshot, facts: HostFacts, address: PciAddress, count: number): Plan {
  const { sriov, taking, kept } = snapshot.functions.get(address) ?? {};
  if (!sriov) throw new Failure('no-device', { address });
  const going = sriov.current === 0 ? [] : virtualFunctionsOf(snapshot, address);
  const reasons = going.flatMap((fn) => verdictOf(snapshot, facts, fn.address).reasons).filter(isRefusal);
  if (kept) reasons.push({ address, code: 'kept' });
  if (taking && taking.state !== 'taken')
    reasons.push({ address, code: taking.state, user: taking.user, from: taking.from });
  if (reasons.length > 0) throw new Failure('refused', { address, reasons });
  if (count === sriov.current) return { steps: [] };
  const steps: PlannedStep[] = [];
  const set = (to: number, back: number): void => {
    steps.push({ do: { op: 'vfs', address, count: to }, undo: { op: 'vfs', address, count: back } });
  };
  if (sriov.current > 0) set(0, sriov.current);
  if (count > 0) set(count, 0);
  return { steps };
}
