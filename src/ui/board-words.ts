import { l10n } from 'vscode';
import type { FailureFacts } from '../host/failure.ts';
import { shortAddress } from '../host/pci-address.ts';
import type { CommandName } from './identifiers.ts';

const t = l10n.t.bind(l10n);

type BoardFailure = 'no-passthrough' | 'no-architecture' | 'no-boot-target' | 'no-gdb' | 'no-kernel-address';

/** Words for what goes wrong with boot targets that are no PC. */
export const boardWords: {
  [C in BoardFailure]: (facts: FailureFacts[C]) => {
    message: string;
    action?: { title: string; command: CommandName };
  };
} = {
  'no-passthrough': ({ bootTarget, devices }) => ({
    message: t(
      'The boot target {0} takes no devices of the host, and was asked for {1}.',
      bootTarget,
      devices.map(shortAddress).join(', '),
    ),
  }),
  'no-architecture': ({ path, architecture, bootTarget }) => ({
    message: t('{0} was not set up for {1}, which the boot target {2} needs.', path, architecture, bootTarget),
    action: { title: t('Set Up Build Directory…'), command: 'setUpBuildDirectory' },
  }),
  'no-boot-target': ({ bootTarget, known }) => ({
    message: t('{0} is no boot target that is known here. There are {1}.', bootTarget, known.join(', ')),
  }),
  'no-gdb': ({ programs, architecture }) => ({
    message: t(
      'There is no gdb that knows the architecture {0}; {1} was tried. Install gdb-multiarch, or set barrelfish.gdb.path.',
      architecture,
      programs.join(', '),
    ),
    action: { title: t('Choose gdb'), command: 'openGdbSetting' },
  }),
  'no-kernel-address': ({ guest, seconds }) => ({
    message: t(
      '{0} has not said within {1} seconds where its CPU driver is, so gdb would have no symbols.',
      guest,
      seconds,
    ),
  }),
};
