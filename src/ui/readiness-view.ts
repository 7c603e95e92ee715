import {
  EventEmitter,
  l10n,
  MarkdownString,
  ThemeColor,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
  workspace,
  type Disposable,
  type TreeDataProvider,
} from 'vscode';
import { chooseAccelerator } from '../guest/accelerator.ts';
import { qemuVersion, tooOld } from '../guest/qemu-version.ts';
import type { Connection } from '../host/connection.ts';
import { Failure } from '../host/failure.ts';
import type { Host } from '../host/host.ts';
import { LocalConnection } from '../host/local-connection.ts';
import { kernelArgumentAdvice } from '../host/readiness-iommu.ts';
import { readEvidence } from '../host/readiness-reader.ts';
import {
  readiness,
  type ProgramFound,
  type ReadinessItem,
  type ReadinessState,
  type Trials,
} from '../host/readiness.ts';
import type { HostList } from './host-list.ts';
import type { HostCheck } from './readiness-document.ts';
import { readinessWords, stateWord } from './readiness-words.ts';
import { gdbPath, guestSettings } from './settings.ts';
import { wordingOf } from './wording.ts';

export type ReadinessNode = { host: Host } & (
  | { kind: 'host' }
  | { kind: 'item'; item: ReadinessItem; check: HostCheck }
  /** In place of items, while there are none. */
  | { kind: 'checking' }
  | { kind: 'failed'; failure: unknown }
);

type CheckState = { kind: 'checking' } | { kind: 'checked'; check: HostCheck } | { kind: 'failed'; failure: unknown };

const icons: Record<ReadinessState, { icon: string; color: string }> = {
  ok: { icon: 'pass', color: 'charts.green' },
  warning: { icon: 'warning', color: 'list.warningForeground' },
  problem: { icon: 'error', color: 'list.errorForeground' },
  unknown: { icon: 'question', color: 'disabledForeground' },
};

/** The view "Host Check": a host is checked when somebody looks for the first time, and when asked to. */
export class ReadinessView implements TreeDataProvider<ReadinessNode>, Disposable {
  readonly #hosts: HostList;
  readonly #changed = new EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #subscription: Disposable;
  readonly #states = new WeakMap<Host, CheckState>();
  readonly #running = new WeakMap<Host, Promise<HostCheck>>();

  constructor(hosts: HostList) {
    this.#hosts = hosts;
    this.#subscription = hosts.onDidChange((host) => {
      if (!host) this.#changed.fire(undefined); // the list itself
    });
  }

  /** Checks a host anew. Calls while a check is under way share it. */
  async check(host: Host): Promise<HostCheck> {
    const running = this.#running.get(host);
    if (running) return running;
    const begun = checkHost(host);
    this.#running.set(host, begun);
    const before = this.#states.get(host)?.kind;
    if (before === undefined) this.#states.set(host, { kind: 'checking' });
    if (before === 'failed') this.#set(host, { kind: 'checking' });
    try {
      const check = await begun;
      this.#set(host, { kind: 'checked', check });
      return check;
    } catch (failure) {
      this.#set(host, { kind: 'failed', failure });
      throw failure;
    } finally {
      this.#running.delete(host);
    }
  }

  /** What the last check gave, or a first one. */
  async latest(host: Host): Promise<HostCheck> {
    const state = this.#states.get(host);
    return state?.kind === 'checked' ? state.check : this.check(host);
  }

  getChildren(node?: ReadinessNode): ReadinessNode[] {
    if (node) return node.kind === 'host' ? this.#rows(node.host) : [];
    const hosts = this.#hosts.all();
    const [only] = hosts;
    if (hosts.length > 1) return hosts.map((host) => ({ kind: 'host', host }));
    return only ? this.#rows(only) : [];
  }

  /** Only hosts are revealed, and they are roots. */
  getParent(): undefined {
    return undefined;
  }

  /** The row of a host, where hosts have rows. */
  hostNode(host: Host): ReadinessNode | undefined {
    return this.#hosts.all().length > 1 ? { kind: 'host', host } : undefined;
  }

  getTreeItem(node: ReadinessNode): TreeItem {
    switch (node.kind) {
      case 'host':
        return hostRow(node.host, this.#states.get(node.host));
      case 'item':
        return itemRow(node);
      case 'checking': {
        const row = new TreeItem(l10n.t('Checking…'));
        row.iconPath = new ThemeIcon('loading~spin');
        return row;
      }
      case 'failed': {
        const { message, detail } = wordingOf(node.failure);
        const row = new TreeItem(message);
        row.iconPath = iconOf('problem');
        row.tooltip = detail === undefined ? message : `${message}\n\n${detail}`;
        row.contextValue = 'check failed';
        return row;
      }
    }
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }

  #rows(host: Host): ReadinessNode[] {
    const state = this.#states.get(host);
    switch (state?.kind) {
      case 'checked':
        return state.check.items.map((item) => ({ kind: 'item', host, item, check: state.check }));
      case 'failed':
        return [{ kind: 'failed', host, failure: state.failure }];
      case 'checking':
        return [{ kind: 'checking', host }];
      case undefined:
        void this.check(host).catch(() => undefined); // the row will say why
        return [{ kind: 'checking', host }];
    }
  }

  #set(host: Host, state: CheckState): void {
    this.#states.set(host, state);
    this.#changed.fire(undefined);
  }
}

/** What helps for a row, as lines for a shell. */
export function commandsOf(node: ReadinessNode): string[] {
  return node.kind === 'item' ? [...(readinessWords(node.item).commands ?? [])] : [];
}

function iconOf(state: ReadinessState): ThemeIcon {
  const { icon, color } = icons[state];
  return new ThemeIcon(icon, new ThemeColor(color));
}

/** Folded, so that only those hosts are checked that somebody looks at. */
function hostRow(host: Host, state: CheckState | undefined): TreeItem {
  const row = new TreeItem(host.name, TreeItemCollapsibleState.Collapsed);
  row.id = host.name;
  row.iconPath = new ThemeIcon(host.connection.kind === 'ssh' ? 'remote' : 'vm');
  row.contextValue = 'check host';
  if (state?.kind === 'checked') {
    const count = (wanted: ReadinessState): number => state.check.items.filter((item) => item.state === wanted).length;
    const [problems, warnings] = [count('problem'), count('warning')];
    const words = [
      ...(problems === 0 ? [] : [problems === 1 ? l10n.t('1 problem') : l10n.t('{0} problems', problems)]),
      ...(warnings === 0 ? [] : [warnings === 1 ? l10n.t('1 warning') : l10n.t('{0} warnings', warnings)]),
    ];
    row.description = words.length === 0 ? l10n.t('ready') : words.join(', ');
  }
  return row;
}

function itemRow({ host, item, check }: Extract<ReadinessNode, { kind: 'item' }>): TreeItem {
  const { title, evidence, todo, commands } = readinessWords(item);
  const row = new TreeItem(title);
  row.id = `${host.name}/${item.code}`;
  row.description = evidence;
  row.iconPath = iconOf(item.state);
  const tooltip = new MarkdownString();
  tooltip.appendText(`${title}: ${stateWord(item.state)}\n`).appendText(`${evidence}\n`);
  if (todo !== undefined) tooltip.appendText(`\n${todo}\n`);
  if (commands) tooltip.appendCodeblock(commands.join('\n'), 'shellscript');
  row.tooltip = tooltip;
  const byArgument = item.code === 'iommu' || item.code === 'interrupt-remapping';
  row.contextValue = [
    'check',
    item.state,
    item.code,
    ...(byArgument && item.state !== 'ok' && check.advice ? ['diff'] : []),
    ...(commands ? ['command'] : []),
  ].join(' ');
  // The state is told by the icon alone.
  row.accessibilityInformation = { label: `${title}: ${stateWord(item.state)}, ${evidence}` };
  return row;
}

async function checkHost(host: Host): Promise<HostCheck> {
  if (host.state.kind !== 'ready') await host.refresh();
  host.ready(); // or says why it isn't
  const { connection } = host;
  const { qemuPath, memoryMiB } = guestSettings();
  // A workspace that isn't trusted starts no guest, not even one of two instructions.
  const [evidence, trials] = await Promise.all([
    readEvidence(connection),
    workspace.isTrusted ? tryPrograms(connection, qemuPath, gdbPath()) : {},
  ]);
  const advice = kernelArgumentAdvice(evidence);
  return { evidence, items: readiness(evidence, trials, memoryMiB), ...(advice ? { advice } : {}) };
}

async function tryPrograms(connection: Connection, qemuPath: string, gdb: string): Promise<Trials> {
  const [kvm, qemu, debuggerFound] = await Promise.all([
    chooseAccelerator(connection, qemuPath).then(
      ({ reason }) => reason,
      () => undefined,
    ),
    qemuFound(connection, qemuPath),
    gdbFound(gdb),
  ]);
  return { ...(kvm ? { kvm } : {}), ...(qemu ? { qemu } : {}), ...(debuggerFound ? { gdb: debuggerFound } : {}) };
}

async function qemuFound(connection: Connection, program: string): Promise<ProgramFound | undefined> {
  try {
    const version = await qemuVersion(connection, program);
    const old = tooOld(version);
    const { major, minor, micro } = version;
    return { program, version: [major, minor, micro].join('.'), ...(old ? { needed: old.facts.needed } : {}) };
  } catch (error) {
    return Failure.is(error, 'program-missing') ? { program } : undefined;
  }
}

/** The debugger runs beside the extension, wherever the guest is. */
async function gdbFound(program: string): Promise<ProgramFound | undefined> {
  try {
    const { stdout } = await new LocalConnection('localhost').run([program, '--version']);
    const version = /^GNU gdb .*?(\d+(?:\.\d+)+)\S*$/m.exec(stdout.toString('utf8'))?.[1];
    return version === undefined ? undefined : { program, version };
  } catch (error) {
    return Failure.is(error, 'program-missing') ? { program } : undefined;
  }
}
