import { l10n, ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState, Uri } from 'vscode';
import type { Host, HostState } from '../host/host.ts';
import type { Snapshot } from '../host/snapshot.ts';
import { verdictOf } from '../host/verdict.ts';
import { groupSummary, type DeviceNode } from './device-nodes.ts';
import { deviceRow, stateOf, type DeviceRow } from './device-row.ts';
import type { DriverKnowledge } from './driver-knowledge.ts';
import { DEVICE_SCHEME } from './identifiers.ts';
import { reasonText } from './reason-words.ts';
import { wordingOf } from './wording.ts';

type ReadyHost = Extract<HostState, { kind: 'ready' }>;

/** What the view shows for a node. A node of a host that is not ready any more has its name only, until it goes. */
export function deviceItem(node: DeviceNode, drivers: Pick<DriverKnowledge, 'driverFor'>): TreeItem {
  if (node.kind === 'host') return hostItem(node.host, node.id);
  const { state } = node.host;
  if (state.kind !== 'ready') return new TreeItem(node.id);
  switch (node.kind) {
    case 'group':
      return groupItem(node, state);
    case 'class': {
      const item = new TreeItem(node.name, TreeItemCollapsibleState.Expanded);
      item.id = node.id;
      item.description = node.functions.length.toString();
      item.contextValue = 'class';
      return item;
    }
    case 'function':
      return functionItem(node, state, drivers);
  }
}

function hostItem(host: Host, id: string): TreeItem {
  const { state } = host;
  const item = new TreeItem(
    host.name,
    state.kind === 'ready' ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.None,
  );
  item.id = id;
  const where = host.connection.kind;
  item.contextValue = `host ${state.kind} ${where}`;
  if (state.kind === 'failed') {
    const { message, detail } = wordingOf(state.failure);
    item.iconPath = new ThemeIcon('warning', new ThemeColor('list.warningForeground'));
    item.description = message;
    item.tooltip = detail === undefined ? message : `${message}\n\n${detail}`;
  } else if (state.kind === 'connecting') {
    item.iconPath = new ThemeIcon('loading~spin');
    item.description = l10n.t('connecting…');
  } else {
    item.iconPath = new ThemeIcon(where === 'ssh' ? 'remote' : 'vm');
    item.description = [where, ...iommuWords(state.snapshot)].join(' · ');
  }
  return item;
}

function iommuWords(snapshot: Snapshot): string[] {
  if (!snapshot.hasPci) return [l10n.t('no PCI')];
  const names = { dmar: 'VT-d', ivhd: 'AMD-Vi', smmu: 'SMMU' };
  const kind = Object.entries(names).find(([prefix]) => snapshot.iommus.some((name) => name.startsWith(prefix)))?.[1];
  const groups = snapshot.groups.size;
  if (groups === 0) return [l10n.t('no IOMMU')];
  return [...(kind === undefined ? [] : [kind]), l10n.t('{0} groups', groups)];
}

function groupItem(node: Extract<DeviceNode, { kind: 'group' }>, { snapshot, facts }: ReadyHost): TreeItem {
  const { group } = node;
  const { endpoints, bridges, virtual } = groupSummary(snapshot, group);
  const words =
    endpoints === 0
      ? [bridges > 1 ? l10n.t('{0} bridges', bridges) : l10n.t('bridge')]
      : [endpoints > 1 ? l10n.t('{0} endpoints, taken together', endpoints) : l10n.t('1 endpoint')];
  const locked = node.functions.some((address) => {
    const fn = snapshot.functions.get(address);
    return fn && !fn.bridge && stateOf(fn, verdictOf(snapshot, facts, address)) === 'locked';
  });
  if (locked) words.push(l10n.t('in use'));
  if (virtual > 0) words.push(l10n.t('{0} VFs', virtual));
  const item = new TreeItem(
    l10n.t('Group {0}', group),
    endpoints === 0 ? TreeItemCollapsibleState.Collapsed : TreeItemCollapsibleState.Expanded,
  );
  item.id = node.id;
  item.description = words.join(' · ');
  item.contextValue = 'group';
  return item;
}

function functionItem(
  { host, address, id }: Extract<DeviceNode, { kind: 'function' }>,
  ready: ReadyHost,
  drivers: Pick<DriverKnowledge, 'driverFor'>,
): TreeItem {
  const { snapshot, names, facts } = ready;
  const fn = snapshot.functions.get(address);
  if (!fn) return new TreeItem(address); // gone since the row was made; the next refresh takes it away
  const verdict = verdictOf(snapshot, facts, address);
  const row = deviceRow(fn, names, verdict, drivers.driverFor(fn)?.entry.binary);
  const item = new TreeItem(row.label);
  item.id = id;
  item.description = row.description;
  item.iconPath = new ThemeIcon(row.icon, colorOf(row));
  item.contextValue = row.context;
  item.resourceUri = Uri.from({ scheme: DEVICE_SCHEME, path: `/${host.name}/${address}`, query: row.state });
  item.accessibilityInformation = { label: spoken(row, verdict.reasons[0] ? reasonText(verdict.reasons[0]) : '') };
  return item;
}

function colorOf(row: DeviceRow): ThemeColor | undefined {
  switch (row.state) {
    case 'bound':
      return new ThemeColor('charts.green');
    case 'interrupted':
      return new ThemeColor('list.warningForeground');
    case 'bridge':
      return new ThemeColor('disabledForeground');
    case 'locked':
      return new ThemeColor('list.deemphasizedForeground');
    case 'free':
      return undefined;
  }
}

/** What a screen reader says for a row: its state is otherwise told by colour and icons alone. */
function spoken(row: DeviceRow, reason: string): string {
  const state = {
    free: l10n.t('can be bound'),
    bound: l10n.t('bound to vfio-pci'),
    locked: l10n.t('stays with the host: {0}', reason),
    bridge: l10n.t('bridge'),
    interrupted: l10n.t('a change was interrupted'),
  }[row.state];
  const driver = row.driver === undefined ? '' : `, ${l10n.t('Barrelfish driver {0}', row.driver)}`;
  const description = row.description.replace(` · → ${row.driver ?? ''}`, '');
  return `${row.label}, ${description}${driver}, ${state}`;
}
