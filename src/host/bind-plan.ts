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
 * probes. Bridges stay where they are: vfio allows them in a group. What all of them had is noted before the first is
 * touched, and the note says that they are taken only after the last write. vfio-pci lets an idle device sleep; from
 * D3cold some never wake again, so that is forbidden meanwhile.
 */
export function bindPlan(snapshot: Snapshot, facts: HostFacts, address: PciAddress, from: string): Plan {
  const { group, members } = groupOf(snapshot, address);
  const wanted = members.filter((member) => !isOnVfio(member));
  const steps: PlannedStep[] = [{ do: { op: 'module', module: VFIO_DRIVER } }];
  for (const { address, driver, driverOverride, taking } of wanted) {
    if (taking) steps.push({ do: { op: 'forget', address } }); // somebody has given it back by hand
    steps.push({
      do: { op: 'record', address, ...named('driver', driver), ...named('override', driverOverride), from },
      undo: { op: 'forget', address },
    });
  }
  for (const { address, driver, driverOverride, d3coldAllowed } of wanted) {
    if (driver !== undefined)
      steps.push({ do: { op: 'unbind', address, driver }, undo: { op: 'probe', address, driver } });
    if (d3coldAllowed) {
      steps.push({
        do: { op: 'd3cold', address, allowed: false },
        undo: { op: 'd3cold', address, allowed: true },
      });
    }
    steps.push(
      {
        do: { op: 'override', address, driver: VFIO_DRIVER },
        undo: { op: 'override', address, ...named('driver', driverOverride) },
      },
      {
        do: { op: 'probe', address, driver: VFIO_DRIVER },
        undo: { op: 'unbind', address, driver: VFIO_DRIVER },
      },
    );
  }
  const owner = snapshot.groups.get(group)?.node?.owner;
  if (facts.uid !== 0 && owner !== facts.uid)
    steps.push({ do: { op: 'grant', group, uid: facts.uid }, undo: { op: 'grant', group, uid: 0 } });
  for (const { address } of wanted) steps.push({ do: { op: 'mark', address, state: 'taken' } });
  return { steps };
}

/**
 * Gives all endpoints of the group back to what they had, from wherever they are now: after an interrupted plan some
 * are taken, and some are not. The group's node goes with its last device.
 */
export function releasePlan(snapshot: Snapshot, address: PciAddress): Plan {
  const members = groupOf(snapshot, address).members.filter((member) => isOnVfio(member) || member.taking);
  const noted = members.filter(({ taking }) => taking);
  const steps: PlannedStep[] = [];
  for (const { address, taking } of noted) {
    const undo = taking?.state === 'taken' ? { undo: { op: 'mark', address, state: 'taken' } as const } : {};
    steps.push({ do: { op: 'mark', address, state: 'releasing' }, ...undo });
  }
  for (const member of members) steps.push(...giveBack(member));
  for (const { address } of noted) steps.push({ do: { op: 'forget', address } });
  return { steps };
}

function giveBack({ address, driver, driverOverride, d3coldAllowed, taking }: PciFunction): PlannedStep[] {
  const steps: PlannedStep[] = [];
  const taken = driver === VFIO_DRIVER && taking?.driver !== VFIO_DRIVER;
  if (taken) steps.push({ do: { op: 'unbind', address, driver }, undo: { op: 'probe', address, driver } });
  if (driverOverride !== taking?.override) {
    steps.push({
      do: { op: 'override', address, ...named('driver', taking?.override) },
      undo: { op: 'override', address, ...named('driver', driverOverride) },
    });
  }
  if (taking?.d3cold && d3coldAllowed === false)
    steps.push({ do: { op: 'd3cold', address, allowed: true }, undo: { op: 'd3cold', address, allowed: false } });
  if (!taken && driver !== undefined) return steps; // it has been given another meanwhile
  const before = taking?.driver;
  if (before !== undefined)
    steps.push({ do: { op: 'probe', address, driver: before }, undo: { op: 'unbind', address, driver: before } });
  // Where nobody knows what it had, the kernel chooses; one that is known to have had no driver gets none.
  else if (taking?.problem !== undefined || !taking) steps.push({ do: { op: 'probe', address } });
  return steps;
}
