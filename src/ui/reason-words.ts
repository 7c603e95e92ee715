import { l10n } from 'vscode';
import { shortAddress, type PciAddress } from '../host/pci-address.ts';
import type { Taking } from '../host/taking.ts';
import type { Reason } from '../host/verdict.ts';

const t = l10n.t.bind(l10n);

/** Why a device can't be taken, or what happens when it is: a sentence without its full stop. */
export function reasonText(reason: Reason): string {
  switch (reason.code) {
    case 'bridge':
      return t('it is a bridge, which stays with the host');
    case 'no-group':
      return t('it has no IOMMU group: the IOMMU is off, or does not cover it');
    case 'host-bridge':
      return t('it is the host bridge, the root of the PCI bus');
    case 'mounted':
      return t('{0} holds mounted file systems: {1}', reason.device, reason.points.join(', '));
    case 'swap':
      return t('the host swaps to {0}', reason.devices.join(', '));
    case 'holders':
      return t('{0} is part of {1}', reason.device, reason.holders.join(', '));
    case 'holds-data':
      return t('{0} holds data: {1}', reason.device, reason.contents.join(', '));
    case 'carries-ssh':
      return t('{0} carries the ssh connection to this host', reason.interface);
    case 'default-route':
      return t('{0} carries the default route', reason.interface);
    case 'boot-vga':
      return t('it is the display that the host booted with');
    case 'only-display':
      return t('it is the only display of the host ({0})', reason.card);
    case 'kept':
      return t('you have set it aside with Never Touch');
    case 'firmware-memory':
      return t('the firmware keeps memory for it ({0}), so the kernel lets no guest have it', reason.ranges.join(', '));
    case 'denied':
      return t('vfio-pci refuses {0} for its errata', reason.ids);
    case 'held':
      return t('process {0} has its IOMMU group open ({1})', reason.pid, reason.command.split(' ')[0] ?? '');
    case 'taken':
      return t('{0} has taken it{1}, since {2}', reason.user, fromWhere(reason.from), when(reason.since));
    case 'changing':
      return t('{0} is changing its driver{1} right now', reason.user, fromWhere(reason.from));
    case 'interrupted':
      return t('a change of its driver by {0}{1} was interrupted', reason.user, fromWhere(reason.from));
    case 'newer-note':
      return t('a newer version of this extension has taken it, and left a note that this one cannot read');
    case 'sibling-elsewhere':
      return t(
        '{0} of its group is on {1}, so no guest can have it',
        shortAddress(reason.sibling),
        reason.driver ?? t('no driver'),
      );
    case 'shared-group': {
      const others = reason.others.map(shortAddress).join(', ');
      const bridges = reason.bridges.map(shortAddress).join(', ');
      return reason.bridges.length > 0
        ? t('{0} is taken with it: behind {1}, which has no ACS, nothing keeps them apart', others, bridges)
        : t('{0} is taken with it, as a function of the same device', others);
    }
    case 'interface-goes-down': {
      const what = [...reason.addresses, ...reason.above.map((name) => t('part of {0}', name))].join(', ');
      return what === '' ? t('{0} goes away', reason.interface) : t('{0} ({1}) goes away', reason.interface, what);
    }
    case 'disk-goes-away':
      return t('the disk {0} goes away', reason.device);
    case 'input-goes-away':
      return t('{0} stops working', reason.name);
    case 'display-goes-dark':
      return t('the display {0} goes dark', reason.card);
    case 'no-reset':
      return t('the kernel has no way to reset it, so the guest may find it in any state');
    case 'virtual-functions':
      return t('its {0} virtual functions go away', reason.count);
  }
}

function fromWhere(machine: string | undefined): string {
  return machine === undefined ? '' : t(' from {0}', machine);
}

function when(seconds: number): string {
  return Number.isFinite(seconds) ? new Date(seconds * 1000).toLocaleString() : '?';
}

/** Whose a device is, for somebody else who gives it back. */
export function takenText(address: PciAddress, { user, from, since }: Pick<Taking, 'user' | 'from' | 'since'>): string {
  return t('{0}: {1} has taken it{2}, since {3}.', shortAddress(address), user, fromWhere(from), when(since));
}

/** The same with the address of the device that it is about. */
export function reasonLine(reason: Reason): string {
  return `${shortAddress(reason.address)}: ${reasonText(reason)}`;
}
