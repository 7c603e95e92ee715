import { l10n, QuickPickItemKind, ThemeIcon, window, type QuickPickItem } from 'vscode';
import { verdictOf } from '../host/verdict.ts';
import { deviceRow, type DeviceState } from './device-row.ts';
import type { Target } from './device-commands.ts';
import type { DeviceNode } from './device-nodes.ts';
import type { HostList } from './host-list.ts';

type DevicePick = QuickPickItem & { target?: Target };

/** Devices of all hosts in the given states, as a list to pick from. */
export async function pickDevices(
  hosts: Pick<HostList, 'all'>,
  title: string,
  states: readonly DeviceState[],
  many: boolean,
): Promise<Target[] | undefined> {
  const picks = hosts.all().flatMap((host): DevicePick[] => {
    const { state } = host;
    if (state.kind !== 'ready') return [];
    const rows = [...state.snapshot.functions.values()].flatMap((fn): DevicePick[] => {
      const row = deviceRow(fn, state.names, verdictOf(state.snapshot, state.facts, fn.address));
      if (!states.includes(row.state)) return [];
      return [
        {
          label: row.label,
          description: row.description,
          iconPath: new ThemeIcon(row.icon),
          target: { host, address: fn.address },
        },
      ];
    });
    const head: DevicePick = { label: host.name, kind: QuickPickItemKind.Separator };
    return rows.length > 0 && hosts.all().length > 1 ? [head, ...rows] : rows;
  });
  const placeHolder =
    picks.length > 0 ? l10n.t('Type an address, a name or a driver') : l10n.t('There is no such device now');
  const options = { title, placeHolder, matchOnDescription: true };
  if (many) {
    const chosen = await window.showQuickPick(picks, { ...options, canPickMany: true });
    return chosen?.flatMap(({ target }) => (target ? [target] : []));
  }
  const chosen = await window.showQuickPick(picks, options);
  return chosen?.target ? [chosen.target] : undefined;
}

/** The devices that a command from the tree is about: the selection when the row is part of it. */
export function targetsOf(node: unknown, selection: unknown): Target[] {
  const nodes = Array.isArray(selection) && selection.length > 0 ? (selection as unknown[]) : [node];
  return nodes.filter(isFunctionNode).map(({ host, address }) => ({ host, address }));
}

function isFunctionNode(value: unknown): value is Extract<DeviceNode, { kind: 'function' }> {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'function';
}
