import { l10n, window } from 'vscode';
import { helperFiles, installHelper, removeHelper } from '../host/helper.ts';
import type { Host } from '../host/host.ts';
import { hostFor } from './check-commands.ts';
import type { Documents } from './documents.ts';
import type { HostList } from './host-list.ts';
import { rootOptions } from './password.ts';

/** Shows what will be written on a host, asks which group may use it, and writes it. */
export async function installHelperOn(hosts: HostList, documents: Documents, node: unknown): Promise<void> {
  const host = await hostFor(hosts, node, l10n.t('Install Helper'));
  if (!host) return;
  await host.refresh();
  const { facts } = host.ready();
  const group = await window.showQuickPick([...facts.groups], {
    title: l10n.t('Install Helper on {0}', host.name),
    placeHolder: l10n.t('Whose members may take devices without a password? They are as good as root then'),
  });
  if (group === undefined) return;
  const files = [...helperFiles(group)].reverse(); // the longest, which all know already, comes last
  const text = files.map(({ path, mode, text }) => `#### ${path} (root, ${mode})\n\n${text}`).join('\n');
  await documents.show(`Helper on ${host.name}.txt`, text);
  const question = l10n.t('Install the helper on {0} for the group {1}?', host.name, group);
  const detail = [
    l10n.t('These files are written, as the document behind this shows them:'),
    ...files.map(({ path }) => path),
    '',
    l10n.t('A member of the group can give any device of the host to a guest, and is as good as root.'),
    l10n.t('Remove Helper takes all of it away.'),
  ].join('\n');
  const button = l10n.t('Install');
  if ((await window.showWarningMessage(question, { modal: true, detail }, button)) !== button) return;
  await installHelper(host.connection, facts, group, rootOptions());
  await anew(host, l10n.t('The helper is installed on {0}: members of {1} need no password.', host.name, group));
}

/** Takes the helper away from a host. */
export async function removeHelperFrom(hosts: HostList, node: unknown): Promise<void> {
  const host = await hostFor(hosts, node, l10n.t('Remove Helper'));
  if (!host) return;
  await host.refresh();
  await removeHelper(host.connection, host.ready().facts, rootOptions());
  await anew(host, l10n.t('The helper is gone from {0}.', host.name));
}

/** Whether the helper is there is read with what stays true of a host otherwise. */
async function anew(host: Host, message: string): Promise<void> {
  await host.retry();
  void window.showInformationMessage(message);
}
