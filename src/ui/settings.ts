import { workspace } from 'vscode';
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

/** What happens to devices that this window has taken when it closes. */
export function onClose(): 'keep' | 'ask' | 'release' {
  const value = text('devices.onClose');
  return value === 'ask' || value === 'release' ? value : 'keep';
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

export function gdbPath(): string {
  return text('gdb.path') || 'gdb';
}

export async function rememberBuildDirectory(directory: string): Promise<void> {
  await workspace.getConfiguration(SECTION).update('buildDirectory', directory);
}

export async function addHostSetting(name: string, destination: string): Promise<void> {
  await workspace.getConfiguration(SECTION).update('hosts', { ...hostsSetting(), [name]: destination }, true);
}
