import {
  l10n,
  Range,
  ThemeColor,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
  Uri,
  type TreeDataProvider,
} from 'vscode';
import type { Finding } from '../guest/findings.ts';
import type { Guest, GuestState } from '../guest/guest.ts';
import { formatGuestAddress, guestAddressOf, type PassedDevice } from '../guest/machine.ts';
import { shortAddress } from '../host/pci-address.ts';
import { findingWords } from './guest-findings.ts';
import type { GuestList, RunningGuest } from './guest-list.ts';
import { wordingOf } from './wording.ts';

export type GuestNode =
  | ({ kind: 'guest' } & RunningGuest)
  | { kind: 'device'; guest: Guest; device: PassedDevice }
  | { kind: 'finding'; running: RunningGuest; finding: Finding };

const icons: Record<GuestState['kind'], { icon: string; color?: string }> = {
  starting: { icon: 'loading~spin' },
  running: { icon: 'vm-running', color: 'charts.green' },
  paused: { icon: 'debug-pause', color: 'charts.yellow' },
  stopped: { icon: 'vm-outline', color: 'disabledForeground' },
  unreachable: { icon: 'warning', color: 'list.warningForeground' },
};

function stateText(state: GuestState): string {
  switch (state.kind) {
    case 'starting':
      return l10n.t('starting');
    case 'running':
      return l10n.t('running');
    case 'paused':
      return l10n.t('paused');
    case 'stopped':
      return state.exitCode === undefined || state.exitCode === 0
        ? l10n.t('ended')
        : l10n.t('ended, exit code {0}', state.exitCode);
    case 'unreachable':
      return wordingOf(state.failure).message;
  }
}

export class GuestTree implements TreeDataProvider<GuestNode> {
  readonly #guests: GuestList;
  readonly onDidChangeTreeData: GuestList['onDidChange'];

  constructor(guests: GuestList) {
    this.#guests = guests;
    this.onDidChangeTreeData = guests.onDidChange;
  }

  getChildren(node?: GuestNode): GuestNode[] {
    if (!node) return this.#guests.all().map((each) => ({ kind: 'guest', ...each }));
    if (node.kind !== 'guest') return [];
    const { guest, findings } = node;
    return [
      ...guest.spec.passed.map((device): GuestNode => ({ kind: 'device', guest, device })),
      ...findings.all().map((finding): GuestNode => ({ kind: 'finding', running: node, finding })),
    ];
  }

  /** Only guests are revealed, and they are roots. */
  getParent(): undefined {
    return undefined;
  }

  getTreeItem(node: GuestNode): TreeItem {
    if (node.kind === 'device') {
      const item = new TreeItem(shortAddress(node.device.host));
      item.id = `${node.guest.session.id}/${node.device.id}`;
      item.description = l10n.t(
        'is {0} in the guest',
        formatGuestAddress(guestAddressOf(node.guest.spec, node.device)),
      );
      item.iconPath = new ThemeIcon('circuit-board');
      item.contextValue = 'device';
      return item;
    }
    if (node.kind === 'finding') return findingItem(node);
    const { guest, host, findings } = node;
    const { state, spec } = guest;
    const item = new TreeItem(
      spec.name,
      spec.passed.length + findings.all().length > 0
        ? TreeItemCollapsibleState.Expanded
        : TreeItemCollapsibleState.None,
    );
    const { icon, color } = icons[state.kind];
    item.id = guest.session.id;
    item.iconPath = new ThemeIcon(icon, color === undefined ? undefined : new ThemeColor(color));
    item.description = [stateText(state), host.name, spec.accelerator].join(' · ');
    item.tooltip = [spec.directory, `${spec.memoryMiB.toString()} MiB`, guest.session.directory].join('\n');
    item.contextValue = `guest ${state.kind === 'stopped' ? 'ended' : 'live'}`;
    item.accessibilityInformation = { label: `${spec.name}, ${item.description}` };
    return item;
  }
}

function findingItem({ running, finding }: Extract<GuestNode, { kind: 'finding' }>): TreeItem {
  const { guest, log } = running;
  const { what, more } = findingWords(guest.spec, finding);
  const item = new TreeItem(what);
  item.description = finding.times > 1 ? `×${finding.times.toString()}` : '';
  item.tooltip = [what, '', ...more].join('\n');
  item.iconPath = new ThemeIcon('warning', new ThemeColor('list.warningForeground'));
  item.contextValue = 'finding';
  const selection = new Range(finding.line, 0, finding.line, 0);
  item.command = {
    command: 'vscode.open',
    title: l10n.t('Show in Log'),
    arguments: [Uri.file(log.file), { selection }],
  };
  return item;
}
