import { l10n } from 'vscode';
import type { FailureFacts } from '../host/failure.ts';
import type { CommandName } from './identifiers.ts';

const t = l10n.t.bind(l10n);

type DebugFailure =
  'no-session' | 'not-stopped' | 'gdb-said' | 'no-domains' | 'bad-error-value' | 'no-error-names' | 'no-serial-stub';

/** Words for what goes wrong while debugging. */
export const debugWords: {
  [C in DebugFailure]: (facts: FailureFacts[C]) => {
    message: string;
    action?: { title: string; command: CommandName };
  };
} = {
  'no-session': () => ({
    message: t('No debugger is attached to a guest.'),
    action: { title: t('Attach Debugger'), command: 'attach' },
  }),
  'not-stopped': ({ session }) => ({
    message: t('{0} is running, and gdb looks at a guest only while it is stopped. Pause it first.', session),
    action: { title: t('Pause'), command: 'pauseDebugging' },
  }),
  'gdb-said': ({ problem }) => ({ message: t('gdb could not do it: {0}', problem) }),
  'no-domains': ({ session }) => ({
    message: t(
      '{0} knows no domains: that needs gdb 13 or newer with Python, a PC as guest, and symbols of its CPU driver.',
      session,
    ),
  }),
  'bad-error-value': ({ text }) => ({
    message: t('"{0}" is neither a number nor the name of an error. Expressions need a guest that is stopped.', text),
    action: { title: t('Decode Another…'), command: 'decodeError' },
  }),
  'no-error-names': () => ({
    message: t('No errors/errno.fugu is known: it is in the source tree of a build directory.'),
    action: { title: t('Choose Build Directory…'), command: 'chooseBuildDirectory' },
  }),
  'no-serial-stub': ({ guest }) => ({
    message: t("{0} has not said that its kernel waits for gdb. Only then does the kernel's own stub answer.", guest),
    action: { title: t('Attach Debugger'), command: 'attach' },
  }),
};
