import { arch, platform } from 'node:process';
import {
  commands,
  EventEmitter,
  l10n,
  ThemeColor,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
  Uri,
  type Disposable,
  type TreeDataProvider,
} from 'vscode';
import { Failure } from '../host/failure.ts';
import type { Host } from '../host/host.ts';
import type { PciAddress } from '../host/pci-address.ts';
import { verdictOf } from '../host/verdict.ts';
import { arrange, functionNode, groupSummary, type Arrangement, type DeviceNode } from './device-nodes.ts';
import { deviceRow, stateOf, type DeviceRow } from './device-row.ts';
import { deviceTooltip } from './device-tooltip.ts';
import type { HostList } from './host-list.ts';
import { DEVICE_SCHEME } from './identifiers.ts';
import { reasonText, wordingOf } from './wording.ts';

/** Refreshes of several hosts or a burst of changes are shown as one. */
const SHOW_MS = 30;

export class DeviceTree implements TreeDataProvider<DeviceNode>, Disposable {
  readonly #hosts: HostList;
  readonly #changed = new EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #subscription: Disposable;
  #arrangement: Arrangement = { byClass: false, filter: [] };
  #withoutIommu = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(hosts: HostList) {
    this.#hosts = hosts;
    this.#subscription = hosts.onDidChange(() => {
      this.#show();
    });
    this.#setContext();
  }

  get filter(): string {
    return this.#arrangement.filter.join(' ');
  }

  set filter(text: string) {
    const filter = text
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== '');
    this.#arrangement = { ...this.#arrangement, filter };
    void commands.executeCommand('setContext', 'barrelfish.filtered', filter.length > 0);
    this.#show();
  }

  set byClass(byClass: boolean) {
    this.#arrangement = { ...this.#arrangement, byClass };
    void commands.executeCommand('setContext', 'barrelfish.byClass', byClass);
    this.#show();
  }

  /** Lists devices also where no IOMMU lets them be taken. */
  showWithoutIommu(): void {
    this.#withoutIommu = true;
    this.#show();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#subscription.dispose();
    this.#changed.dispose();
  }

  getChildren(node?: DeviceNode): DeviceNode[] {
    if (!node) {
      const hosts = this.#hosts.all();
      const [only] = hosts;
      if (hosts.length > 1) return hosts.map(hostNode);
      if (!only || this.#stateOf(only) !== 'ready') return [];
      return this.#arranged(only);
    }
    switch (node.kind) {
      case 'host':
        return this.#arranged(node.host);
      case 'group':
      case 'class':
        return node.functions.map((address) => functionNode(node.host, address, node));
      case 'function':
        return [];
    }
  }

  getParent(node: DeviceNode): DeviceNode | undefined {
    if (node.kind === 'host') return undefined;
    if (node.kind === 'function' && node.parent) return node.parent;
    return this.#hosts.all().length > 1 ? hostNode(node.host) : undefined;
  }

  /** The row of a function, for revealing it. */
  find(host: Host, address: PciAddress): DeviceNode | undefined {
    for (const node of this.#arranged(host)) {
      if (node.kind === 'function' && node.address === address) return node;
      if ((node.kind === 'group' || node.kind === 'class') && node.functions.includes(address)) {
        return functionNode(host, address, node);
      }
    }
    return undefined;
  }

  getTreeItem(node: DeviceNode): TreeItem {
    switch (node.kind) {
      case 'host':
        return this.#hostItem(node.host, node.id);
      case 'group':
        return this.#groupItem(node);
      case 'class': {
        const item = new TreeItem(node.name, TreeItemCollapsibleState.Expanded);
        item.id = node.id;
        item.description = node.functions.length.toString();
        item.contextValue = 'class';
        return item;
      }
      case 'function':
        return this.#functionItem(node.host, node.address, node.id);
    }
  }

  /** The tooltip is made when somebody asks for it. */
  resolveTreeItem(item: TreeItem, node: DeviceNode): TreeItem {
    if (node.kind === 'function' && node.host.state.kind === 'ready') {
      const { snapshot, names, facts } = node.host.state;
      const fn = snapshot.functions.get(node.address);
      if (fn) item.tooltip = deviceTooltip(fn, snapshot, names, verdictOf(snapshot, facts, node.address));
    }
    return item;
  }

  #arranged(host: Host): DeviceNode[] {
    if (host.state.kind !== 'ready') return [];
    return arrange(host, host.state.snapshot, host.state.names, this.#arrangement);
  }

  #show(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#setContext();
      this.#changed.fire(undefined);
    }, SHOW_MS);
  }

  /** What the welcome views go by, when there is one host or none. */
  #setContext(): void {
    const hosts = this.#hosts.all();
    const [only] = hosts;
    const state = only === undefined ? (platform === 'win32' ? 'windows' : 'no-host') : this.#stateOf(only);
    const ready = only?.state.kind === 'ready' ? only.state : undefined;
    const nothing =
      state === 'ready' && only && this.#arrangement.filter.length > 0 && this.#arranged(only).length === 0;
    const values = {
      state: hosts.length > 1 ? 'ready' : nothing ? 'nothing-matches' : state,
      cpu: ready?.facts.cpu ?? (arch === 'x64' ? 'intel' : 'other'),
      anyFailed: hosts.some((host) => host.state.kind === 'failed'),
    };
    for (const [key, value] of Object.entries(values))
      void commands.executeCommand('setContext', `barrelfish.${key}`, value);
  }

  #stateOf(host: Host): string {
    const { state } = host;
    if (host.connection.kind === 'local' && platform === 'win32') return 'windows';
    switch (state.kind) {
      case 'connecting':
        return 'connecting';
      case 'failed':
        return Failure.is(state.failure, 'not-linux') ? 'not-linux' : 'unreachable';
      case 'ready':
        if (!state.snapshot.hasPci || state.snapshot.functions.size === 0) return 'no-pci';
        return state.snapshot.groups.size === 0 && !this.#withoutIommu ? 'no-iommu' : 'ready';
    }
  }

  #hostItem(host: Host, id: string): TreeItem {
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
      item.description = [where, ...this.#iommuWords(state.snapshot)].join(' · ');
    }
    return item;
  }

  #iommuWords(snapshot: Parameters<typeof groupSummary>[0]): string[] {
    if (!snapshot.hasPci) return [l10n.t('no PCI')];
    const names = { dmar: 'VT-d', ivhd: 'AMD-Vi', smmu: 'SMMU' };
    const kind = Object.entries(names).find(([prefix]) => snapshot.iommus.some((name) => name.startsWith(prefix)))?.[1];
    const groups = snapshot.groups.size;
    if (groups === 0) return [l10n.t('no IOMMU')];
    return [...(kind === undefined ? [] : [kind]), l10n.t('{0} groups', groups)];
  }

  #groupItem(node: Extract<DeviceNode, { kind: 'group' }>): TreeItem {
    const { host, group } = node;
    const snapshot = host.ready().snapshot;
    const { endpoints, bridges, virtual } = groupSummary(snapshot, group);
    const words =
      endpoints === 0
        ? [bridges > 1 ? l10n.t('{0} bridges', bridges) : l10n.t('bridge')]
        : [endpoints > 1 ? l10n.t('{0} endpoints, taken together', endpoints) : l10n.t('1 endpoint')];
    const locked = node.functions.some((address) => {
      const fn = snapshot.functions.get(address);
      return fn && !fn.bridge && stateOf(fn, verdictOf(snapshot, host.ready().facts, address)) === 'locked';
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

  #functionItem(host: Host, address: PciAddress, id: string): TreeItem {
    const { snapshot, names, facts } = host.ready();
    const fn = snapshot.functions.get(address);
    if (!fn) return new TreeItem(address); // gone since the row was made; the next refresh takes it away
    const verdict = verdictOf(snapshot, facts, address);
    const row = deviceRow(fn, names, verdict);
    const item = new TreeItem(row.label);
    item.id = id;
    item.description = row.description;
    item.iconPath = new ThemeIcon(row.icon, colorOf(row));
    item.contextValue = row.context;
    item.resourceUri = Uri.from({ scheme: DEVICE_SCHEME, path: `/${host.name}/${address}`, query: row.state });
    item.accessibilityInformation = { label: spoken(row, verdict.reasons[0] ? reasonText(verdict.reasons[0]) : '') };
    return item;
  }
}

/** Another row once it has children: the view would keep one that had none folded. */
function hostNode(host: Host): DeviceNode {
  return { kind: 'host', id: host.state.kind === 'ready' ? host.name : `${host.name}/${host.state.kind}`, host };
}

function colorOf(row: DeviceRow): ThemeColor | undefined {
  switch (row.state) {
    case 'bound':
      return new ThemeColor('charts.green');
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
  }[row.state];
  return `${row.label}, ${row.description}, ${state}`;
}
