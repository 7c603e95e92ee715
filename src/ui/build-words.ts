import { l10n } from 'vscode';
import { diagnoseBuild } from '../diagnosis/build-failure.ts';
import type { FailureFacts } from '../host/failure.ts';
import { attemptWording } from './diagnosis-words.ts';
import type { Wording } from './wording.ts';

const t = l10n.t.bind(l10n);

const LONGEST_QUOTE = 400;

/** A build that ended with an error: why, if that is known, else the first error that it printed. */
export function buildFailed({ command, targets, exitCode, output }: FailureFacts['build-failed']): Wording {
  const what = targets.length > 1 ? t('{0} files', targets.length) : (targets[0] ?? command);
  const otherwise = t('{0} could not be built: {1}', what, errorIn(output) ?? t('exit code {0}', exitCode));
  return {
    action: { title: t('Show Problems'), command: 'showProblems' },
    ...attemptWording({ tried: command, said: output, otherwise }, diagnoseBuild(output)),
  };
}

/** What make says last is only that something has failed. */
function errorIn(output: string): string | undefined {
  const lines = output.trim().split('\n');
  const error = lines.find((line) => /\berror:/i.test(line));
  const text = error === undefined ? lines.at(-1) : error.slice(error.search(/\berror:/i) + 'error:'.length);
  const quote = text?.trim().slice(0, LONGEST_QUOTE);
  return quote === '' ? undefined : quote;
}
