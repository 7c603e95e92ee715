import { l10n, window } from 'vscode';
import { keysOf, ownKey } from '../host/own-devices.ts';
import { functionAt, nameOf, type Target } from './device-commands.ts';
import { keepDevice, nameDevice } from './settings.ts';

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

/** Sets devices aside, so that they are never taken, or allows them again. */
export async function keepDevices(targets: readonly Target[], keep: boolean): Promise<void> {
  for (const target of targets) await keepDevice(keysOf(target.host.name, functionAt(target)), keep);
}
