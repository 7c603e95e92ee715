import { EventEmitter, workspace, type Disposable, type LogOutputChannel, type Memento } from 'vscode';
import { BOOT_TARGETS } from '../guest/boards.ts';
import {
  isHarmless,
  locateImages,
  readBootConfigurations,
  type BootConfiguration,
  type ConfigurationEntry,
} from '../guest/boot-configuration.ts';
import { chooseDevices } from '../guest/device-choice.ts';
import { Failure } from '../host/failure.ts';
import type { Host } from '../host/host.ts';
import { pciAddress } from '../host/pci-address.ts';
import { problemText } from './boot-configuration-words.ts';
import type { BootWish } from './booting.ts';
import { setContextKey } from './context-keys.ts';
import type { HostList } from './host-list.ts';
import { bootConfigurationsSetting } from './settings.ts';

/** What a task or a launch configuration may say; it goes before the boot configuration that it names. */
export interface AskedBoot {
  configuration?: string | undefined;
  host?: string | undefined;
  devices?: readonly string[] | undefined;
  buildDirectory?: string | undefined;
  menuList?: string | undefined;
  bootTarget?: string | undefined;
}

const LAST = 'barrelfish.lastBootConfiguration';

/** The boot configurations of the settings, and which of them is the last. */
export class BootConfigurations implements Disposable {
  readonly #hosts: HostList;
  readonly #memory: Memento;
  readonly #log: LogOutputChannel;
  readonly #changed = new EventEmitter<undefined>();
  readonly onDidChange = this.#changed.event;
  readonly #subscription: Disposable;
  #entries: readonly ConfigurationEntry[] = [];

  constructor(hosts: HostList, memory: Memento, log: LogOutputChannel) {
    this.#hosts = hosts;
    this.#memory = memory;
    this.#log = log;
    this.#read();
    this.#subscription = workspace.onDidChangeConfiguration((event) => {
      if (!event.affectsConfiguration('barrelfish.bootConfigurations')) return;
      this.#read();
      this.#changed.fire(undefined);
    });
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }

  entries(): readonly ConfigurationEntry[] {
    return this.#entries;
  }

  /** Those that can be booted. */
  sound(): BootConfiguration[] {
    return this.#entries.flatMap(({ configuration }) => configuration ?? []);
  }

  /** The one that was booted or chosen last, else the first. */
  last(): BootConfiguration | undefined {
    const sound = this.sound();
    return sound.find(({ name }) => name === this.#memory.get<string>(LAST)) ?? sound[0];
  }

  async choose(name: string): Promise<void> {
    if (this.#memory.get<string>(LAST) === name) return;
    await this.#memory.update(LAST, name);
    this.#changed.fire(undefined);
  }

  /** Throws `no-configuration`, and `bad-configuration` for one that something is wrong with. */
  find(name: string): BootConfiguration {
    const entry = this.#entries.find((each) => each.name === name);
    if (!entry) throw new Failure('no-configuration', { configuration: name });
    if (entry.configuration) return entry.configuration;
    const problems = entry.problems.filter((problem) => !isHarmless(problem));
    throw new Failure('bad-configuration', { configuration: name, problems });
  }

  /** Name of the host that it boots on. */
  hostName({ host }: BootConfiguration): string {
    return host ?? this.#hosts.all()[0]?.name ?? '';
  }

  /** What is to be booted, with its devices found on the host as it is now. */
  async wish(asked: AskedBoot): Promise<BootWish> {
    await this.#hosts.readAll();
    const configuration = asked.configuration === undefined ? undefined : this.find(asked.configuration);
    const hostName = asked.host ?? configuration?.host;
    const host = hostName === undefined ? this.#hosts.all()[0] : this.#hosts.get(hostName);
    if (!host) throw new Failure('no-host', { host: hostName ?? '' });
    const buildDirectory = asked.buildDirectory ?? configuration?.buildDirectory;
    const menuList = asked.menuList ?? configuration?.menuList;
    const bootTarget = asked.bootTarget ?? configuration?.bootTarget;
    if (bootTarget !== undefined && !BOOT_TARGETS.includes(bootTarget))
      throw new Failure('no-boot-target', { bootTarget, known: BOOT_TARGETS });
    return {
      host,
      devices: Array.isArray(asked.devices)
        ? asked.devices.map((each) => pciAddress(String(each)))
        : configuration
          ? await devicesOf(configuration, host)
          : [],
      ...(buildDirectory === undefined ? {} : { buildDirectory }),
      ...(menuList === undefined ? {} : { menuList }),
      ...(bootTarget === undefined ? {} : { bootTarget }),
      ...(configuration ? { configuration: withImages(configuration, host) } : {}),
    };
  }

  #read(): void {
    this.#entries = readBootConfigurations(bootConfigurationsSetting());
    for (const [index, { name, problems }] of this.#entries.entries())
      for (const problem of problems) this.#log.warn(problemText(problem, { name, index }));
    setContextKey('bootConfigurations', this.sound().length > 0);
  }
}

async function devicesOf({ devices }: BootConfiguration, host: Host): Promise<BootWish['devices']> {
  if (devices.length === 0) return [];
  await host.refresh();
  const { snapshot, facts } = host.ready();
  return chooseDevices(devices, { name: host.name, snapshot, facts });
}

function withImages(configuration: BootConfiguration, { connection }: Host): BootConfiguration {
  if (!configuration.emulated) return configuration;
  const folder = workspace.workspaceFolders?.[0]?.uri.fsPath;
  return { ...configuration, emulated: locateImages(configuration, { local: connection.kind === 'local', folder }) };
}
