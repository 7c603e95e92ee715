import { l10n } from 'vscode';
import type { SerialEvent, SerialKind } from '../barrelfish/serial-events.ts';

const FAILURES: ReadonlySet<SerialKind> = new Set([
  'kernel-panic',
  'kernel-exception',
  'waiting-for-gdb',
  'domain-fault',
  'domain-assertion',
  'domain-error',
]);

export function isFailureEvent({ kind }: SerialEvent): boolean {
  return FAILURES.has(kind);
}

/** What the outline of a serial log calls an event; undefined for what is not in it. */
export function symbolText(event: SerialEvent): string | undefined {
  switch (event.kind) {
    case 'kernel-base':
      return l10n.t('Loader done, kernel at {0}', event.base);
    case 'kernel-up':
      return l10n.t('Kernel {0} up', event.core);
    case 'init-up':
      return 'init';
    case 'monitor-up':
      return 'monitor';
    case 'spawning':
      return l10n.t('Spawning {0}', event.program);
    case 'driver-starting':
      return l10n.t('Starting {0} for {1}:{2}.{3}', event.binary, event.bus, event.device, event.function);
    case 'driver-created':
      return l10n.t('{0} created', event.module);
    case 'driver-left-out':
      return l10n.t('{0} left out', event.driver);
    case 'network-up':
      return event.address === undefined ? undefined : l10n.t('Network up: {0}', event.address);
    case 'usable':
      return 'fish';
    case 'no-dmar':
      return l10n.t('No IOMMU for the guest');
    case 'kernel-panic':
      return l10n.t('Kernel {0} panicked: {1}', event.core, event.reason);
    case 'kernel-exception':
      return l10n.t('Exception {0} in kernel {1}', event.exception, event.core);
    case 'waiting-for-gdb':
      return l10n.t('Kernel {0} waits for gdb', event.core);
    case 'domain-fault':
      return l10n.t('{0} faulted at {1}', event.domain, event.ip);
    case 'domain-assertion':
      return l10n.t('Assertion of {0} failed: {1}', event.domain, event.expression);
    case 'domain-error':
      return l10n.t('Error in {0}: {1}', event.domain, event.function);
    default:
      return undefined;
  }
}
