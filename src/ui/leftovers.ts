import { l10n, window, type Disposable } from 'vscode';
import type { Host } from '../host/host.ts';
import { shortAddress, type PciAddress } from '../host/pci-address.ts';
import { endpointsOf } from '../host/snapshot.ts';
import { putBack } from './device-commands.ts';
import type { HostList } from './host-list.ts';
import type { Messages } from './messages.ts';

/** Devices of a host whose change was begun, by whomever, and not ended: one of each group. */
function interrupted(host: Host): PciAddress[] {
  if (host.state.kind !== 'ready') return [];
  const { snapshot } = host.state;
  return [...snapshot.groups.keys()].flatMap((group) => {
    const left = endpointsOf(snapshot, group).find(({ taking }) => taking?.state === 'interrupted');
    return left ? [left.address] : [];
  });
}

/** Offers to put back what a crash has left half done, once for each time that it is found. */
export class Leftovers implements Disposable {
  readonly #messages: Messages;
  readonly #subscription: Disposable;
  readonly #offered = new WeakMap<Host, string>();

  constructor(hosts: HostList, messages: Messages) {
    this.#messages = messages;
    this.#subscription = hosts.onDidChange((host) => {
      if (host) void this.#offer(host);
    });
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  async #offer(host: Host): Promise<void> {
    if (host.state.kind !== 'ready') return;
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
    try {
      if ((await window.showWarningMessage(message, button)) !== button) return;
      await putBack(addresses.map((address) => ({ host, address })));
    } catch (error) {
      void this.#messages.failure('putBack', error);
    }
  }
}
