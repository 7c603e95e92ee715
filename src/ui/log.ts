import type { LogOutputChannel } from 'vscode';
import { wordingOf } from './wording.ts';

/** The whole story of a failure goes to the log: words for people, the stack for whoever mends it. */
export function logFailure(log: LogOutputChannel, where: string, error: unknown): void {
  const { message, detail } = wordingOf(error);
  log.error(`${where}: ${message}${detail === undefined ? '' : `\n${detail}`}`);
  if (error instanceof Error && error.stack !== undefined) log.debug(error.stack);
}
