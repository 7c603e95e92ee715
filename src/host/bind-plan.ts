import type { HostFacts } from './facts.ts';
import { Failure } from './failure.ts';
import type { PciAddress } from './pci-address.ts';
import type { Plan, PlannedStep } from './plan.ts';
import { endpointsOf, isOnVfio, VFIO_DRIVER, type PciFunction, type Snapshot } from './snapshot.ts';

function groupOf(snapshot: Snapshot, address: PciAddress): { fn: PciFunction; group: number; members: PciFunction[] } {
  const fn = snapshot.functions.get(address);
  if (!fn) throw new Failure('no-device', { address });
  if (fn.bridge) throw new Failure('refused', { address, reasons: [{ address, code: 'bridge' }] });
  if (fn.group === undefined) throw new Failure('refused', { address, reasons: [{ address, code: 'no-group' }] });
  return { fn, group: fn.group, members: endpointsOf(snapshot, fn.group) };
}

/** Properties that are there only when they have a value. */
function named<K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, string>);
}

/**
 * Gives all endpoints of the device's IOMMU group to vfio-pci and the group's node to the user.
 *
 * By `driver_override` and `drivers_probe` (Documentation/ABI/testing/sysfs-bus-pci): `new_id` would take every unbound
 * device of the same ids. Unbinding comes first, so that taking back in reverse order clears the override before it
 * probes. Bridges stay where they are: vfio allows them in a group.
 */
export function bindPlan(snapshot: Snapshot, facts: HostFacts, address: PciAddress): Plan {
  const { group, members } = groupOf(snapshot, address);
  const steps: PlannedStep[] = [{ do: { op: 'module', module: VFIO_DRIVER } }];
  for (const member of members) {
    if (isOnVfio(member)) continue;
    const before = { ...named('driver', member.driver), ...named('override', member.driverOverride) };
    steps.push({
      do: { op: 'record', address: member.address, ...before },
      undo: { op: 'forget', address: member.address },
    });
    if (member.driver !== undefined) {
      steps.push({
        do: { op: 'unbind', address: member.address, driver: member.driver },
        undo: { op: 'probe', address: member.address, driver: member.driver },
      });
    }
    steps.push(
      {
        do: { op: 'override', address: member.address, driver: VFIO_DRIVER },
        undo: { op: 'override', address: member.address, ...named('driver', member.driverOverride) },
      },
      {
        do: { op: 'probe', address: member.address, driver: VFIO_DRIVER },
        undo: { op: 'unbind', address: member.address, driver: VFIO_DRIVER },
      },
    );
  }
  const owner = snapshot.groups.get(group)?.node?.owner;
  if (facts.uid !== 0 && owner !== facts.uid) {
    steps.push({
      do: { op: 'grant', group, uid: facts.uid },
      ...(owner === undefined ? {} : { undo: { op: 'grant', group, uid: owner } }),
    });
  }
  return { steps };
}

/** Gives all endpoints of the group back to what they had; the group's node goes with its last device. */
export function releasePlan(snapshot: Snapshot, address: PciAddress): Plan {
  const { members } = groupOf(snapshot, address);
  const steps: PlannedStep[] = [];
  for (const member of members) {
    if (!isOnVfio(member)) continue;
    const before = member.takenFrom;
    const hadDriver = before?.driver !== undefined && before.driver !== VFIO_DRIVER;
    steps.push(
      {
        do: { op: 'unbind', address: member.address, driver: VFIO_DRIVER },
        undo: { op: 'probe', address: member.address, driver: VFIO_DRIVER },
      },
      {
        do: { op: 'override', address: member.address, ...named('driver', before?.override) },
        undo: { op: 'override', address: member.address, ...named('driver', member.driverOverride) },
      },
    );
    // A device that had no driver gets none; one that somebody else bound gets the kernel's choice.
    if (hadDriver || before === undefined) {
      steps.push({ do: { op: 'probe', address: member.address, ...named('driver', before?.driver) } });
    }
    if (before) steps.push({ do: { op: 'forget', address: member.address } });
  }
  return { steps };
}
