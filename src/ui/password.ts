import { l10n, window } from 'vscode';
import type { AskPassword } from '../host/elevation.ts';
import type { RootOptions } from '../host/as-root.ts';
import { wayUp } from './settings.ts';

/** Asks in the editor's own box. The answer goes to sudo's standard input: it is kept nowhere. */
const askForPassword: AskPassword = async ({ host, user, again }) =>
  window.showInputBox({
    title: l10n.t('sudo on {0}', host),
    prompt: again
      ? l10n.t('That was not the password of {0}. Try again, or press Escape to give up.', user)
      : l10n.t('Password of {0}, to change the device driver. It is not kept.', user),
    password: true,
    ignoreFocusOut: true,
  });

/** How root rights are had: by the way that the user has chosen, asking in the editor where one has to be asked. */
export function rootOptions(): Pick<RootOptions, 'askPassword' | 'way'> {
  return { askPassword: askForPassword, way: wayUp() };
}
