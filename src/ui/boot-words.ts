import { l10n } from 'vscode';
import type { BootConfiguration } from '../guest/boot-configuration.ts';
import { shortAddress } from '../host/pci-address.ts';

/** The devices of a configuration in a few words: `03:00.0, 8086:10d3`, or what is emulated. */
export function deviceWords({ devices, emulated }: BootConfiguration): string {
  const passed = devices.map((wish) =>
    wish.kind === 'address' ? shortAddress(wish.address) : `${wish.vendor}:${wish.device}`,
  );
  const played = (emulated ?? []).map((wish) => (wish.kind === 'nic' ? wish.model : wish.kind));
  return [...passed, ...played].join(', ');
}

/** `NAME · qemu_a57 · host · 03:00.0`. */
export function configurationLine(configuration: BootConfiguration, host: string): string {
  return [configuration.name, configuration.bootTarget ?? '', host, deviceWords(configuration)]
    .filter((part) => part !== '')
    .join(' · ');
}

/** What a configuration, or a guest, says besides its devices: `qemu_a57, 4 cores, 2048 MiB, kvm`. */
export function machineWords({
  bootTarget,
  cores,
  memoryMiB,
  accelerator,
}: Pick<BootConfiguration, 'bootTarget' | 'cores' | 'memoryMiB' | 'accelerator'>): string {
  return [
    bootTarget ?? '',
    cores === undefined ? '' : cores === 1 ? l10n.t('1 core') : l10n.t('{0} cores', cores),
    memoryMiB === undefined ? '' : l10n.t('{0} MiB', memoryMiB),
    accelerator ?? '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}
