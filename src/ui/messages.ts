import { commands, l10n, window, type LogOutputChannel } from 'vscode';
import { Failure } from '../host/failure.ts';
import type { Documents } from './documents.ts';
import { commandId } from './identifiers.ts';
import { logFailure } from './log.ts';
import { wordingOf } from './wording.ts';

/** Tells the user what went wrong, and what to do. */
export class Messages {
  readonly log: LogOutputChannel;
  readonly #documents: Documents;

  constructor(log: LogOutputChannel, documents: Documents) {
    this.log = log;
    this.#documents = documents;
  }

  /** One notification with its next step. Calling something off is no failure. */
  async failure(where: string, error: unknown): Promise<void> {
    if (Failure.is(error, 'cancelled')) return;
    logFailure(this.log, where, error);
    const { message, detail, action } = wordingOf(error);
    const details = detail === undefined || detail.trim() === '' ? undefined : l10n.t('Details');
    const buttons = [action?.title, details].filter((title) => title !== undefined);
    const choice = await window.showErrorMessage(message, ...buttons);
    if (choice === undefined) return;
    if (choice === details) await this.#documents.show('Details.txt', `${where}\n\n${message}\n\n${detail ?? ''}\n`);
    else if (action) await commands.executeCommand(commandId(action.command), ...(action.arguments ?? []));
  }
}
