import { l10n } from 'vscode';
import type { BootFailure, BootProgress } from '../barrelfish/boot-progress.ts';

/** How far a boot has come, in a few words; empty when the guest has said nothing yet. */
export function bootProgressText({ stage, about = '', cores, network }: BootProgress): string {
  switch (stage) {
    case 'nothing':
      return '';
    case 'loader':
      return l10n.t('loader done');
    case 'kernel':
      return cores.length > 1 ? l10n.t('{0} kernels up', cores.length) : l10n.t('kernel up');
    case 'init':
      return 'init';
    case 'monitor':
      return 'monitor';
    case 'spawning':
      return l10n.t('spawning {0}', about);
    case 'driver':
      return l10n.t('kaluga: {0} started', about);
    case 'network':
      return network?.state === 'up'
        ? l10n.t('network: {0}', network.address ?? l10n.t('up'))
        : l10n.t('network: waiting for an address');
    case 'usable':
      return 'fish';
  }
}

/** What has gone wrong, in a few words. */
export function failureText({ kind, core = 0, domain = '' }: BootFailure): string {
  switch (kind) {
    case 'panicked':
      return l10n.t('kernel {0} panicked', core);
    case 'exception':
      return l10n.t('exception in kernel {0}', core);
    case 'waiting-for-gdb':
      return l10n.t('kernel {0} waits for gdb', core);
    case 'faulted':
      return l10n.t('{0} faulted', domain);
    case 'asserted':
      return l10n.t('assertion of {0} failed', domain);
  }
}
