import { shortAddress } from '../host/pci-address.ts';
import type { PciNames } from '../host/pci-names.ts';
import { isOnVfio, type PciFunction, type Use } from '../host/snapshot.ts';
import { isOverridable, isRefusal, type Verdict } from '../host/verdict.ts';

/** What a row of the Devices view says about a function. Pure: the tree puts it into items. */
export interface DeviceRow {
  label: string;
  description: string;
  /** Id of a codicon. */
  icon: string;
  state: DeviceState;
  /**
   * Words that menus match: always `function`, one of the states, `sriov` for a physical function, `kept` for what the user
   * has set aside, `overridable` for what gives way to somebody who types its address, and `driven` for what Barrelfish has
   * a driver for.
   */
  context: string;
  /** Barrelfish's driver that would take it, where a device database names one. */
  driver?: string;
}

/**
 * `free`: can be taken. `bound`: on vfio-pci. `locked`: the host would lose something. `bridge`: stays with the host.
 * `interrupted`: a change was begun and not ended.
 */
export type DeviceState = 'free' | 'bound' | 'locked' | 'bridge' | 'interrupted';

export function stateOf(fn: PciFunction, verdict: Verdict): DeviceState {
  if (fn.bridge) return 'bridge';
  if (fn.taking?.state === 'interrupted') return 'interrupted';
  if (isOnVfio(fn)) return 'bound';
  return verdict.level === 'refuse' ? 'locked' : 'free';
}

export function deviceName(fn: PciFunction, names: PciNames): string {
  return fn.nickname ?? ownName(fn, names);
}

function ownName(fn: PciFunction, names: PciNames): string {
  return names.device(fn.vendor, fn.device) ?? names.classOf(fn.classCode) ?? `${fn.vendor}:${fn.device}`;
}

/** Codicons by base class (PCI Code and ID Assignment, 1.1–1.20). */
function iconOf(fn: PciFunction): string {
  if (fn.bridge) return 'arrow-swap';
  switch (fn.classCode.slice(0, 2)) {
    case '01':
      return 'database';
    case '02':
      return 'plug';
    case '03':
      return 'device-desktop';
    case '04':
      return 'unmute';
    case '05':
      return 'layers';
    case '06':
      return 'arrow-swap';
    case '0c':
      return fn.classCode.startsWith('0c03') ? 'keyboard' : 'circuit-board';
    case '0d':
      return 'radio-tower';
    case '10':
      return 'key';
    case '12':
      return 'chip';
    default:
      return 'circuit-board';
  }
}

/** What the host does with a function, in a few words: `eth0 up`, `vda: /, /home`. */
export function describeUse(use: Use): string {
  switch (use.kind) {
    case 'net':
      return `${use.interface} ${use.up ? 'up' : 'down'}${use.defaultRoute ? ', default route' : ''}`;
    case 'block': {
      const what = [...use.mounts, ...use.swaps.map((device) => `swap on ${device}`)];
      if (what.length === 0) what.push(...use.holders);
      const shown = what.slice(0, 2).join(', ') + (what.length > 2 ? ` +${(what.length - 2).toString()}` : '');
      return shown === '' ? use.device : `${shown} (${use.device})`;
    }
    case 'input':
      return use.name;
    case 'display':
      return use.card;
  }
}

/** `driver`: Barrelfish's that would take it. */
export function deviceRow(fn: PciFunction, names: PciNames, verdict: Verdict, driver?: string): DeviceRow {
  const state = stateOf(fn, verdict);
  const facts = [fn.driver ?? 'no driver'];
  if (fn.nickname !== undefined) facts.unshift(ownName(fn, names));
  if (fn.bootVga) facts.push('boot VGA');
  if (fn.sriov) facts.push(`${fn.sriov.current.toString()} of ${fn.sriov.total.toString()} VFs`);
  if (fn.physicalFunction !== undefined) facts.push(`VF of ${shortAddress(fn.physicalFunction)}`);
  const held = verdict.reasons.find((reason) => reason.code === 'held');
  if (fn.taking?.state === 'interrupted') facts.push('change interrupted');
  if (fn.taking?.state === 'changing') facts.push(`being changed by ${fn.taking.user}`);
  const taken = verdict.reasons.find((reason) => reason.code === 'taken');
  if (taken) facts.push(`taken by ${taken.user}`);
  if (held) facts.push(`in use by process ${held.pid.toString()}`);
  facts.push(...fn.uses.map(describeUse));
  if (driver !== undefined) facts.push(`→ ${driver}`);
  const refusals = verdict.reasons.filter(isRefusal);
  const words = ['function', state];
  if (fn.sriov) words.push('sriov');
  if (fn.kept) words.push('kept');
  if (driver !== undefined) words.push('driven');
  if (state === 'locked' && refusals.length > 0 && refusals.every(isOverridable)) words.push('overridable');
  return {
    // The side bar is narrow: words that every card has in its name make room for its state.
    label: `${shortAddress(fn.address)}  ${deviceName(fn, names).replace(/ (Connection|Controller|Adapter)$/, '')}`,
    description: facts.join(' · '),
    icon: iconOf(fn),
    state,
    context: words.join(' '),
    ...(driver === undefined ? {} : { driver }),
  };
}

/** 1024-based, as BARs are. */
export function formatBytes(bytes: bigint | number): string {
  let value = Number(bytes);
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${Number.isInteger(value) ? value.toString() : value.toFixed(1)} ${units[unit] ?? ''}`;
}
