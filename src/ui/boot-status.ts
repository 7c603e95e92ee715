import { l10n, MarkdownString, StatusBarAlignment, window, workspace } from 'vscode';
import type { BootConfigurations } from './boot-configurations.ts';
import { configurationLine } from './boot-words.ts';
import type { HostList } from './host-list.ts';
import { commandId } from './identifiers.ts';

/** Beside what VS Code has of the workspace. */
const PRIORITY = 10;

/** The last boot configuration in the status bar; a click lists all of them. */
export function bootStatus(configurations: BootConfigurations, hosts: HostList): { dispose: () => unknown }[] {
  const item = window.createStatusBarItem('barrelfish.boot', StatusBarAlignment.Left, PRIORITY);
  item.name = l10n.t('Barrelfish Boot Configuration');
  item.command = commandId('bootConfiguration');
  const show = (): void => {
    const last = configurations.last();
    const damaged = configurations.entries().length > configurations.sound().length;
    if (!workspace.isTrusted || configurations.entries().length === 0) {
      item.hide();
      return;
    }
    const line = last ? configurationLine(last, configurations.hostName(last)) : l10n.t('Boot…');
    item.text = `$(vm) ${line}`;
    item.tooltip = new MarkdownString(
      [
        l10n.t('Boot a configuration'),
        ...(damaged ? [l10n.t('Something is wrong with one of them: the list says what.')] : []),
      ].join('\n\n'),
    );
    item.accessibilityInformation = { label: l10n.t('Barrelfish boot configuration: {0}', line), role: 'button' };
    item.show();
  };
  show();
  return [item, configurations.onDidChange(show), hosts.onDidChange(show), workspace.onDidGrantWorkspaceTrust(show)];
}
