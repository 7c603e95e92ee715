import { open } from 'node:fs/promises';
import {
  debug,
  DebugAdapterExecutable,
  DebugConfigurationProviderTriggerKind,
  l10n,
  window,
  type DebugAdapterDescriptorFactory,
  type DebugConfiguration,
  type DebugConfigurationProvider,
  type Disposable,
} from 'vscode';
import { sessionArguments } from '../debug/session-arguments.ts';
import { kernelBase, kernelSymbols, loaderEntry } from '../debug/symbols.ts';
import { Failure } from '../host/failure.ts';
import { isOnVfio } from '../host/snapshot.ts';
import type { BootConfigurations } from './boot-configurations.ts';
import type { Booting } from './booting.ts';
import { debugSourceMap } from './build-settings.ts';
import { debugTracker } from './debug-tracker.ts';
import type { GuestList, RunningGuest } from './guest-list.ts';
import type { HostList } from './host-list.ts';
import { DEBUG_TYPE } from './identifiers.ts';
import type { Messages } from './messages.ts';
import type { SerialTerminals } from './serial-terminal.ts';
import { gdbPath } from './settings.ts';

/** What can stand in a launch.json; checked when used, since it can be written by hand. */
type Wish = DebugConfiguration;

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];

/** How much of the serial line's beginning is read for the kernel's address: it is printed early. */
const LOG_BYTES = 1024 * 1024;

export class Debugging implements DebugConfigurationProvider, Disposable {
  readonly #hosts: HostList;
  readonly #guests: GuestList;
  readonly #configurations: BootConfigurations;
  readonly #booting: Booting;
  readonly #terminals: SerialTerminals;
  readonly #messages: Messages;
  readonly #sessions = new Map<string, { ended: () => Promise<void> }>();
  readonly #registrations: Disposable[];

  constructor(
    parts: {
      hosts: HostList;
      guests: GuestList;
      configurations: BootConfigurations;
      booting: Booting;
      terminals: SerialTerminals;
      messages: Messages;
    },
    adapter: string,
  ) {
    this.#hosts = parts.hosts;
    this.#guests = parts.guests;
    this.#configurations = parts.configurations;
    this.#booting = parts.booting;
    this.#terminals = parts.terminals;
    this.#messages = parts.messages;
    const dynamic: DebugConfigurationProvider = {
      provideDebugConfigurations: () => this.#dynamicConfigurations(),
    };
    this.#registrations = [
      debug.registerDebugConfigurationProvider(DEBUG_TYPE, this),
      debug.registerDebugConfigurationProvider(DEBUG_TYPE, dynamic, DebugConfigurationProviderTriggerKind.Dynamic),
      debug.registerDebugAdapterDescriptorFactory(DEBUG_TYPE, adapterFactory(adapter)),
      debug.registerDebugAdapterTrackerFactory(DEBUG_TYPE, { createDebugAdapterTracker: debugTracker }),
      debug.onDidTerminateDebugSession(({ configuration }) => void this.#ended(configuration)),
    ];
  }

  dispose(): void {
    for (const each of this.#registrations) each.dispose();
  }

  /** For a new launch.json. */
  provideDebugConfigurations(): DebugConfiguration[] {
    return [
      { type: DEBUG_TYPE, request: 'attach', name: l10n.t('Attach to Barrelfish') },
      { type: DEBUG_TYPE, request: 'launch', name: l10n.t('Boot Barrelfish'), devices: [], stopAtEntry: true },
    ];
  }

  /** F5 without a launch.json attaches to what runs, or boots. */
  resolveDebugConfiguration(_folder: unknown, wish: Wish): Wish {
    if (wish.type) return wish;
    const request = this.#guests.live().length > 0 ? 'attach' : 'launch';
    return { ...wish, type: DEBUG_TYPE, request, name: 'Barrelfish' };
  }

  /** Finds or boots the guest, and says what gdb is to do. Undefined ends it silently. */
  async resolveDebugConfigurationWithSubstitutedVariables(_folder: unknown, wish: Wish): Promise<Wish | undefined> {
    try {
      return wish.request === 'launch' ? await this.#launch(wish) : await this.#attach(wish);
    } catch (error) {
      void this.#messages.failure(wish.name, error); // an answer may never come
      return undefined;
    }
  }

  #dynamicConfigurations(): DebugConfiguration[] {
    const attach = this.#guests.live().map(({ guest }) => ({
      type: DEBUG_TYPE,
      request: 'attach',
      name: l10n.t('Attach to {0}', guest.spec.name),
      guest: guest.session.id,
    }));
    const launch = this.#hosts.all().flatMap((host) => {
      if (host.state.kind !== 'ready') return [];
      return [...host.state.snapshot.functions.values()].filter(isOnVfio).map((fn) => ({
        type: DEBUG_TYPE,
        request: 'launch',
        name: l10n.t('Boot with {0} on {1}', fn.address, host.name),
        host: host.name,
        devices: [fn.address],
        stopAtEntry: true,
      }));
    });
    const configured = this.#configurations.sound().map(({ name }) => ({
      type: DEBUG_TYPE,
      request: 'launch',
      name: l10n.t('Boot {0}', name),
      configuration: name,
      stopAtEntry: true,
    }));
    return [...attach, ...configured, ...launch];
  }

  async #attach(wish: Wish): Promise<Wish | undefined> {
    const named = text(wish['guest']);
    const running = named === undefined ? await this.pickGuest(l10n.t('Attach to')) : this.#guests.find(named);
    if (!running) {
      if (named !== undefined) throw new Failure('guest-gone', { guest: named });
      if (this.#guests.live().length === 0) throw new Failure('no-guest', undefined);
      return undefined;
    }
    const log = await readHead(running.log.file);
    const { directory } = this.#build(running);
    const symbols = await kernelSymbols(directory, kernelBase(log), text(wish['symbols']));
    const ran = running.guest.state.kind === 'running';
    return this.#resolved(wish, running, { symbols }, async () => {
      // QEMU keeps the guest stopped when a debugger goes away (gdbstub: only "detach" and "kill" let it run).
      if (ran && running.guest.state.kind !== 'stopped') await running.guest.resume();
    });
  }

  async #launch(wish: Wish): Promise<Wish | undefined> {
    const asked = {
      configuration: text(wish['configuration']),
      host: text(wish['host']),
      devices: Array.isArray(wish['devices']) ? texts(wish['devices']) : undefined,
      buildDirectory: text(wish['buildDirectory']),
      menuList: text(wish['menuList']),
    };
    // Nothing said: as last time.
    const open = Object.values(asked).every((each) => each === undefined);
    const configuration = open ? this.#configurations.last()?.name : asked.configuration;
    const running = await this.#booting.boot(
      { ...(await this.#configurations.wish({ ...asked, configuration })), paused: true },
      (guestName, starting) => {
        this.#terminals.open(guestName, starting);
      },
    );
    if (!running) return undefined;
    try {
      const { directory, kernel } = this.#build(running);
      const symbols = await kernelSymbols(directory, undefined, text(wish['symbols']));
      const loader = await loaderEntry(directory, kernel);
      const stopAt = wish['stopAtEntry'] === false ? undefined : loader.entry;
      return await this.#resolved(
        wish,
        running,
        { symbols: [...symbols, ...loader.symbols], stopAt },
        () => running.guest.stop(), // what F5 started, Stop ends
      );
    } catch (error) {
      await running.guest.stop();
      throw error;
    }
  }

  async #resolved(
    wish: Wish,
    { guest }: RunningGuest,
    about: { symbols: { file: string; offset: bigint }[]; stopAt?: bigint | undefined },
    ended: () => Promise<void>,
  ): Promise<Wish> {
    const socket = await guest.gdbSocket();
    this.#sessions.set(guest.session.id, {
      ended: async () => {
        await socket[Symbol.asyncDispose]();
        await ended();
      },
    });
    const session = sessionArguments({
      gdb: text(wish['gdb']) ?? gdbPath(),
      socket: socket.path,
      symbols: about.symbols,
      stopAt: about.stopAt,
      sourceMap: await debugSourceMap(guest.spec.source ?? guest.spec.directory),
      commands: texts(wish['setupCommands']),
    });
    // The panel stays with the serial line, which is what a kernel is debugged beside.
    return { internalConsoleOptions: 'neverOpen', ...wish, ...session, guest: guest.session.id };
  }

  async #ended(configuration: DebugConfiguration): Promise<void> {
    const id = text(configuration['guest']);
    const session = id === undefined ? undefined : this.#sessions.get(id);
    if (id === undefined || !session) return;
    this.#sessions.delete(id);
    await session.ended().catch((error: unknown) => this.#messages.failure(configuration.name, error));
  }

  /** The build directory on this side: on an ssh host the guest runs from a copy of it. */
  #build({ guest }: RunningGuest): { directory: string; kernel: string } {
    return { directory: guest.spec.source ?? guest.spec.directory, kernel: guest.spec.kernel.path };
  }

  /** The only live guest, or the one that the user picks. */
  async pickGuest(title: string): Promise<RunningGuest | undefined> {
    const live = this.#guests.live();
    if (live.length <= 1) return live[0];
    const picks = live.map((running) => ({
      label: running.guest.spec.name,
      description: running.host.name,
      running,
    }));
    return (await window.showQuickPick(picks, { title }))?.running;
  }
}

/** The first part of a serial log, a character for each byte. */
async function readHead(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(LOG_BYTES), 0, LOG_BYTES, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** VS Code runs `node` itself where no node is installed. */
function adapterFactory(adapter: string): DebugAdapterDescriptorFactory {
  return { createDebugAdapterDescriptor: () => new DebugAdapterExecutable('node', [adapter]) };
}
