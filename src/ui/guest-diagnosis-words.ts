import { l10n } from 'vscode';
import type { DiagnosisTexts } from './host-diagnosis-words.ts';

const t = l10n.t.bind(l10n);
const LONGEST_QUOTE = 80;

/** Words of the guest's own within ours: they may be of any length. */
function quoted(text: string): string {
  return text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text;
}

/** Words for what Barrelfish itself tells of on its serial line. */
export const guestDiagnosisTexts = {
  'kernel-panic': ({ core, reason }) => [
    reason === '' ? t('The kernel of core {0} panicked.', core) : t('Kernel {0} panicked: {1}.', core, quoted(reason)),
    t('That core has halted. QEMU goes on: attach the debugger to see where, or reset the guest.'),
  ],
  'kernel-exception': ({ core, exception, what, address }) => [
    what === ''
      ? t('The kernel of core {0} took exception {1}.', core, exception)
      : t('The kernel of core {0} took exception {1}: {2}.', core, exception, quoted(what.replace(/\.$/, ''))),
    address === undefined
      ? t('It waits in its own gdb stub, on the serial line.')
      : t('It was at {0} of cpu.full, and waits in its own gdb stub.', address),
  ],
  'kernel-waits-for-gdb': ({ core }) => [
    t('The gdb stub of kernel {0} has taken the serial line.', core),
    t('Attach the debugger: QEMU shows the same registers and stack without the serial line.'),
  ],
  'domain-fault': ({ domain, at, ip }) => [
    at === undefined
      ? t('{0} took a trap that nobody handles, at {1}.', domain, ip)
      : t('{0} faulted on {1}, at {2}.', domain, at, ip),
    t('That domain is gone; the rest of the system runs on.'),
  ],
  'domain-assertion': ({ domain, expression, path, line }) => [
    t('An assertion of {0} failed: {1}.', domain, quoted(expression)),
    t('See {0}, line {1}.', path.slice(-LONGEST_QUOTE), line),
  ],
  'dhcp-stuck': ({ seconds }) => [
    t('The network was started {0} seconds ago, and has no address.', seconds),
    t('Kaluga waits for it, so fish does not come. Is there a DHCP server, and does the card receive anything?'),
  ],
} satisfies Partial<DiagnosisTexts>;
