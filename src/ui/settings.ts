import { ConfigurationTarget, workspace } from 'vscode';
import type { WayUp } from '../host/as-root.ts';
import type { OwnDevices } from '../host/own-devices.ts';
import type { SshOptions } from '../host/ssh-connection.ts';

const SECTION = 'barrelfish';

function read(key: string): unknown {
  return workspace.getConfiguration(SECTION).get(key);
}

function text(key: string): string {
  const value = read(key);
  return typeof value === 'string' ? value.trim() : '';
}

function number(key: string, least: number, fallback: number): number {
  const value = read(key);
  return typeof value === 'number' && Number.isFinite(value) && value >= least ? Math.floor(value) : fallback;
}

/** Host name → `local` or ssh destination. What isn't of that shape is left out: settings can be written by hand. */
export function hostsSetting(): Record<string, string> {
  const value = read('hosts');
  // VS Code merges an object's default into what the user sets, so the default has to be here to give way.
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) return { localhost: 'local' };
  // ssh would read a destination that begins with "-" as an option.
  const entries = Object.entries(value).filter(
    (entry): entry is [string, string] =>
      typeof entry[1] === 'string' && entry[1].trim() !== '' && !entry[1].startsWith('-'),
  );
  return Object.fromEntries(entries.map(([name, destination]) => [name, destination.trim()]));
}

export function sshSettings(): SshOptions {
  const program = text('ssh.path');
  const configFile = text('ssh.configFile');
  return { ...(program === '' ? {} : { program }), ...(configFile === '' ? {} : { configFile }) };
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];
}

export function ownDevices(): OwnDevices {
  const names = read('devices.names');
  const entries = typeof names === 'object' && names !== null ? Object.entries(names) : [];
  return {
    nicknames: Object.fromEntries(
      entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1].trim() !== ''),
    ),
    kept: strings(read('devices.neverTouch')),
  };
}

/** Calls a device by a name, or (empty) by its own again. */
export async function nameDevice(key: string, name: string): Promise<void> {
  const { [key]: _, ...others } = ownDevices().nicknames;
  await workspace
    .getConfiguration(SECTION)
    .update('devices.names', name === '' ? others : { ...others, [key]: name }, true);
}

/** Sets the list of devices that are never taken. */
export async function setKept(entries: readonly string[]): Promise<void> {
  await workspace.getConfiguration(SECTION).update('devices.neverTouch', entries, true);
}

/** How root rights are had on a host. */
export function wayUp(): WayUp {
  const value = text('elevation');
  return value === 'sudo' || value === 'pkexec' ? value : 'auto';
}

export type Afterwards = 'keep' | 'ask' | 'release';

function afterwards(key: string): Afterwards {
  const value = text(key);
  return value === 'ask' || value === 'release' ? value : 'keep';
}

/** What happens to devices that this window has taken when it closes. */
export function onClose(): Afterwards {
  return afterwards('devices.onClose');
}

/** What happens to the devices of a guest when it ends, however it ends. */
export function afterGuest(): Afterwards {
  return afterwards('devices.afterGuest');
}

export interface GuestSettings {
  buildDirectory: string;
  menuList: string;
  memoryMiB: number;
  cores: number;
  accelerator: 'auto' | 'kvm' | 'tcg';
  qemuPath: string;
  hotplug: boolean;
  extraArguments: readonly string[];
}

export function guestSettings(): GuestSettings {
  const accelerator = text('qemu.accelerator');
  return {
    buildDirectory: text('buildDirectory'),
    menuList: text('menuList'),
    memoryMiB: number('qemu.memory', 64, 2048),
    cores: number('qemu.cores', 1, 1),
    accelerator: accelerator === 'kvm' || accelerator === 'tcg' ? accelerator : 'auto',
    qemuPath: text('qemu.path') || 'qemu-system-x86_64',
    hotplug: read('qemu.hotplug') === true,
    extraArguments: strings(read('qemu.extraArguments')),
  };
}

/** How many guests' serial logs are kept. */
export function keptLogs(): number {
  return number('serial.keptLogs', 1, 50);
}

/** As written; `readBootConfigurations` makes sense of it. */
export function bootConfigurationsSetting(): unknown {
  return read('bootConfigurations');
}

/** Adds a boot configuration: to the workspace's, else to the user's. */
export async function addBootConfiguration(entry: object): Promise<void> {
  const value = bootConfigurationsSetting();
  const others: readonly unknown[] = Array.isArray(value) ? value : [];
  const target = workspace.workspaceFolders === undefined ? ConfigurationTarget.Global : ConfigurationTarget.Workspace;
  await workspace.getConfiguration(SECTION).update('bootConfigurations', [...others, entry], target);
}

/** A device_db.pl other than that of the source tree. */
export function deviceDatabase(): string {
  return text('deviceDatabase');
}

/** Which Python runs the harness's tests; `program` is empty where we are to look for one. */
export function pythonSettings(): { program: string; inWrapper: boolean } {
  return { program: text('python'), inWrapper: read('build.wrapPython') === true };
}

export function gdbPath(): string {
  return text('gdb.path') || 'gdb';
}

export async function rememberBuildDirectory(directory: string): Promise<void> {
  // In a window without a folder there is no workspace to remember it for.
  const target = (workspace.workspaceFolders ?? []).length === 0 ? true : undefined;
  await workspace.getConfiguration(SECTION).update('buildDirectory', directory, target);
}

export async function addHostSetting(name: string, destination: string): Promise<void> {
  await workspace.getConfiguration(SECTION).update('hosts', { ...hostsSetting(), [name]: destination }, true);
}
