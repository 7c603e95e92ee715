import { FileDecoration, l10n, ThemeColor, type FileDecorationProvider, type Uri } from 'vscode';
import { DEVICE_SCHEME } from './identifiers.ts';

/** A letter at the end of each row for what can't be read off its text at a glance. */
export const deviceBadges: FileDecorationProvider = {
  provideFileDecoration(uri: Uri): FileDecoration | undefined {
    if (uri.scheme !== DEVICE_SCHEME) return undefined;
    switch (uri.query) {
      case 'bound':
        return new FileDecoration('V', l10n.t('Bound to vfio-pci'), new ThemeColor('charts.green'));
      case 'interrupted':
        return new FileDecoration('!', l10n.t('A change was interrupted'), new ThemeColor('list.warningForeground'));
      case 'bridge':
        return new FileDecoration(undefined, undefined, new ThemeColor('disabledForeground'));
      default:
        return undefined;
    }
  },
};
