import { readFileSync } from 'node:fs';
import { EventEmitter, workspace, type Disposable, type LogOutputChannel } from 'vscode';
import type { Connection } from '../host/connection.ts';
import { Host } from '../host/host.ts';
import { LocalConnection } from '../host/local-connection.ts';
import { PciNames } from '../host/pci-names.ts';
import { SshConnection } from '../host/ssh-connection.ts';
import { logFailure } from './log.ts';
import { hostsSetting, ownDevices, sshSettings } from './settings.ts';

const PATIENCE_MS = 5000;

/** The hosts of the setting, made and ended as it changes. */
export class HostList implements Disposable {
  readonly #changed = new EventEmitter<Host | undefined>();
  /** One host, or (undefined) the list itself. */
  readonly onDidChange = this.#changed.event;
  readonly #log: LogOutputChannel;
  readonly #namesFile: string;
  readonly #subscription: Disposable;
  #hosts = new Map<string, { destination: string; host: Host }>();
  #fallbackNames: PciNames | undefined;
  #visible = false;

  /** `namesFile`: the bundled pci.ids. */
  constructor(log: LogOutputChannel, namesFile: string) {
    this.#log = log;
    this.#namesFile = namesFile;
    this.#read();
    this.#subscription = workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('barrelfish.ssh')) this.#clear();
      if (event.affectsConfiguration('barrelfish.hosts') || event.affectsConfiguration('barrelfish.ssh')) this.#read();
      if (event.affectsConfiguration('barrelfish.devices'))
        for (const host of this.all()) if (host.state.kind !== 'connecting') void host.refresh();
    });
  }

  all(): Host[] {
    return [...this.#hosts.values()].map(({ host }) => host);
  }

  get(name: string): Host | undefined {
    return this.#hosts.get(name)?.host;
  }

  /**
   * Reads the hosts that nobody has looked at yet, for commands that don't come from the view. A host that doesn't
   * answer holds nobody up for long.
   */
  async readAll(): Promise<void> {
    const unread = this.all().filter((host) => host.state.kind === 'connecting');
    if (unread.length === 0) return;
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise((resolve) => (timer = setTimeout(resolve, PATIENCE_MS)));
    await Promise.race([Promise.allSettled(unread.map((host) => host.refresh())), patience]);
    clearTimeout(timer);
  }

  /** Nothing is read or watched on any host before somebody looks. */
  setVisible(visible: boolean): void {
    this.#visible = visible;
    for (const host of this.all()) host.setLive(visible);
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#clear();
    this.#changed.dispose();
  }

  #clear(): void {
    for (const { host } of this.#hosts.values()) this.#end(host);
    this.#hosts.clear();
  }

  #end(host: Host): void {
    host[Symbol.asyncDispose]().catch((error: unknown) => {
      logFailure(this.#log, `closing ${host.name}`, error);
    });
  }

  #read(): void {
    const wanted = new Map(Object.entries(hostsSetting()));
    const kept = new Map<string, { destination: string; host: Host }>();
    for (const [name, destination] of wanted) {
      const known = this.#hosts.get(name);
      if (known?.destination === destination) kept.set(name, known);
      else kept.set(name, { destination, host: this.#make(name, destination) });
    }
    for (const [name, { destination, host }] of this.#hosts) {
      if (wanted.get(name) !== destination) this.#end(host);
    }
    this.#hosts = kept;
    if (this.#visible) for (const host of this.all()) host.setLive(true);
    this.#changed.fire(undefined);
  }

  #make(name: string, destination: string): Host {
    const connection: Connection =
      destination === 'local'
        ? new LocalConnection(name)
        : new SshConnection(name, destination, {
            ...sshSettings(),
            onLost: () => {
              host.lost();
            },
          });
    const host = new Host(connection, {
      fallbackNames: () => (this.#fallbackNames ??= new PciNames(readFileSync(this.#namesFile, 'utf8'))),
      own: ownDevices,
      onChange: (changed) => {
        if (changed.state.kind === 'failed') logFailure(this.#log, name, changed.state.failure);
        this.#changed.fire(changed);
      },
    });
    return host;
  }
}
