import { arch, platform } from 'node:process';
import { EventEmitter, type Disposable, type TreeDataProvider, type TreeItem } from 'vscode';
import { Failure } from '../host/failure.ts';
import type { Host } from '../host/host.ts';
import type { PciAddress } from '../host/pci-address.ts';
import { isOnVfio } from '../host/snapshot.ts';
import { verdictOf } from '../host/verdict.ts';
import { setContextKey } from './context-keys.ts';
import { deviceItem } from './device-items.ts';
import { arrange, functionNode, type Arrangement, type DeviceNode } from './device-nodes.ts';
import { comparable, DeviceSurvey, ToldRows } from './device-survey.ts';
import { deviceTooltip } from './device-tooltip.ts';
import type { DriverKnowledge } from './driver-knowledge.ts';
import type { HostList } from './host-list.ts';

/** Refreshes of several hosts or a burst of changes are shown as one. */
const SHOW_MS = 30;
/**
 * VS Code gathers the rows whose children it asks for, and gives some of them the children of others when more come
 * within the same few milliseconds (`CustomTreeDataSource.getChildren`). That happens to rows that are unfolded together,
 * and to any when one is unfolded during a refresh. It does not say so, but asking for them once more, later, puts it
 * right.
 */
const TOGETHER_MS = 200;
const AGAIN_MS = 1000;

export class DeviceTree implements TreeDataProvider<DeviceNode>, Disposable {
  readonly #hosts: HostList;
  readonly #changed = new EventEmitter<DeviceNode[] | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #drivers: DriverKnowledge;
  readonly #subscriptions: readonly Disposable[];
  #arrangement: Pick<Arrangement, 'byClass' | 'filter'> = { byClass: false, filter: [] };
  #drivenOnly = false;
  #withoutIommu = false;
  #timer: NodeJS.Timeout | undefined;
  #again: NodeJS.Timeout | undefined;
  /** When rows were asked for that nobody had just unfolded. */
  #askedAt = -Infinity;
  #unfoldedAt = -Infinity;
  /** The ids of rows unfolded together, until they have been asked for once more. */
  readonly #together = new Set<string>();
  #againAll = false;
  /** All rows, also those that the view has not asked for. */
  #survey: DeviceSurvey | undefined;
  readonly #told = new ToldRows((node) => this.#fingerprint(node));

  constructor(hosts: HostList, drivers: DriverKnowledge) {
    this.#hosts = hosts;
    this.#drivers = drivers;
    const show = (): void => {
      this.#show();
    };
    this.#subscriptions = [hosts.onDidChange(show), drivers.onDidChange(show)];
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
    setContextKey('filtered', filter.length > 0);
    this.#show();
  }

  set byClass(byClass: boolean) {
    this.#arrangement = { ...this.#arrangement, byClass };
    setContextKey('byClass', byClass);
    this.#show();
  }

  /** Lists only what Barrelfish has a driver for, as long as a device database is known. */
  set drivenOnly(drivenOnly: boolean) {
    this.#drivenOnly = drivenOnly;
    setContextKey('drivenOnly', drivenOnly);
    this.#show();
  }

  /** Lists devices also where no IOMMU lets them be taken. */
  showWithoutIommu(): void {
    this.#withoutIommu = true;
    this.#show();
  }

  /** The user has unfolded a row. */
  unfolded({ id }: DeviceNode): void {
    const now = performance.now();
    if (!this.#again && now - this.#unfoldedAt >= TOGETHER_MS) this.#together.clear();
    this.#together.add(id);
    this.#unfoldedAt = now;
    const all = now - this.#askedAt < TOGETHER_MS;
    if (all || this.#together.size > 1) this.#fireAgain({ all });
  }

  dispose(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#again);
    for (const each of this.#subscriptions) each.dispose();
    this.#changed.dispose();
  }

  /** New nodes each time: the view mixes up what it is told twice of one node, before and after it was told to forget. */
  getChildren(node?: DeviceNode): DeviceNode[] {
    this.#survey ??= this.#look();
    const children = this.#childrenNow(node);
    for (const child of children) this.#told.add(child);
    if (!node || !this.#together.has(node.id)) {
      this.#askedAt = performance.now();
      if (this.#askedAt - this.#unfoldedAt < TOGETHER_MS) this.#fireAgain({ all: true });
    }
    return children;
  }

  getParent(node: DeviceNode): DeviceNode | undefined {
    return this.#survey?.parent(node);
  }

  getTreeItem(node: DeviceNode): TreeItem {
    return deviceItem(node, this.#drivers);
  }

  /** The row of a function, for revealing it. */
  find(host: Host, address: PciAddress): DeviceNode | undefined {
    return (this.#survey ??= this.#look()).find(
      (node) => node.kind === 'function' && node.host === host && node.address === address,
    );
  }

  /** The tooltip is made when somebody asks for it. */
  resolveTreeItem(item: TreeItem, node: DeviceNode): TreeItem {
    if (node.kind === 'function' && node.host.state.kind === 'ready') {
      const { snapshot, names, facts } = node.host.state;
      const fn = snapshot.functions.get(node.address);
      if (fn) {
        const driver = { match: this.#drivers.driverFor(fn), known: this.#drivers.file !== undefined };
        item.tooltip = deviceTooltip(fn, snapshot, names, verdictOf(snapshot, facts, node.address), driver);
      }
    }
    return item;
  }

  #arranged(host: Host): DeviceNode[] {
    if (host.state.kind !== 'ready') return [];
    return arrange(host, host.state.snapshot, host.state.names, {
      ...this.#arrangement,
      driverOf: (fn) => this.#drivers.driverFor(fn)?.entry.binary,
      drivenOnly: this.#isDrivenOnly(),
    });
  }

  /** Without a database nobody can tell, and an empty view would say something else. */
  #isDrivenOnly(): boolean {
    return this.#drivenOnly && this.#drivers.file !== undefined;
  }

  #look(): DeviceSurvey {
    return new DeviceSurvey((node) => this.#childrenNow(node));
  }

  /** All that a row and its tooltip are made from. */
  #fingerprint(node: DeviceNode): string {
    const { state } = node.host;
    if (node.kind !== 'function' || state.kind !== 'ready') return comparable(deviceItem(node, this.#drivers));
    const { snapshot, facts } = state;
    const fn = snapshot.functions.get(node.address);
    const match = fn && this.#drivers.driverFor(fn);
    const driver = match ? [match.entry, match.interrupts, match.others.map(({ binary }) => binary)] : undefined;
    return comparable([fn, verdictOf(snapshot, facts, node.address), driver, this.#drivers.file !== undefined]);
  }

  #childrenNow(node?: DeviceNode): DeviceNode[] {
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
        return node.functions.map((address) => functionNode(node.host, address));
      case 'function':
        return [];
    }
  }

  #show(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#setContext();
      this.#tell();
    }, SHOW_MS);
  }

  /**
   * Has rows drawn anew that say something else, and no others. Told of the whole tree, or of a row that has children, VS
   * Code forgets the rows below until it has read them, and a button pressed in between would not say on which row.
   */
  #tell(): void {
    const before = this.#survey;
    if (!before) return; // nobody has asked yet
    this.#survey = this.#look();
    const rows = this.#survey.hasRowsOf(before) ? this.#told.takeChanged() : undefined;
    if (rows?.length === 0) return;
    if (rows?.every(({ kind }) => kind === 'function')) {
      this.#changed.fire(rows); // they have no children to be asked for
      return;
    }
    this.#fire(rows);
  }

  /** `rows`: undefined for all. */
  #fire(rows?: DeviceNode[]): void {
    this.#together.clear();
    if (!rows) this.#told.forget();
    this.#changed.fire(rows);
  }

  /** All rows, or only those that were unfolded together. */
  #fireAgain({ all }: { all: boolean }): void {
    this.#againAll ||= all;
    clearTimeout(this.#again);
    this.#again = setTimeout(() => {
      this.#again = undefined;
      this.#fire(this.#againAll ? undefined : this.#told.rows(this.#together));
      this.#againAll = false;
    }, AGAIN_MS);
  }

  /** What the welcome views go by, when there is one host or none. */
  #setContext(): void {
    const hosts = this.#hosts.all();
    const [only] = hosts;
    const state = only === undefined ? (platform === 'win32' ? 'windows' : 'no-host') : this.#stateOf(only);
    const ready = only?.state.kind === 'ready' ? only.state : undefined;
    const filtered = this.#arrangement.filter.length > 0 || this.#isDrivenOnly();
    const nothing = state === 'ready' && only && filtered && this.#arranged(only).length === 0;
    const why = this.#arrangement.filter.length > 0 ? 'nothing-matches' : 'nothing-driven';
    const values = {
      state: hosts.length > 1 ? 'ready' : nothing ? why : state,
      cpu: ready?.facts.cpu ?? (arch === 'x64' ? 'intel' : 'other'),
      ...milestones(hosts),
      anyFailed: hosts.some((host) => host.state.kind === 'failed'),
    };
    for (const [name, value] of Object.entries(values)) setContextKey(name, value);
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
}

/** Another row once it has children: the view would keep one that had none folded. */
function hostNode(host: Host): DeviceNode {
  return { kind: 'host', id: host.state.kind === 'ready' ? host.name : `${host.name}/${host.state.kind}`, host };
}

/** What the walkthrough ticks off: facts, not clicks. */
function milestones(hosts: readonly Host[]): Record<'iommuOn' | 'deviceFound' | 'anyBound', boolean> {
  const ready = hosts.flatMap(({ state }) => (state.kind === 'ready' ? [state] : []));
  const functions = ready.flatMap(({ snapshot }) => [...snapshot.functions.values()]);
  return {
    iommuOn: ready.some(({ snapshot }) => snapshot.groups.size > 0),
    deviceFound: ready.some(({ snapshot, facts }) =>
      [...snapshot.functions.keys()].some((address) => verdictOf(snapshot, facts, address).level !== 'refuse'),
    ),
    anyBound: functions.some(isOnVfio),
  };
}
