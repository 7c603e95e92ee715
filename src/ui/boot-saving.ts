import { commands, l10n, window, workspace } from 'vscode';
import { boardTarget } from '../guest/boards.ts';
import { isObject } from '../host/plain-object.ts';
import type { MachineSpec } from '../guest/machine.ts';
import type { PciAddress } from '../host/pci-address.ts';
import { shortAddress } from '../host/pci-address.ts';
import type { BootConfigurations } from './boot-configurations.ts';
import { functionAt } from './device-commands.ts';
import { pickDevices, targetsOf } from './device-picker.ts';
import type { Debugging } from './debugging.ts';
import type { RunningGuest } from './guest-list.ts';
import type { GuestNode } from './guest-tree.ts';
import type { HostList } from './host-list.ts';
import type { Host } from '../host/host.ts';
import { addBootConfiguration, bootConfigurationsSetting, guestSettings } from './settings.ts';

const SETTING = 'barrelfish.bootConfigurations';

/** The guest of a row of the Guests view. */
export function runningOf(node: unknown): RunningGuest | undefined {
  const candidate = node as GuestNode | undefined;
  return candidate?.kind === 'guest' ? candidate : undefined;
}

/** Opens the settings as text, at the configurations. */
export async function editBootConfigurations(): Promise<void> {
  const command =
    workspace.workspaceFolders === undefined
      ? 'workbench.action.openSettingsJson'
      : 'workbench.action.openWorkspaceSettingsFile';
  await commands.executeCommand(command, { revealSetting: { key: SETTING, edit: true } });
}

/** Asks for devices and a name. */
export async function newBootConfiguration(hosts: HostList, configurations: BootConfigurations): Promise<void> {
  await hosts.readAll();
  const title = l10n.t('Devices of the new configuration; none for emulated ones only');
  const any = hosts.all().some(({ state }) => state.kind === 'ready' && state.snapshot.groups.size > 0);
  const targets = any ? await pickDevices(hosts, title, ['bound', 'free'], true) : [];
  if (!targets) return;
  const host = targets[0]?.host ?? hosts.all()[0];
  if (!host) return;
  const addresses = targets.filter((each) => each.host === host).map(({ address }) => address);
  await save(configurations, await entryOf(hosts, host, addresses));
}

/** Saves what a running guest was booted as, or devices of the tree. */
export async function saveBootConfiguration(
  hosts: HostList,
  configurations: BootConfigurations,
  debugging: Debugging,
  node: unknown,
  selection: unknown,
): Promise<void> {
  const targets = targetsOf(node, selection);
  const [first] = targets;
  if (first) {
    const addresses = targets.filter(({ host }) => host === first.host).map(({ address }) => address);
    await save(configurations, await entryOf(hosts, first.host, addresses));
    return;
  }
  const running = runningOf(node) ?? (await debugging.pickGuest(l10n.t('Save as a boot configuration')));
  if (!running) return;
  const { host, guest } = running;
  await save(configurations, rawEntry(guest.spec) ?? (await entryOf(hosts, host, [], guest.spec)));
}

/** The entry that a guest was booted from, as it is written. */
function rawEntry({ origin }: MachineSpec): object | undefined {
  const value = bootConfigurationsSetting();
  const entries: readonly unknown[] = Array.isArray(value) ? value : [];
  return entries.filter(isObject).find((each) => each['name'] === origin?.configuration);
}

/** What stands in an entry; what is as the other settings say is left to them. Undefined when called off. */
async function entryOf(
  hosts: HostList,
  host: Host,
  addresses: readonly PciAddress[],
  spec?: MachineSpec,
): Promise<object | undefined> {
  const passed = spec ? spec.passed.map((each) => each.host) : addresses;
  const devices = passed.length === 0 ? [] : await spellings(host, passed);
  if (!devices) return undefined;
  const settings = guestSettings();
  const { origin } = spec ?? {};
  const target = boardTarget(origin?.bootTarget);
  const usual = target ?? settings;
  return {
    ...(hosts.all().length > 1 ? { host: host.name } : {}),
    ...(origin && origin.buildDirectory !== settings.buildDirectory ? { buildDirectory: origin.buildDirectory } : {}),
    ...(origin && !target && origin.menuList !== settings.menuList ? { menuList: origin.menuList } : {}),
    ...(target ? { bootTarget: target.name } : {}),
    ...(spec && spec.memoryMiB !== usual.memoryMiB ? { memory: spec.memoryMiB } : {}),
    ...(spec && spec.cores !== usual.cores ? { cores: spec.cores } : {}),
    ...(devices.length === 0 ? {} : { devices }),
  };
}

/** Whether these very devices are meant, or any of their kind. */
async function spellings(host: Host, addresses: readonly PciAddress[]): Promise<string[] | undefined> {
  const { snapshot } = host.ready();
  const ids = addresses.flatMap((address) => {
    if (!snapshot.functions.has(address)) return [];
    const fn = functionAt({ host, address });
    return `${fn.vendor}:${fn.device}`;
  });
  const exact = {
    label: l10n.t('By address: {0}', addresses.map(shortAddress).join(', ')),
    description: l10n.t('these very devices'),
    devices: [...addresses] as string[],
  };
  if (ids.length < addresses.length) return exact.devices;
  const kind = {
    label: l10n.t('By vendor and device: {0}', ids.join(', ')),
    description: l10n.t('the first that are free, on any machine'),
    devices: ids,
  };
  const chosen = await window.showQuickPick([exact, kind], { title: l10n.t('How the devices are named') });
  return chosen?.devices;
}

async function save(configurations: BootConfigurations, entry: object | undefined): Promise<void> {
  if (!entry) return;
  const taken = new Set(configurations.entries().map(({ name }) => name));
  const name = await window.showInputBox({
    title: l10n.t('Name of the boot configuration'),
    prompt: l10n.t('It is saved in the settings of the workspace, where everything else can be set.'),
    validateInput: (text) =>
      text.trim() === ''
        ? l10n.t('A name.')
        : taken.has(text.trim())
          ? l10n.t('There is one of that name.')
          : undefined,
  });
  if (name === undefined) return;
  // The name comes first, as people write it.
  await addBootConfiguration(Object.assign({ name: '' }, entry, { name: name.trim() }));
  await configurations.choose(name.trim());
  const edit = l10n.t('Edit');
  void window
    .showInformationMessage(l10n.t('Boot configuration {0} is saved.', name.trim()), edit)
    .then((answer) => (answer === edit ? editBootConfigurations() : undefined));
}
