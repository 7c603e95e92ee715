import { l10n } from 'vscode';
import type { HarnessFile } from '../barrelfish/harness-tests.ts';
import type { FailureFacts } from '../host/failure.ts';

const t = l10n.t.bind(l10n);

/** Why a test of the harness could not be run, and what helps. */
export function harnessProblem(facts: FailureFacts['harness-failed']): { message: string; detail?: string } {
  const { test, code, detail, output } = facts;
  const said = output === undefined || output.trim() === '' ? {} : { detail: output.trim() };
  switch (code) {
    case 'no-module':
      return {
        message: t('{0} needs the Python module {1}, which is not installed.', test, detail),
        detail: t(
          'Install it for the Python that runs the tests, for example with: python3 -m pip install {0}',
          detail,
        ),
      };
    case 'no-translator':
      return {
        message: t('The harness is written in Python 2, and Python {0} has nothing here that translates it.', detail),
        detail: t(
          'Install lib2to3 (sudo apt install python3-lib2to3) or fissix (python3 -m pip install fissix), or set barrelfish.python to a Python 2.',
        ),
      };
    case 'no-machine':
      return { message: t('The harness has no machine whose name begins with {0}.', detail) };
    case 'no-test':
      return { message: t('The harness does not find the test {0} any more.', detail) };
    case 'no-menu':
      return { message: t('{0} boots no modules of Barrelfish: it is meant for a machine with a boot loader.', test) };
    case 'failed':
      return { message: t('{0} broke off: {1}', test, detail), ...said };
    case 'ended':
      if (detail === '') return { message: t('The Python that barrelfish.python names is not there.') };
      return { message: t('Python ended before {0} had a result (exit code {1}).', test, detail), ...said };
  }
}

export function sourceProblem({ line, code }: HarnessFile['problems'][number]): string {
  switch (code) {
    case 'open-string':
      return t('Line {0}: a string is not closed; what follows may be missing here.', line);
    case 'open-bracket':
      return t('Line {0}: a bracket is not closed.', line);
    case 'same-name':
      return t('Line {0}: another test of this file has the same name; only the first can be run.', line);
  }
}
