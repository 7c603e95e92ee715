import { l10n, window } from 'vscode';
import { parsePciAddress } from '../host/pci-address.ts';
import type { Target } from './device-commands.ts';
import { pickDevices, targetsOf } from './device-picker.ts';
import type { DeviceState } from './device-row.ts';
import type { HostList } from './host-list.ts';

/** What VS Code calls a command with: the row, and the rows that are selected; or what another command hands on. */
export type Handler = (node: unknown, selection: unknown) => unknown;

export const EVERY_STATE: readonly DeviceState[] = ['free', 'bound', 'locked', 'bridge', 'interrupted'];

/** What a command is about: its rows, an address as text, or what the user picks. */
export async function devicesFor(
  hosts: HostList,
  node: unknown,
  selection: unknown,
  ask: { title: string; states: readonly DeviceState[]; many?: boolean },
): Promise<Target[]> {
  const targets = targetsOf(node, selection);
  if (targets.length > 0) return targets;
  await hosts.readAll();
  const named = typeof node === 'string' ? await deviceAt(hosts, node) : undefined;
  if (named) return [named];
  return (await pickDevices(hosts, ask.title, ask.states, ask.many ?? false)) ?? [];
}

/** The device at an address, which several hosts may have. */
async function deviceAt(hosts: HostList, text: string): Promise<Target | undefined> {
  const address = parsePciAddress(text);
  if (!address) return undefined;
  const having = hosts.all().filter(({ state }) => state.kind === 'ready' && state.snapshot.functions.has(address));
  const name =
    having.length > 1
      ? await window.showQuickPick(
          having.map((each) => each.name),
          { title: l10n.t('Which {0}?', address) },
        )
      : having[0]?.name;
  const host = name === undefined ? undefined : hosts.get(name);
  return host && { host, address };
}

export async function deviceFor(
  hosts: HostList,
  node: unknown,
  title: string,
  states: readonly DeviceState[],
): Promise<Target | undefined> {
  return (await devicesFor(hosts, node, undefined, { title, states }))[0];
}
