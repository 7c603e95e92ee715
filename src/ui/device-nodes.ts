import type { Host } from '../host/host.ts';
import type { PciAddress } from '../host/pci-address.ts';
import type { PciNames } from '../host/pci-names.ts';
import { endpointsOf, type PciFunction, type Snapshot } from '../host/snapshot.ts';
import { deviceName } from './device-row.ts';

/** A row of the Devices view. Ids survive a refresh. */
export type DeviceNode =
  | { kind: 'host'; id: string; host: Host }
  | { kind: 'group'; id: string; host: Host; group: number; functions: readonly PciAddress[] }
  | { kind: 'class'; id: string; host: Host; name: string; functions: readonly PciAddress[] }
  | { kind: 'function'; id: string; host: Host; address: PciAddress };

export interface Arrangement {
  byClass: boolean;
  /** Words that must all occur in what a row says; lower case. */
  filter: readonly string[];
  /** Barrelfish's driver for a device, as far as one is known. */
  driverOf: (fn: PciFunction) => string | undefined;
  /** Leaves out what Barrelfish has no driver for. */
  drivenOnly: boolean;
}

export function functionNode(host: Host, address: PciAddress): DeviceNode {
  return { kind: 'function', id: `${host.name}/${address}`, host, address };
}

/** All that a filter can find a function by. */
function searchText(fn: PciFunction, names: PciNames, driver: string | undefined): string {
  return [
    fn.address,
    `${fn.vendor}:${fn.device}`,
    names.vendor(fn.vendor),
    names.device(fn.vendor, fn.device),
    deviceName(fn, names),
    names.classOf(fn.classCode),
    fn.driver ?? 'no driver',
    driver,
    fn.group === undefined ? '' : `group ${fn.group.toString()}`,
    ...fn.uses.map((use) => (use.kind === 'net' ? use.interface : use.kind === 'block' ? use.device : '')),
  ]
    .join(' ')
    .toLowerCase();
}

/** Groups (or classes) of a host, in order; functions without a group stand beside the groups. */
export function arrange(
  host: Host,
  snapshot: Snapshot,
  names: PciNames,
  { byClass, filter, driverOf, drivenOnly }: Arrangement,
): DeviceNode[] {
  const shown = [...snapshot.functions.values()].filter((fn) => {
    if (filter.length === 0 && !drivenOnly) return true;
    const driver = driverOf(fn);
    if (drivenOnly && driver === undefined) return false;
    const text = searchText(fn, names, driver);
    return filter.every((word) => text.includes(word));
  });
  if (byClass) {
    const classes = new Map<string, PciAddress[]>();
    for (const fn of shown) {
      const name = names.classOf(fn.classCode) ?? `Class ${fn.classCode}`;
      classes.set(name, [...(classes.get(name) ?? []), fn.address]);
    }
    return [...classes]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([name, functions]) => ({ kind: 'class', id: `${host.name}/class:${name}`, host, name, functions }));
  }
  const groups = new Map<number, PciAddress[]>();
  const alone: DeviceNode[] = [];
  for (const fn of shown) {
    if (fn.group === undefined) alone.push(functionNode(host, fn.address));
    else groups.set(fn.group, [...(groups.get(fn.group) ?? []), fn.address]);
  }
  const nodes: DeviceNode[] = [...groups]
    .sort(([a], [b]) => a - b)
    .map(([group, functions]) => ({
      kind: 'group',
      id: `${host.name}/group:${group.toString()}`,
      host,
      group,
      functions,
    }));
  return [...nodes, ...alone];
}

/** `1 endpoint`, `2 endpoints, taken together`, `bridge`: what a group means to somebody who wants one of its devices. */
export function groupSummary(
  snapshot: Snapshot,
  group: number,
): { endpoints: number; bridges: number; virtual: number } {
  const members = snapshot.groups.get(group)?.functions.length ?? 0;
  const endpoints = endpointsOf(snapshot, group);
  const virtual = endpoints.reduce((sum, fn) => sum + (fn.sriov?.current ?? 0), 0);
  return { endpoints: endpoints.length, bridges: members - endpoints.length, virtual };
}
