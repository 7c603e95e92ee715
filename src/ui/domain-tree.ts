import {
  EventEmitter,
  l10n,
  ThemeColor,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
  type Disposable,
  type TreeDataProvider,
  type TreeView,
} from 'vscode';
import type { DebugSessions, DebuggedGuest, KnownDomain } from './debug-sessions.ts';

export type DomainNode = { kind: 'core'; core: number } | { kind: 'domain'; domain: KnownDomain };

/** The cores and domains of the guest that is being debugged, as its kernels' own structures had them at the last stop. */
export class DomainTree implements TreeDataProvider<DomainNode>, Disposable {
  readonly #sessions: DebugSessions;
  readonly #changed = new EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #subscription: Disposable;

  constructor(sessions: DebugSessions) {
    this.#sessions = sessions;
    this.#subscription = sessions.onDidChange(() => {
      this.#changed.fire(undefined);
    });
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }

  getChildren(node?: DomainNode): DomainNode[] {
    const domains = this.#sessions.active?.domains ?? [];
    const cores = [...new Set(domains.map(({ core }) => core))];
    if (!node && cores.length > 1) return cores.map((core) => ({ kind: 'core', core }));
    if (node && node.kind !== 'core') return [];
    return domains
      .filter(({ core }) => !node || core === node.core)
      .map((domain): DomainNode => ({ kind: 'domain', domain }));
  }

  getTreeItem(node: DomainNode): TreeItem {
    const live = this.#sessions.active?.state === 'stopped';
    if (node.kind === 'domain') return domainItem(node.domain, live);
    const item = new TreeItem(l10n.t('Core {0}', node.core), TreeItemCollapsibleState.Expanded);
    item.id = `core ${node.core.toString()}`;
    const own = (this.#sessions.active?.domains ?? []).filter(({ core }) => core === node.core);
    const running = own.find(({ state }) => state === 'running')?.name ?? l10n.t('idle');
    item.description = live ? running : '';
    item.iconPath = new ThemeIcon('chip');
    item.accessibilityInformation = { label: `${l10n.t('Core {0}', node.core)}, ${item.description}` };
    return item;
  }
}

/** Keeps the sentence above the list right. */
export function describeDomains(view: TreeView<DomainNode>, sessions: DebugSessions): Disposable {
  return sessions.onDidChange(() => {
    view.message = messageFor(sessions.active) ?? '';
  });
}

function messageFor(known: DebuggedGuest | undefined): string | undefined {
  if (!known) return undefined;
  if (known.session.configuration['postMortem'] === true) return l10n.t('Post-mortem shows the CPU driver alone.');
  if (!known.knowing)
    return l10n.t(
      'Domains need gdb 13 or newer with Python, a PC as guest, and symbols of its CPU driver. Breakpoints in the CPU driver work.',
    );
  if (known.state !== 'stopped')
    return known.domains.length > 0
      ? l10n.t('The guest runs. This is how it was; pause it to see how it is.')
      : l10n.t('Pause the guest to see its domains.');
  return known.domains.length > 0 ? undefined : l10n.t('No kernel has made a domain yet.');
}

function stateText({ state }: KnownDomain): string {
  switch (state) {
    case 'running':
      return l10n.t('running');
    case 'runnable':
      return l10n.t('runnable');
    case 'blocked':
      return l10n.t('blocked');
  }
}

const icons = { running: 'play-circle', runnable: 'circle-large-outline', blocked: 'circle-slash' } as const;

function iconOf({ state, current }: KnownDomain, live: boolean): ThemeIcon {
  if (!live) return new ThemeIcon(icons[state], new ThemeColor('disabledForeground'));
  if (current)
    return new ThemeIcon('debug-stackframe', new ThemeColor('debugIcon.breakpointCurrentStackframeForeground'));
  return new ThemeIcon(icons[state], state === 'running' ? new ThemeColor('charts.green') : undefined);
}

function domainItem(domain: KnownDomain, live: boolean): TreeItem {
  const { name, core, dispatcher, root, file, current, debugged, disabled } = domain;
  const item = new TreeItem(name === '' ? l10n.t('(no name)') : name);
  item.id = `${core.toString()} ${dispatcher}`;
  item.description = [
    ...(current && live ? [l10n.t('stopped here')] : [stateText(domain)]),
    ...(debugged ? [l10n.t('debugged')] : []),
    ...(file === undefined ? [l10n.t('no symbols')] : []),
  ].join(' · ');
  item.iconPath = iconOf(domain, live);
  item.tooltip = [
    l10n.t('{0} on core {1}: {2}', name, core, stateText(domain)),
    ...(disabled ? [l10n.t('Disabled: it can not be interrupted by an upcall now')] : []),
    l10n.t('Dispatcher at {0}, page tables at {1}', dispatcher, root),
    ...(domain.domain === undefined ? [] : [l10n.t('Domain {0}', domain.domain)]),
    file ?? l10n.t('The build directory has no file x86_64/sbin/{0}, so gdb knows none of its sources.', name),
    ...(file !== undefined && !debugged
      ? [l10n.t('Debug This Domain lets breakpoints in its sources stop in it.')]
      : []),
  ].join('\n');
  item.contextValue = ['domain', file === undefined ? 'unknown' : 'known', debugged ? 'debugged' : 'free'].join(' ');
  item.accessibilityInformation = { label: `${name}, core ${core.toString()}, ${item.description}` };
  return item;
}
