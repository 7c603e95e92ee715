import { commands, env, l10n, window, type TreeView } from 'vscode';
import type { Host } from '../host/host.ts';
import type { Documents } from './documents.ts';
import type { HostList } from './host-list.ts';
import { CHECK_VIEW } from './identifiers.ts';
import { kernelArgumentText, readinessReport } from './readiness-document.ts';
import { commandsOf, type ReadinessNode, type ReadinessView } from './readiness-view.ts';

/** The host of a row, the only one, or the one that the user picks. */
export async function hostFor(hosts: HostList, node: unknown, title: string): Promise<Host | undefined> {
  if (typeof node === 'object' && node !== null && 'host' in node) return (node as ReadinessNode).host;
  const all = hosts.all();
  if (all.length < 2) return all[0];
  const name = await window.showQuickPick(
    all.map((host) => host.name),
    { title },
  );
  return name === undefined ? undefined : hosts.get(name);
}

export async function checkHost(
  view: ReadinessView,
  tree: TreeView<ReadinessNode>,
  hosts: HostList,
  node: unknown,
): Promise<void> {
  const host = await hostFor(hosts, node, l10n.t('Check Host'));
  if (!host) return;
  await commands.executeCommand(`${CHECK_VIEW}.focus`);
  const row = view.hostNode(host);
  if (row) await tree.reveal(row, { expand: true, select: false });
  await window.withProgress({ location: { viewId: CHECK_VIEW } }, () => view.check(host));
}

export async function copyHostReport(view: ReadinessView, hosts: HostList, node: unknown): Promise<void> {
  const host = await hostFor(hosts, node, l10n.t('Check Host'));
  if (!host) return;
  await env.clipboard.writeText(readinessReport(host.name, await view.latest(host), host.ready()));
  window.setStatusBarMessage(l10n.t('The report is on the clipboard.'), 3000);
}

export async function showKernelArgumentDiff(
  view: ReadinessView,
  hosts: HostList,
  documents: Documents,
  node: unknown,
): Promise<void> {
  const host = await hostFor(hosts, node, l10n.t('Check Host'));
  if (!host) return;
  const { advice } = await view.latest(host);
  if (advice) await documents.show(`Kernel arguments of ${host.name}.diff`, kernelArgumentText(host.name, advice));
  else void window.showInformationMessage(l10n.t('The kernel command line of {0} needs no change.', host.name));
}

export async function copyCheckCommands(node: unknown): Promise<void> {
  if (typeof node === 'object' && node !== null)
    await env.clipboard.writeText(commandsOf(node as ReadinessNode).join('\n'));
}
