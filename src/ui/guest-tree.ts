import { isDeepStrictEqual } from 'node:util';
import {
  EventEmitter,
  l10n,
  Range,
  ThemeColor,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
  Uri,
  type Disposable,
  type TreeDataProvider,
} from 'vscode';
import { driverAt } from '../barrelfish/boot-progress.ts';
import type { Finding } from '../guest/findings.ts';
import type { Guest } from '../guest/guest.ts';
import { attachedDevices, type AttachedDevice } from '../guest/hot-plug.ts';
import { formatGuestAddress, guestAddressOf } from '../guest/machine.ts';
import { linesOf } from '../guest/session.ts';
import { shortAddress } from '../host/pci-address.ts';
import { machineWords } from './boot-words.ts';
import { formatBytes } from './device-row.ts';
import { findingWords } from './guest-findings.ts';
import type { DetachedGuest, GuestList, RunningGuest } from './guest-list.ts';
import { commandId } from './identifiers.ts';
import { detachedLook, lookOf, uptime, type Look } from './guest-words.ts';

export type GuestNode =
  | ({ kind: 'guest' } & RunningGuest)
  | { kind: 'detached'; detached: DetachedGuest }
  | { kind: 'device'; running: RunningGuest; device: AttachedDevice }
  | { kind: 'line'; running: RunningGuest; line: 'serial' | 'gdb' }
  | { kind: 'finding'; running: RunningGuest; finding: Finding };

/** Uptimes are shown in minutes. */
const MINUTE_MS = 60_000;

export class GuestTree implements TreeDataProvider<GuestNode>, Disposable {
  readonly #guests: GuestList;
  readonly #changed = new EventEmitter<GuestNode[] | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #subscription: Disposable;
  readonly #attached = new WeakMap<Guest, readonly AttachedDevice[]>();
  /** What the view has been told of last, and its rows. */
  #told: (RunningGuest | DetachedGuest)[] = [];
  #roots: GuestNode[] = [];
  #minutes: NodeJS.Timeout | undefined;

  constructor(guests: GuestList) {
    this.#guests = guests;
    this.#subscription = guests.onDidChange(() => {
      this.#tell();
    });
  }

  /** Time passes only for those who look. */
  setVisible(visible: boolean): void {
    clearInterval(this.#minutes);
    if (!visible) return;
    this.#minutes = setInterval(() => {
      if (this.#guests.live().length > 0) this.#tell();
    }, MINUTE_MS).unref();
  }

  dispose(): void {
    clearInterval(this.#minutes);
    this.#subscription.dispose();
    this.#changed.dispose();
  }

  getChildren(node?: GuestNode): GuestNode[] {
    if (!node) {
      this.#told = this.#listed();
      this.#roots = this.#told.map((each) =>
        'guest' in each ? { kind: 'guest', ...each } : { kind: 'detached', detached: each },
      );
      return this.#roots;
    }
    if (node.kind !== 'guest') return [];
    const { kind: _, ...running } = node;
    const { guest, findings } = running;
    return [
      ...this.#devicesOf(guest).map((device): GuestNode => ({ kind: 'device', running, device })),
      { kind: 'line', running, line: 'serial' },
      ...(guest.state.kind === 'stopped' ? [] : [{ kind: 'line', running, line: 'gdb' } as const]),
      ...findings.all().map((finding): GuestNode => ({ kind: 'finding', running, finding })),
    ];
  }

  /**
   * Has the rows drawn anew. Told of the whole tree, VS Code forgets all rows until it has read them, and a button pressed
   * in between doesn't say on which row; told of rows, it keeps them. A guest that boots changes several times a second.
   */
  #tell(): void {
    const now = this.#listed();
    const same = now.length === this.#told.length && now.every((each, index) => each === this.#told[index]);
    this.#changed.fire(same ? this.#roots : undefined);
  }

  #listed(): (RunningGuest | DetachedGuest)[] {
    return [...this.#guests.all(), ...this.#guests.detached()];
  }

  /** Only guests are revealed, and they are roots. */
  getParent(): undefined {
    return undefined;
  }

  getTreeItem(node: GuestNode): TreeItem {
    switch (node.kind) {
      case 'guest':
        return guestItem(node);
      case 'detached':
        return detachedItem(node.detached);
      case 'device':
        return deviceItem(node);
      case 'line':
        return lineItem(node);
      case 'finding':
        return findingItem(node);
    }
  }

  /** As QEMU has told it last; it is asked again, and what is new is shown then. */
  #devicesOf(guest: Guest): readonly AttachedDevice[] {
    const planned = guest.spec.passed.map((device) => ({
      host: device.host,
      id: device.id,
      guest: guestAddressOf(guest.spec, device),
      removable: device.hotpluggable,
    }));
    const known = this.#attached.get(guest) ?? planned;
    if (guest.state.kind === 'running') {
      attachedDevices(guest).then(
        (now) => {
          // Before firmware has numbered the buses, all that is behind a bridge is on bus 0.
          const numbered = now.map((each) =>
            each.removable && each.guest.bus === 0 ? (known.find(({ id }) => id === each.id) ?? each) : each,
          );
          if (isDeepStrictEqual(numbered, known)) return;
          this.#attached.set(guest, numbered);
          this.#tell();
        },
        () => undefined, // it has ended meanwhile
      );
    }
    return known;
  }
}

function icon({ icon: id, color }: Look): ThemeIcon {
  return new ThemeIcon(id, color === undefined ? undefined : new ThemeColor(color));
}

function guestItem({ guest, host, findings }: RunningGuest): TreeItem {
  const { state, spec, session } = guest;
  const look = lookOf(state, findings.progress);
  const item = new TreeItem(
    spec.name,
    state.kind === 'stopped' ? TreeItemCollapsibleState.Collapsed : TreeItemCollapsibleState.Expanded,
  );
  item.id = session.id;
  item.iconPath = icon(look);
  const up = state.kind === 'stopped' ? '' : uptime(session.startedAt, Date.now());
  item.description = [look.text, up, host.name, spec.accelerator].filter((each) => each !== '').join(' · ');
  item.tooltip = [
    `${spec.name}: ${look.text}`,
    l10n.t('Started at {0}', session.startedAt.toLocaleString()),
    machineWords(spec),
    l10n.t('QEMU is process {0} on {1}', session.pid, host.name),
    spec.directory,
    session.directory,
  ].join('\n');
  const waits = findings.all().some(({ diagnosis }) => diagnosis.code === 'kernel-waits-for-gdb') ? ['waits'] : [];
  item.contextValue = ['guest', state.kind === 'stopped' ? 'ended' : 'live', state.kind, ...waits].join(' ');
  item.accessibilityInformation = { label: `${spec.name}, ${item.description}` };
  return item;
}

function detachedItem({ host, session, state }: DetachedGuest): TreeItem {
  const look = detachedLook(state);
  const item = new TreeItem(session.spec.name);
  item.id = session.id;
  item.iconPath = icon(look);
  item.description = [look.text, uptime(session.startedAt, Date.now()), host.name]
    .filter((each) => each !== '')
    .join(' · ');
  item.tooltip = [look.text, session.directory].join('\n');
  item.contextValue = `detached ${state.kind}`;
  item.accessibilityInformation = { label: `${session.spec.name}, ${item.description}` };
  return item;
}

function deviceItem({ running, device }: Extract<GuestNode, { kind: 'device' }>): TreeItem {
  const { guest, findings } = running;
  const item = new TreeItem(shortAddress(device.host));
  item.id = `${guest.session.id}/${device.id}`;
  const address = formatGuestAddress(device.guest);
  const driver = driverAt(findings.progress, address);
  item.description = [
    l10n.t('is {0} in the guest', address),
    ...(driver ? [l10n.t('driven by {0}', driver.binary)] : []),
  ].join(' · ');
  item.iconPath = new ThemeIcon('circuit-board');
  item.contextValue = device.removable && guest.state.kind !== 'stopped' ? 'device removable' : 'device';
  return item;
}

function lineItem({ running, line }: Extract<GuestNode, { kind: 'line' }>): TreeItem {
  const { guest, log } = running;
  const item = new TreeItem(line === 'serial' ? l10n.t('Serial line') : 'gdb');
  item.id = `${guest.session.id}/${line}`;
  item.contextValue = line;
  if (line === 'serial') {
    item.description = formatBytes(guest.serial.received);
    item.iconPath = new ThemeIcon('terminal');
    item.tooltip = log.file;
    const node: GuestNode = { kind: 'guest', ...running };
    item.command =
      guest.state.kind === 'stopped'
        ? { command: commandId('openLog'), title: l10n.t('Open Serial Log'), arguments: [node] }
        : { command: commandId('openSerial'), title: l10n.t('Open Serial Terminal'), arguments: [node] };
  } else {
    const { gdb } = linesOf(guest.session.directory);
    item.description = gdb;
    item.iconPath = new ThemeIcon('debug-alt');
    item.tooltip = `target remote ${gdb}`;
  }
  return item;
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
