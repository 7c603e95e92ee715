import { l10n } from 'vscode';
import type { FailureFacts } from '../host/failure.ts';
import type { CommandName } from './identifiers.ts';

const t = l10n.t.bind(l10n);

type DebugFailure =
  | 'no-engine'
  | 'no-gdb-adapter'
  | 'no-board-engine'
  | 'has-debugger'
  | 'no-session'
  | 'not-stopped'
  | 'gdb-said'
  | 'no-domains'
  | 'bad-error-value'
  | 'no-error-names'
  | 'no-serial-stub';

const openLaunch = (): { title: string; command: CommandName } => ({
  title: t('Open Launch Configurations'),
  command: 'openLaunchConfigurations',
});

/** Words for what goes wrong while debugging. */
export const debugWords: {
  [C in DebugFailure]: (facts: FailureFacts[C]) => {
    message: string;
    action?: { title: string; command: CommandName };
  };
} = {
  'no-engine': ({ engine, known }) => ({
    message: t('"{0}" is no engine of the debugger. In the launch.json, "engine" is {1}.', engine, known.join(', ')),
    action: openLaunch(),
  }),
  'no-gdb-adapter': ({ program, wished, version, python, needed }) => ({
    message:
      version === undefined
        ? t(
            '"engine": "gdb" needs gdb {0} or newer with Python, and {1} does not run, or does not say what it is.',
            needed,
            program,
          )
        : python
          ? t('"engine": "gdb" needs gdb {0} or newer, and {1} is gdb {2}.', needed, program, version)
          : t(
              '"engine": "gdb" needs gdb {0} or newer with Python, and {1} is gdb {2} without Python.',
              needed,
              program,
              version,
            ),
    action: wished ? openLaunch() : { title: t('Choose gdb'), command: 'openGdbSetting' },
  }),
  'no-board-engine': ({ guest }) => ({
    message: t('"engine": "gdb" is for PCs, and {0} is a board. Leave "engine" out of the launch.json.', guest),
    action: openLaunch(),
  }),
  'has-debugger': ({ guest }) => ({
    message: t('{0} has a debugger already. End that session first, or go on with it.', guest),
  }),
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
