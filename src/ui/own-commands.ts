import { l10n, window } from 'vscode';
import { keysOf, ownKey, spelt } from '../host/own-devices.ts';
import { functionAt, nameOf, type Target } from './device-commands.ts';
import { nameDevice, ownDevices, setKept } from './settings.ts';

/** Asks what the user calls a device. */
export async function askForName(target: Target): Promise<void> {
  const { host, address } = target;
  const name = await window.showInputBox({
    title: l10n.t('Name {0}', nameOf(target)),
    prompt: l10n.t('What you call it. Empty: its own name'),
    value: functionAt(target).nickname ?? '',
  });
  if (name !== undefined) await nameDevice(ownKey(host.name, address), name.trim());
}

/** Sets devices aside, so that they are never taken. */
export async function keepDevices(targets: readonly Target[]): Promise<void> {
  const { kept } = ownDevices();
  await setKept([...new Set([...kept, ...targets.map(({ host, address }) => ownKey(host.name, address))])]);
}

/** Allows devices again. An entry that means others as well goes only after asking. */
export async function allowDevices(targets: readonly Target[]): Promise<void> {
  const { kept } = ownDevices();
  const exact = new Set(targets.map(({ host, address }) => ownKey(host.name, address)));
  const keys = new Set(targets.flatMap((target) => keysOf(target.host.name, functionAt(target))));
  const wide = kept.filter((entry) => keys.has(spelt(entry)) && !exact.has(spelt(entry)));
  if (wide.length > 0) {
    const button = l10n.t('Allow All of Them');
    const question = l10n.t('{0} may mean other devices, too.', wide.join(', '));
    const detail = l10n.t('They would no longer be set aside either.');
    if ((await window.showWarningMessage(question, { modal: true, detail }, button)) !== button) return;
  }
  await setKept(kept.filter((entry) => !exact.has(spelt(entry)) && !wide.includes(entry)));
}
