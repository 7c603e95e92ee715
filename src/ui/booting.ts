import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { env, l10n, Uri, window, workspace } from 'vscode';
import { parseMenuList } from '../barrelfish/menu-list.ts';
import { chooseAccelerator, type AcceleratorChoice } from '../guest/accelerator.ts';
import { deliverFiles, planBoot, type BootPlan } from '../guest/boot-plan.ts';
import { Findings } from '../guest/findings.ts';
import { Guest } from '../guest/guest.ts';
import type { StartProgress } from '../guest/launcher.ts';
import type { MachineSpec } from '../guest/machine.ts';
import { qemuArguments } from '../guest/qemu-arguments.ts';
import { SerialLine } from '../guest/serial.ts';
import { SerialRecord } from '../guest/serial-record.ts';
import { copyableCommandLine, quote, shellScript } from '../guest/shell-script.ts';
import type { Connection, PutProgress } from '../host/connection.ts';
import { Failure } from '../host/failure.ts';
import type { Host } from '../host/host.ts';
import { shortAddress, type PciAddress } from '../host/pci-address.ts';
import { isOnVfio } from '../host/snapshot.ts';
import { bootChoice } from './build-choice.ts';
import { bind } from './device-commands.ts';
import type { GuestList, RunningGuest } from './guest-list.ts';
import { withLateProgress } from './late-progress.ts';
import type { Messages } from './messages.ts';
import { rootOptions } from './password.ts';
import { acceleratorText } from './wording.ts';
import { guestSettings, type GuestSettings } from './settings.ts';

export interface BootWish {
  host: Host;
  devices: readonly PciAddress[];
  buildDirectory?: string;
  menuList?: string;
  /** Wait for a debugger before the first instruction. */
  paused?: boolean;
  /** Whoever starts the machine binds its devices. */
  boundLater?: boolean;
}

interface Choices extends BootWish {
  buildPath: string;
  plan: BootPlan;
  accelerator: AcceleratorChoice;
}

/** When the window is done with what it was asked for, there is time to get ready for the next boot. */
const WARM_UP_MS = 1000;

const progressText: Record<StartProgress, () => string> = {
  preparing: () => l10n.t('preparing'),
  'raising-memory-limit': () => l10n.t('raising the memory limit'),
  'starting-qemu': () => l10n.t('starting QEMU'),
  connecting: () => l10n.t('connecting'),
};

function commandLine(spec: MachineSpec): string {
  return copyableCommandLine([spec.program, ...qemuArguments(spec)]);
}

function copyProgress(report: (message: string) => void): (now: PutProgress) => void {
  return ({ file, sentBytes, totalBytes }) => {
    const percent = totalBytes === 0 ? 100 : Math.floor((100 * sentBytes) / totalBytes);
    report(l10n.t('copying {0} ({1} %)', path.posix.basename(file), percent));
  };
}

/** Boots guests: chooses, checks, brings the files to the host, starts. */
export class Booting {
  readonly #guests: GuestList;
  readonly #messages: Messages;
  readonly #logDirectory: string;
  readonly #accelerators = new WeakMap<Connection, Map<string, AcceleratorChoice>>();

  /** `logDirectory`: where the records of serial lines are kept. */
  constructor(guests: GuestList, messages: Messages, logDirectory: string) {
    setTimeout(SerialLine.warmUp, WARM_UP_MS).unref();
    this.#logDirectory = logDirectory;
    this.#guests = guests;
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
    if (!(await this.#bound(wish))) return undefined;
    const boot = await bootChoice(wish);
    if (!boot) return undefined;
    return withLateProgress(l10n.t('Booting Barrelfish'), async (report, signal) => {
      const choices = await this.#choose(wish, boot.build.path, boot.menu, signal);
      const { connection } = wish.host;
      const spec = await deliverFiles(connection, choices.plan, { signal, onProgress: copyProgress(report) });
      const starting = Promise.withResolvers<Guest>();
      onStart(spec.name, starting.promise);
      try {
        const running = await this.#start(wish.host, spec, { report, signal, onConnected: starting.resolve });
        this.#guests.add(running);
        this.#say(choices);
        setTimeout(SerialLine.warmUp, WARM_UP_MS).unref();
        return running;
      } catch (error) {
        starting.reject(error);
        starting.promise.catch(() => undefined); // whoever called this gets the same
        throw error;
      }
    });
  }

  async #start(
    host: Host,
    spec: MachineSpec,
    options: { report: (message: string) => void; signal: AbortSignal; onConnected: (guest: Guest) => void },
  ): Promise<RunningGuest> {
    const { report, signal, onConnected } = options;
    let log: SerialRecord | undefined;
    const guest = await Guest.start(host.connection, host.ready().facts, spec, {
      signal,
      ...rootOptions(),
      onProgress: (step) => {
        report(progressText[step]());
      },
      onChange: () => {
        this.#guests.changed();
      },
      beforeRun: (started) => {
        log = SerialRecord.start(this.#logDirectory, started.session.id, started.serial);
        onConnected(started);
      },
    });
    if (!log) throw new Error('A guest has started without its record.');
    const findings = new Findings(guest, () => {
      this.#guests.changed();
    });
    return { host, guest, log, findings };
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
      const { plan } = await this.#choose({ ...wish, boundLater: true }, boot.build.path, boot.menu, signal);
      return deliverFiles(wish.host.connection, plan, { signal, onProgress: copyProgress(report) });
    });
  }

  /** True when all devices are on vfio-pci, after asking for those that are not. */
  async #bound({ host, devices }: BootWish): Promise<boolean> {
    // What QEMU plays needs nothing of what is plugged in.
    if (devices.length > 0 || host.state.kind !== 'ready') await host.refresh();
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

  async #choose(wish: BootWish, buildPath: string, menuPath: string, signal?: AbortSignal): Promise<Choices> {
    const settings = guestSettings();
    const file = path.join(buildPath, menuPath);
    const text = await readFile(file, 'utf8').catch(() => {
      throw new Failure('file-missing', { path: file, neededBy: buildPath });
    });
    const accelerator = await this.#accelerator(wish.host, settings, signal);
    const plan = await planBoot({
      build: { path: buildPath },
      menu: parseMenuList(text),
      menuPath: file,
      snapshot: wish.host.ready().snapshot,
      devices: wish.devices,
      boundLater: wish.boundLater ?? false,
      options: {
        name: wish.devices.length === 0 ? 'Barrelfish' : `Barrelfish ${wish.devices.map(shortAddress).join(' ')}`,
        accelerator: accelerator.accelerator,
        program: settings.qemuPath,
        memoryMiB: settings.memoryMiB,
        cores: settings.cores,
        hotplug: settings.hotplug,
        paused: wish.paused ?? false,
        ...(wish.devices.length === 0 ? { emulatedNic: 'e1000' } : {}),
        extraArguments: settings.extraArguments,
      },
    });
    return { ...wish, buildPath, plan, accelerator };
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
  #say({ plan, accelerator, host }: Choices): void {
    this.#messages.log.info(`${host.name}: ${plan.spec.name}: ${acceleratorText(accelerator)}`);
    this.#messages.log.info(`${host.name}: ${commandLine(plan.spec)}`);
  }
}
