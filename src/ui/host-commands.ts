import { env, l10n, window } from 'vscode';
import { Failure } from '../host/failure.ts';
import { SshConnection } from '../host/ssh-connection.ts';
import type { Documents } from './documents.ts';
import type { HostList } from './host-list.ts';
import { addHostSetting } from './settings.ts';
import { iommuSteps, KERNEL_ARGUMENT } from './iommu-steps.ts';

/** Names of hosts that failed, or the one that is asked for. */
function failed(hosts: HostList, name: unknown): string[] {
  if (typeof name === 'string') return [name];
  return hosts.all().flatMap((host) => (host.state.kind === 'failed' ? [host.name] : []));
}

export async function retry(hosts: HostList, name: unknown): Promise<void> {
  const again = failed(hosts, name).flatMap((each) => hosts.get(each) ?? []);
  await Promise.all(again.map((host) => host.retry()));
}

/** Connects in a terminal, where ssh can ask for a passphrase or about a new host key. */
export async function connectInTerminal(hosts: HostList, name: unknown): Promise<void> {
  const names = failed(hosts, name).filter((each) => hosts.get(each)?.connection.kind === 'ssh');
  const chosen = names.length > 1 ? await window.showQuickPick(names, { title: l10n.t('Connect to') }) : names[0];
  const host = chosen === undefined ? undefined : hosts.get(chosen);
  if (!(host?.connection instanceof SshConnection)) throw new Failure('no-host', { host: chosen ?? '' });
  const [shellPath, ...shellArgs] = host.connection.loginCommand();
  const terminal = window.createTerminal({ name: `ssh ${host.name}`, shellPath, shellArgs });
  terminal.show();
  const closed = window.onDidCloseTerminal((each) => {
    if (each !== terminal) return;
    closed.dispose();
    if (each.exitStatus?.code === 0) void host.retry();
  });
}

export async function addHost(hosts: HostList): Promise<void> {
  const destination = await window.showInputBox({
    title: l10n.t('Add Host over SSH'),
    prompt: l10n.t('An ssh destination: user@host, or a name from your ssh configuration'),
    placeHolder: 'user@gruyere',
    validateInput: (value) =>
      /^\s*-|\s\S|^\s*$/.test(value)
        ? l10n.t('A destination has no spaces, and does not begin with a hyphen.')
        : undefined,
  });
  if (destination === undefined) return;
  const suggestion = destination.trim().replace(/^.*@/, '').split('.')[0] ?? destination;
  const name = await window.showInputBox({
    title: l10n.t('Add Host over SSH'),
    prompt: l10n.t('What it is called in the view'),
    value: suggestion,
    validateInput: (value) => {
      if (value.trim() === '') return l10n.t('It needs a name.');
      return hosts.get(value.trim()) ? l10n.t('There is a host of that name already.') : undefined;
    },
  });
  if (name !== undefined) await addHostSetting(name.trim(), destination.trim());
}

function cpuOf(hosts: HostList): 'intel' | 'amd' | 'other' {
  const states = hosts.all().map((host) => host.state);
  return states.find((state) => state.kind === 'ready')?.facts.cpu ?? 'other';
}

export async function copyKernelArgument(): Promise<void> {
  await env.clipboard.writeText(KERNEL_ARGUMENT);
}

export async function showIommuSteps(hosts: HostList, documents: Documents): Promise<void> {
  const facts = hosts.all().flatMap((host) => (host.state.kind === 'ready' ? [host.state.facts] : []))[0];
  await documents.show('Turn the IOMMU on.md', iommuSteps(cpuOf(hosts), facts?.commandLine ?? ''));
}
