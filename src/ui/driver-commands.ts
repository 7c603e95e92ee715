import { commands, l10n, Uri, window, workspace } from 'vscode';
import { deviceFor, EVERY_STATE } from './command-targets.ts';
import { functionAt, nameOf } from './device-commands.ts';
import { rangeOf, type DriverKnowledge } from './driver-knowledge.ts';
import type { HostList } from './host-list.ts';

/** What the link of a tooltip hands on: the same device may be at other addresses elsewhere, its entry is one. */
const IDS = /^([0-9a-f]{4}):([0-9a-f]{4})$/i;

/** Opens the device database where it names the card of a device: a row, ids as text, or what the user picks. */
export async function goToDriverEntry(hosts: HostList, knowledge: DriverKnowledge, node: unknown): Promise<void> {
  await knowledge.ready();
  const { file } = knowledge;
  if (file === undefined) {
    const button = l10n.t('Open Setting');
    const message = l10n.t('No device_db.pl is known: choose a build directory, or set barrelfish.deviceDatabase.');
    if ((await window.showInformationMessage(message, button)) === button)
      await commands.executeCommand('workbench.action.openSettings', 'barrelfish.deviceDatabase');
    return;
  }
  const [, vendor, device] = typeof node === 'string' ? (IDS.exec(node) ?? []) : [];
  const named = vendor === undefined || device === undefined ? undefined : { vendor, device };
  const target = named ? undefined : await deviceFor(hosts, node, l10n.t('Go to driver entry of'), EVERY_STATE);
  const ids = target ? functionAt(target) : named;
  if (!ids) return;
  const match = knowledge.driverFor(ids);
  const document = await workspace.openTextDocument(Uri.file(file));
  if (match) {
    await window.showTextDocument(document, { selection: rangeOf(match.card.at) });
    return;
  }
  await window.showTextDocument(document);
  const name = target ? nameOf(target) : `${ids.vendor}:${ids.device}`;
  void window.showInformationMessage(l10n.t('No entry names {0} ({1}:{2}).', name, ids.vendor, ids.device));
}
