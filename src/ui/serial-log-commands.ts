import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { l10n, Uri, window } from 'vscode';
import { comparable, parseTimes, withTimes } from '../barrelfish/serial-text.ts';
import { listRecords, recordBefore, timesOf } from '../guest/serial-record.ts';
import { Failure } from '../host/failure.ts';
import type { Documents } from './documents.ts';

async function textOf(file: string): Promise<string> {
  return readFile(file, 'latin1').catch(() => {
    throw new Failure('file-missing', { path: file, neededBy: 'Barrelfish' });
  });
}

/** `22 Nov 2026, 10:15:00  Barrelfish 03:00.0`, from the name of a record. */
function titleOf(file: string): string {
  const [, ...date] = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)/.exec(path.basename(file)) ?? [];
  const [year = 0, month = 1, ...rest] = date.map(Number);
  const [day, hour, minute, second] = rest;
  const at = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  const name = path.basename(file, '.log');
  return `${at.toLocaleString()}  ${name.slice(name.indexOf('.') + 1)}`;
}

/** The logs of guests that have ended, too. */
export async function openPastLog(directory: string): Promise<void> {
  const records = await listRecords(directory);
  if (records.length === 0) {
    void window.showInformationMessage(l10n.t('No guest has run yet: there is no serial log.'));
    return;
  }
  const picks = records.map((record) => ({ label: titleOf(record), description: record, record }));
  const chosen = await window.showQuickPick(picks, {
    title: l10n.t('Open the serial log of'),
    matchOnDescription: true,
  });
  if (chosen) await window.showTextDocument(Uri.file(path.join(directory, chosen.record)));
}

/** The run before on the left, this one on the right, without what differs in every run. */
export async function compareLogs(documents: Documents, file: string): Promise<void> {
  const before = await recordBefore(file);
  if (before === undefined) {
    void window.showInformationMessage(l10n.t('There is no log of a run before this one.'));
    return;
  }
  const [left, right] = await Promise.all([textOf(before), textOf(file)]);
  await documents.compare(
    { name: path.basename(before), text: comparable(left) },
    { name: path.basename(file), text: comparable(right) },
    l10n.t('Serial line: {0} ↔ {1}', titleOf(before), titleOf(file)),
  );
}

export async function showTimes(documents: Documents, file: string): Promise<void> {
  const times = await readFile(timesOf(file), 'utf8').catch(() => '');
  await documents.show(
    `${path.basename(file, '.log')} with times.log`,
    withTimes(await textOf(file), parseTimes(times)),
  );
}
