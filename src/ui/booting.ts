import path from 'node:path';
import { env, EventEmitter, l10n, Uri, window, workspace } from 'vscode';
import { parseMenuList } from '../barrelfish/menu-list.ts';
import { chooseAccelerator, type AcceleratorChoice } from '../guest/accelerator.ts';
import { boardTarget } from '../guest/boards.ts';
import type { BootConfiguration } from '../guest/boot-configuration.ts';
import { deliverFiles, planBoot, type BootPlan } from '../guest/boot-plan.ts';
import { emulatedNic, type EmulatedWish } from '../guest/emulated-wish.ts';
import type { Guest } from '../guest/guest.ts';
import type { MachineSpec } from '../guest/machine.ts';
import { qemuCommand } from '../guest/qemu-arguments.ts';
import { copyableCommandLine, quote, shellScript } from '../guest/shell-script.ts';
import type { Connection, PutProgress } from '../host/connection.ts';
import { Failure } from '../host/failure.ts';
import type { Host } from '../host/host.ts';
import { shortAddress, type PciAddress } from '../host/pci-address.ts';
import { isOnVfio } from '../host/snapshot.ts';
import { prepareBoard } from './board-booting.ts';
import type { BootPreparation } from './boot-preparation.ts';
import { keptMenu, readBootMenu, withChanges, type BootMenu } from './boot-menu.ts';
import { boardChoice, bootChoice, type Boot } from './build-choice.ts';
import { bind } from './device-commands.ts';
import type { RunningGuest } from './guest-list.ts';
import type { GuestSessions } from './guest-sessions.ts';
import { withLateProgress } from './late-progress.ts';
import type { Messages } from './messages.ts';
import { acceleratorText } from './wording.ts';
import { guestSettings, type GuestSettings } from './settings.ts';

export interface BootWish {
  host: Host;
  devices: readonly PciAddress[];
  buildDirectory?: string;
  menuList?: string;
  /** One of BOOT_TARGETS; a PC unless set. */
  bootTarget?: string;
  /** Wait for a debugger before the first instruction. */
  paused?: boolean;
  /** Whoever starts the machine binds its devices. */
  boundLater?: boolean;
  /** What the settings for all boots don't say; its host, devices, build directory and menu.lst are the ones above. */
  configuration?: BootConfiguration;
  /** Boot this in place of a menu.lst of the build directory; what it names is built. */
  made?: MadeMenu;
  /** Whoever asked for it calls it off. */
  signal?: AbortSignal;
}

/** A menu.lst that somebody has made; `menu` is what failures call it. */
interface MadeMenu extends Boot {
  /** Of the guest. */
  name: string;
  text: string;
}

interface Choices {
  plan: BootPlan;
  /** Unset for a board, which has only one. */
  accelerator?: AcceleratorChoice;
}

function commandLine(spec: MachineSpec): string {
  return copyableCommandLine(qemuCommand(spec));
}

function copyProgress(report: (message: string) => void): (now: PutProgress) => void {
  return ({ file, sentBytes, totalBytes }) => {
    const percent = totalBytes === 0 ? 100 : Math.floor((100 * sentBytes) / totalBytes);
    report(l10n.t('copying {0} ({1} %)', path.posix.basename(file), percent));
  };
}

/** Boots guests: chooses, checks, brings the files to the host, starts. */
export class Booting {
  readonly #sessions: GuestSessions;
  readonly #preparation: BootPreparation;
  readonly #messages: Messages;
  readonly #booted = new EventEmitter<string | undefined>();
  #last: BootWish | undefined;
  /** A boot has been asked for; the name of its configuration, where it has one. */
  readonly onWillBoot = this.#booted.event;
  readonly #accelerators = new WeakMap<Connection, Map<string, AcceleratorChoice>>();

  constructor(sessions: GuestSessions, preparation: BootPreparation, messages: Messages) {
    this.#sessions = sessions;
    this.#preparation = preparation;
    this.#messages = messages;
  }

  /**
   * Boots as wished, with the devices bound first where that is needed. `onStart` is called before QEMU is started; its
   * promise resolves when the guest's lines are connected and it hasn't executed anything. Undefined when the user called
   * it off.
   */
  async boot(
    wish: BootWish,
    onStart: (name: string, starting: Promise<Guest>) => void,
  ): Promise<RunningGuest | undefined> {
    this.#booted.fire(wish.configuration?.name);
    if (!wish.made) this.#last = wish;
    const target = wish.made ? undefined : boardTarget(wish.bootTarget);
    // What QEMU plays needs nothing of what is plugged in.
    if (wish.devices.length > 0 || wish.host.state.kind !== 'ready') await wish.host.refresh();
    const boot = wish.made ?? (await (target ? boardChoice(wish, target) : bootChoice(wish)));
    if (!boot) return undefined;
    return withLateProgress(l10n.t('Booting Barrelfish'), async (report, button) => {
      const signal = wish.signal ? AbortSignal.any([wish.signal, button]) : button;
      const choices = target
        ? { plan: await prepareBoard(wish, { build: boot.build, target, preparation: this.#preparation }, signal) }
        : await this.#prepared(wish, boot, signal);
      if (!choices) return undefined;
      const { connection } = wish.host;
      const spec = await deliverFiles(connection, choices.plan, { signal, onProgress: copyProgress(report) });
      const starting = Promise.withResolvers<Guest>();
      onStart(spec.name, starting.promise);
      try {
        const running = await this.#sessions.start(wish.host, spec, { report, signal, onConnected: starting.resolve });
        this.#say(wish.host, choices);
        return running;
      } catch (error) {
        starting.reject(error);
        starting.promise.catch(() => undefined); // whoever called this gets the same
        throw error;
      }
    });
  }

  /** A boot with all that its menu.lst needs built. Undefined when the user would rather not boot. */
  async #prepared(wish: BootWish, boot: Boot, signal: AbortSignal): Promise<Choices | undefined> {
    const menu = await this.#preparedMenu(wish, boot, signal);
    if (!menu) return undefined;
    for (const line of menu.changed) this.#messages.log.info(`${wish.host.name}: ${line}`);
    // Last, so that a build that fails or a boot that is called off leaves the devices with their drivers.
    if (signal.aborted || !(await this.#bound(wish))) return undefined;
    return this.#choose(wish, boot, menu, signal);
  }

  async #preparedMenu(wish: BootWish, boot: Boot, signal: AbortSignal): Promise<BootMenu | undefined> {
    const menu = await menuFor(wish, boot);
    if (wish.made) return menu;
    const { host, devices, configuration } = wish;
    const { cores, hotplug } = settingsFor(configuration);
    return this.#preparation.prepare(
      boot,
      menu,
      { host, devices, emulated: emulatedFor(wish), cores, hotplug },
      signal,
    );
  }

  /** What was last booted from a build directory's menu.lst. */
  get last(): BootWish | undefined {
    return this.#last;
  }

  async copyCommandLine(wish: BootWish): Promise<void> {
    const spec = await this.#specToHand(wish);
    if (!spec) return;
    // Paths are relative: that is how the guest sees them.
    await env.clipboard.writeText(`cd -- ${quote(spec.directory)} &&\n${commandLine(spec)}\n`);
    window.setStatusBarMessage(l10n.t('$(check) QEMU command line copied'), 3000);
  }

  async exportScript(wish: BootWish): Promise<void> {
    const spec = await this.#specToHand(wish);
    if (!spec) return;
    const { host } = wish;
    const { snapshot } = host.ready();
    // One device of each group that isn't bound yet: the others of its group come with it.
    const unbound = wish.devices.map((address) => snapshot.functions.get(address)).filter((fn) => fn && !isOnVfio(fn));
    const groups = new Map(unbound.flatMap((fn) => (fn ? [[fn.group, fn.address] as const] : [])));
    const plans = await Promise.all([...groups.values()].map((address) => host.planBind(address)));
    const script = shellScript(spec, { steps: plans.flatMap((plan) => plan.steps) });
    const name = `boot-barrelfish-${wish.devices.map((address) => shortAddress(address).replaceAll(':', '-')).join('-')}.sh`;
    const folder = workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
    const uri = await window.showSaveDialog({
      title: l10n.t('Export as Shell Script'),
      defaultUri: Uri.file(path.join(folder, name)),
      filters: { 'Shell script': ['sh'] },
    });
    if (!uri) return;
    await workspace.fs.writeFile(uri, Buffer.from(script));
    await window.showTextDocument(uri);
  }

  /** The machine for somebody who starts it by hand on the host: with its files there, and its devices bound by then. */
  async #specToHand(wish: BootWish): Promise<MachineSpec | undefined> {
    await wish.host.refresh();
    const boot = await bootChoice(wish);
    if (!boot) return undefined;
    return withLateProgress(l10n.t('Copying files to {0}', wish.host.name), async (report, signal) => {
      const menu = await menuFor(wish, boot);
      const { plan } = await this.#choose({ ...wish, boundLater: true }, boot, menu, signal);
      return deliverFiles(wish.host.connection, plan, { signal, onProgress: copyProgress(report) });
    });
  }

  /** True when all devices are on vfio-pci, after asking for those that are not. */
  async #bound({ host, devices }: BootWish): Promise<boolean> {
    const { snapshot } = host.ready();
    const unbound = devices.filter((address) => {
      const fn = snapshot.functions.get(address);
      if (!fn) throw new Failure('no-device', { address });
      return !isOnVfio(fn);
    });
    if (unbound.length === 0) return true;
    return bind(
      unbound.map((address) => ({ host, address })),
      { then: l10n.t('Bind and Boot') },
    );
  }

  async #choose(wish: BootWish, boot: Boot, menu: BootMenu, signal?: AbortSignal): Promise<Choices> {
    const { host, devices, configuration } = wish;
    const settings = settingsFor(configuration);
    const accelerator = await this.#accelerator(host, settings, signal);
    const plan = await planBoot({
      build: boot.build,
      menu: parseMenuList(menu.text),
      menuPath: menu.file,
      snapshot: host.ready().snapshot,
      devices,
      boundLater: wish.boundLater ?? false,
      options: {
        name: wish.made?.name ?? configuration?.name ?? ['Barrelfish', ...devices.map(shortAddress)].join(' '),
        accelerator: accelerator.accelerator,
        program: settings.qemuPath,
        memoryMiB: settings.memoryMiB,
        cores: settings.cores,
        hotplug: settings.hotplug,
        paused: wish.paused ?? false,
        emulated: emulatedFor(wish),
        extraArguments: settings.extraArguments,
        environment: configuration?.environment ?? {},
        origin: {
          ...(configuration ? { configuration: configuration.name } : {}),
          buildDirectory: boot.build.path,
          menuList: boot.menu,
          ...keptMenu(menu),
        },
      },
    });
    return { plan, accelerator };
  }

  /** Whether KVM works doesn't change while we are connected, and finding out starts a machine. */
  async #accelerator(host: Host, settings: GuestSettings, signal?: AbortSignal): Promise<AcceleratorChoice> {
    const { accelerator, qemuPath } = settings;
    const chosen = { accelerator, reason: { code: 'chosen' } } as const;
    if (accelerator === 'tcg') return { ...chosen, accelerator };
    const ofHost = this.#accelerators.get(host.connection) ?? new Map<string, AcceleratorChoice>();
    this.#accelerators.set(host.connection, ofHost);
    const choice =
      ofHost.get(qemuPath) ?? (await chooseAccelerator(host.connection, qemuPath, signal ? { signal } : {}));
    ofHost.set(qemuPath, choice);
    if (accelerator === 'auto') return choice;
    if (choice.accelerator !== 'kvm') throw new Failure('no-kvm', choice.reason);
    return { ...chosen, accelerator };
  }

  /** Which accelerator, and why: worth knowing, not worth a notification. */
  #say(host: Host, { plan, accelerator }: Choices): void {
    if (accelerator) this.#messages.log.info(`${host.name}: ${plan.spec.name}: ${acceleratorText(accelerator)}`);
    this.#messages.log.info(`${host.name}: ${commandLine(plan.spec)}`);
  }
}

async function menuFor({ configuration, made }: BootWish, boot: Boot): Promise<BootMenu> {
  if (made) return { file: made.menu, before: made.text, text: made.text, changes: [], changed: [] };
  return withChanges(await readBootMenu(boot), configuration?.menuChanges ?? []);
}

/** As the configuration says; else a network card, where none of the host's may be meant. */
function emulatedFor({ configuration, devices }: BootWish): readonly EmulatedWish[] {
  return configuration?.emulated ?? (devices.length === 0 ? [emulatedNic('e1000')] : []);
}

function settingsFor(configuration: BootConfiguration | undefined): GuestSettings {
  const settings = guestSettings();
  if (!configuration) return settings;
  const { memoryMiB, cores, accelerator, extraArguments } = configuration;
  return {
    ...settings,
    memoryMiB: memoryMiB ?? settings.memoryMiB,
    cores: cores ?? settings.cores,
    accelerator: accelerator ?? settings.accelerator,
    extraArguments: [...settings.extraArguments, ...extraArguments],
  };
}
