import { l10n, window, workspace, type Disposable } from 'vscode';
import { EDITOR, type Host } from '../host/host.ts';
import { shortAddress, type PciAddress } from '../host/pci-address.ts';
import { endpointsOf, isOnVfio, type PciFunction } from '../host/snapshot.ts';
import { putBack, release } from './device-commands.ts';
import type { GuestList, RunningGuest } from './guest-list.ts';
import type { HostList } from './host-list.ts';
import type { Messages } from './messages.ts';
import { afterGuest, onClose } from './settings.ts';

/** One function of each group of a host that has any of which it is true. */
function oneOfEachGroup(host: Host, isWanted: (fn: PciFunction) => boolean): PciAddress[] {
  if (host.state.kind !== 'ready') return [];
  const { snapshot } = host.state;
  return [...snapshot.groups.keys()].flatMap(
    (group) => endpointsOf(snapshot, group).find((fn) => isWanted(fn))?.address ?? [],
  );
}

/** Devices whose change was begun, by whomever, and not ended. */
function interrupted(host: Host): PciAddress[] {
  return oneOfEachGroup(host, ({ taking }) => taking?.state === 'interrupted');
}

/** Taken by this user from this machine. */
function isOwn({ taking }: PciFunction, uid: number): boolean {
  return taking?.uid === uid && taking.from === EDITOR;
}

/** Devices that nobody uses, of those that are taken and meant. */
function idle(host: Host, isMeant: (fn: PciFunction) => boolean): PciAddress[] {
  const { snapshot } = host.ready();
  return oneOfEachGroup(
    host,
    (fn) =>
      isOnVfio(fn) &&
      fn.taking?.state === 'taken' &&
      snapshot.groups.get(fn.group ?? -1)?.holders.length === 0 &&
      isMeant(fn),
  );
}

/** Gives devices back where nobody has to be asked for a password. */
async function releaseUnasked(host: Host, addresses: readonly PciAddress[]): Promise<void> {
  if (addresses.length === 0) return;
  await host.run({ steps: addresses.flatMap((address) => host.planFor(address).steps) }, { way: 'sudo' });
}

/**
 * Offers to put back what a crash has left half done, once for each time that it is found, and what an earlier window has
 * left behind, where the user wants to be asked.
 */
export class Leftovers implements Disposable {
  readonly #hosts: HostList;
  readonly #messages: Messages;
  readonly #subscriptions: Disposable[];
  readonly #offered = new WeakMap<Host, string>();
  readonly #seen = new WeakSet<Host>();
  readonly #ended = new WeakSet<RunningGuest['guest']>();

  constructor(hosts: HostList, guests: GuestList, messages: Messages) {
    this.#hosts = hosts;
    this.#messages = messages;
    this.#subscriptions = [
      hosts.onDidChange((host) => {
        // Whoever has not been trusted is not led to a change of the host.
        if (host?.state.kind === 'ready' && workspace.isTrusted) void this.#look(host);
      }),
      guests.onDidChange(() => {
        for (const running of guests.all()) void this.#afterGuest(running);
      }),
    ];
  }

  dispose(): void {
    for (const each of this.#subscriptions) each.dispose();
  }

  /** Gives back what this window has taken, where the user wants that and nobody has to be asked for anything. */
  async windowCloses(): Promise<void> {
    if (onClose() !== 'release') return;
    await Promise.allSettled(
      this.#hosts.all().map(async (host) => {
        if (host.takenHere.size === 0 || host.state.kind !== 'ready') return;
        // There is no time to look again; what has changed meanwhile makes the plan fail, and leaves the device as it is.
        const { uid } = host.state.facts;
        const addresses = idle(host, (fn) => host.takenHere.has(fn.address) && isOwn(fn, uid));
        await releaseUnasked(host, addresses);
      }),
    );
  }

  async #afterGuest({ guest, host }: RunningGuest): Promise<void> {
    const wish = afterGuest();
    if (guest.state.kind !== 'stopped' || this.#ended.has(guest)) return;
    this.#ended.add(guest);
    const had = new Set(guest.hostDevices);
    if (wish === 'keep' || had.size === 0 || !workspace.isTrusted) return;
    try {
      await host.refresh();
      const { uid } = host.ready().facts;
      const isMeant = (fn: PciFunction): boolean => had.has(fn.address) && isOwn(fn, uid);
      // One that needs a password is offered instead.
      if (wish === 'release') await releaseUnasked(host, idle(host, isMeant)).catch(() => undefined);
      await host.refresh();
      await this.#offerToRelease(host, isMeant);
    } catch (error) {
      void this.#messages.failure('release', error);
    }
  }

  async #look(host: Host): Promise<void> {
    try {
      const first = !this.#seen.has(host);
      this.#seen.add(host);
      await this.#offerToPutBack(host);
      if (!first || onClose() === 'keep') return;
      const { uid } = host.ready().facts;
      await this.#offerToRelease(host, (fn) => isOwn(fn, uid));
    } catch (error) {
      void this.#messages.failure('putBack', error);
    }
  }

  async #offerToPutBack(host: Host): Promise<void> {
    const addresses = interrupted(host);
    const found = addresses.join(' ');
    if ((this.#offered.get(host) ?? '') === found) return;
    this.#offered.set(host, found);
    if (addresses.length === 0) return;
    const button = l10n.t('Put Back…');
    const message = l10n.t(
      'On {0}, a change of driver was interrupted: {1}. It can be put back as it was.',
      host.name,
      addresses.map(shortAddress).join(', '),
    );
    if ((await window.showWarningMessage(message, button)) !== button) return;
    await putBack(addresses.map((address) => ({ host, address })));
  }

  async #offerToRelease(host: Host, isMeant: (fn: PciFunction) => boolean): Promise<void> {
    const addresses = idle(host, isMeant);
    if (addresses.length === 0) return;
    const button = l10n.t('Release…');
    const message = l10n.t(
      '{0} on {1} has been bound from this machine, and no guest has it.',
      addresses.map(shortAddress).join(', '),
      host.name,
    );
    if ((await window.showInformationMessage(message, button)) !== button) return;
    await release(addresses.map((address) => ({ host, address })));
  }
}
