import path from 'node:path';
import {
  debug,
  DebugConfigurationProviderTriggerKind,
  l10n,
  window,
  type DebugConfiguration,
  type DebugConfigurationProvider,
  type Disposable,
} from 'vscode';
import { engineNamed } from '../debug/engines.ts';
import { sessionArguments } from '../debug/session-arguments.ts';
import { boardTarget } from '../guest/boards.ts';
import { architectureOf } from '../guest/machine.ts';
import { Failure } from '../host/failure.ts';
import { isOnVfio } from '../host/snapshot.ts';
import { adapterFactory } from './adapter-factory.ts';
import type { BootConfigurations } from './boot-configurations.ts';
import type { Booting } from './booting.ts';
import { debugSourceMap } from './build-settings.ts';
import { firstStop, knowledgeOf, needsKnowledge, type StopWish } from './debug-knowledge.ts';
import type { DebugSessions } from './debug-sessions.ts';
import { debugTracker } from './debug-tracker.ts';
import type { GuestList, RunningGuest } from './guest-list.ts';
import type { HostList } from './host-list.ts';
import { checkEngine, gdbFor } from './gdb-choice.ts';
import {
  bootSymbols,
  directoryOf,
  isRelocated,
  pauseInKernel,
  runningSymbols,
  type GuestSymbols,
} from './guest-symbols.ts';
import { DEBUG_TYPE } from './identifiers.ts';
import type { Messages } from './messages.ts';
import { dumpSession, stubSession } from './post-mortem.ts';
import type { SerialTerminals } from './serial-terminal.ts';

/** What can stand in a launch.json; checked when used, since it can be written by hand. */
type Wish = DebugConfiguration;

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];
const chosenOf = (wish: Wish) => ({
  gdb: text(wish['gdb']),
  symbols: text(wish['symbols']),
  commands: texts(wish['setupCommands']),
});
/** `stopAtEntry` is how it was said before. */
const stopOf = (wish: Wish): StopWish => text(wish['stopAt']) ?? (wish['stopAtEntry'] === false ? 'nothing' : 'loader');

export class Debugging implements DebugConfigurationProvider, Disposable {
  readonly #hosts: HostList;
  readonly #guests: GuestList;
  readonly #configurations: BootConfigurations;
  readonly #booting: Booting;
  readonly #terminals: SerialTerminals;
  readonly #messages: Messages;
  readonly #debugSessions: DebugSessions;
  readonly #sessions = new Map<string, { ended: () => Promise<void> }>();
  readonly #registrations: Disposable[];
  readonly #script: string;
  readonly #unknowing = new Set<string>();

  constructor(
    parts: {
      hosts: HostList;
      guests: GuestList;
      configurations: BootConfigurations;
      booting: Booting;
      terminals: SerialTerminals;
      messages: Messages;
      debugSessions: DebugSessions;
    },
    adapter: string,
  ) {
    this.#hosts = parts.hosts;
    this.#guests = parts.guests;
    this.#configurations = parts.configurations;
    this.#booting = parts.booting;
    this.#terminals = parts.terminals;
    this.#messages = parts.messages;
    this.#debugSessions = parts.debugSessions;
    this.#script = path.join(path.dirname(adapter), 'barrelfish.py');
    const dynamic: DebugConfigurationProvider = {
      provideDebugConfigurations: () => this.#dynamicConfigurations(),
    };
    this.#registrations = [
      debug.registerDebugConfigurationProvider(DEBUG_TYPE, this),
      debug.registerDebugConfigurationProvider(DEBUG_TYPE, dynamic, DebugConfigurationProviderTriggerKind.Dynamic),
      debug.registerDebugAdapterDescriptorFactory(DEBUG_TYPE, adapterFactory(adapter)),
      debug.registerDebugAdapterTrackerFactory(DEBUG_TYPE, {
        createDebugAdapterTracker: (session) => debugTracker(parts.debugSessions, session),
      }),
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
      { type: DEBUG_TYPE, request: 'launch', name: l10n.t('Boot Barrelfish'), devices: [], stopAt: 'loader' },
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
      await checkEngine(engineNamed(wish['engine']), text(wish['gdb']));
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
        stopAt: 'loader',
      }));
    });
    const configured = this.#configurations.sound().map(({ name }) => ({
      type: DEBUG_TYPE,
      request: 'launch',
      name: l10n.t('Boot {0}', name),
      configuration: name,
      stopAt: 'loader',
    }));
    return [...attach, ...configured, ...launch];
  }

  async #attach(wish: Wish): Promise<Wish | undefined> {
    const dump = text(wish['dump']);
    if (dump !== undefined) return { ...wish, ...(await dumpSession(dump, chosenOf(wish))) };
    const named = text(wish['guest']);
    const running = named === undefined ? await this.pickGuest(l10n.t('Attach to')) : this.#guests.find(named);
    if (!running) {
      if (named !== undefined) throw new Failure('guest-gone', { guest: named });
      if (this.#guests.live().length === 0) throw new Failure('no-guest', undefined);
      return undefined;
    }
    if (this.#debugSessions.of(running)) throw new Failure('has-debugger', { guest: running.guest.spec.name });
    if (wish['serial'] === true) {
      const { session, ended } = await stubSession(running, chosenOf(wish), (guest) => this.#terminals.pause(guest));
      this.#sessions.set(running.guest.session.id, { ended });
      return { internalConsoleOptions: 'neverOpen', ...wish, ...session, guest: running.guest.session.id };
    }
    const about = await runningSymbols(running, text(wish['symbols']));
    const ran = running.guest.state.kind === 'running';
    return this.#resolved(wish, running, { ...about, stop: 'nothing' }, async () => {
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
      bootTarget: text(wish['bootTarget']),
    };
    // Nothing said: as last time.
    const open = Object.values(asked).every((each) => each === undefined);
    const configuration = open ? this.#configurations.last()?.name : asked.configuration;
    const boot = await this.#configurations.wish({ ...asked, configuration });
    const { board } = boardTarget(boot.bootTarget) ?? {};
    if (board && engineNamed(wish['engine']) === 'gdb')
      throw new Failure('no-board-engine', { guest: boot.bootTarget ?? '' });
    // Where firmware puts the CPU driver is known only when it runs.
    const relocated = isRelocated(board);
    const running = await this.#booting.boot({ ...boot, paused: !relocated }, (guestName, starting) => {
      this.#terminals.open(guestName, starting);
    });
    if (!running) return undefined;
    try {
      const chosen = text(wish['symbols']);
      if (relocated) await pauseInKernel(running);
      const about = relocated ? await runningSymbols(running, chosen) : await bootSymbols(running, chosen);
      // What F5 started, Stop ends.
      return await this.#resolved(wish, running, { ...about, stop: stopOf(wish) }, () => running.guest.stop());
    } catch (error) {
      await running.guest.stop();
      throw error;
    }
  }

  async #resolved(
    wish: Wish,
    running: RunningGuest,
    about: GuestSymbols & { stop: StopWish },
    ended: () => Promise<void>,
  ): Promise<Wish> {
    const { guest } = running;
    const architecture = architectureOf(guest.spec);
    if (architecture !== 'x86_64' && engineNamed(wish['engine']) === 'gdb')
      throw new Failure('no-board-engine', { guest: guest.spec.name });
    const gdb = await gdbFor(architecture, text(wish['gdb']));
    const directory = directoryOf(running);
    const domains = texts(wish['domains']);
    const barrelfish = gdb.scriptable
      ? await knowledgeOf(about, { script: this.#script, directory, domains, stop: about.stop })
      : undefined;
    if (!barrelfish) this.#sayUnknowing(gdb.program, domains.length > 0 || needsKnowledge(about.stop));
    const socket = await guest.gdbSocket();
    this.#sessions.set(guest.session.id, {
      ended: async () => {
        await socket[Symbol.asyncDispose]();
        await ended();
      },
    });
    const session = sessionArguments({
      gdb: gdb.program,
      architecture,
      socket: socket.path,
      symbols: barrelfish ? [] : about.symbols,
      barrelfish,
      stopAt: firstStop(barrelfish || !needsKnowledge(about.stop) ? about.stop : 'loader', about.entry),
      sourceMap: await debugSourceMap(directory),
      commands: texts(wish['setupCommands']),
    });
    // The panel stays with the serial line, which is what a kernel is debugged beside.
    const known = { domains: barrelfish?.debugged?.map(({ name }) => name) ?? [], knowing: barrelfish !== undefined };
    return { internalConsoleOptions: 'neverOpen', ...wish, ...session, ...known, guest: guest.session.id };
  }

  /** A message only where something was asked for that isn't done. */
  #sayUnknowing(gdb: string, asked: boolean): void {
    const said = l10n.t(
      'Domains and their breakpoints need gdb 13 or newer with Python, a PC as guest, and symbols of its CPU driver: {0} debugs the CPU driver alone.',
      gdb,
    );
    if (!this.#unknowing.has(gdb)) this.#messages.log.info(said);
    this.#unknowing.add(gdb);
    if (asked) void window.showWarningMessage(said);
  }

  async #ended(configuration: DebugConfiguration): Promise<void> {
    const id = text(configuration['guest']);
    const session = id === undefined ? undefined : this.#sessions.get(id);
    if (id === undefined || !session) return;
    this.#sessions.delete(id);
    await session.ended().catch((error: unknown) => this.#messages.failure(configuration.name, error));
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
