import { l10n, Range, Uri, window, workspace, type QuickPickItem } from 'vscode';
import type { ErrorName } from '../barrelfish/error-names.ts';
import { errorStack, errorValue } from '../barrelfish/error-values.ts';
import { readErrors, type NamedError } from '../debug/barrelfish-request.ts';
import { Failure } from '../host/failure.ts';
import type { BuildDirectories } from './build-directories.ts';
import type { DebuggedGuest, DebugSessions } from './debug-sessions.ts';
import { selectedText } from './selected-text.ts';
import type { SerialSources } from './serial-sources.ts';

interface Parts {
  debugSessions: DebugSessions;
  buildDirectories: BuildDirectories;
  serialSources: SerialSources;
}

/** What the menu of a variable hands on. */
interface VariableMenu {
  variable: { name?: unknown; evaluateName?: unknown };
}

/** An error of a value, and where it is defined. */
interface ShownError extends NamedError {
  defined: ErrorName | undefined;
}

/** Shows all errors that a value holds. Works without a guest, from errno.fugu; a stopped guest's gdb takes expressions, too. */
export async function decodeError(
  { debugSessions, buildDirectories, serialSources }: Parts,
  node: unknown,
): Promise<void> {
  const text = expressionOf(node) ?? (await ask());
  if (text === undefined || text.trim() === '') return;
  const { active } = debugSessions;
  const build = await serialSources.build(active?.running?.guest.spec);
  if (!build) await buildDirectories.ready();
  const found = build ?? (await serialSources.build(undefined));
  const known = found && (await serialSources.errorNumbers(found));
  const errors = await errorsOf(
    text,
    known?.numbers,
    active?.state === 'stopped' && active.knowing ? active : undefined,
    debugSessions,
  );
  const picked = await window.showQuickPick(errors.map(itemOf), {
    title: l10n.t('Error Value {0}: the Latest First', text.trim()),
    placeHolder: known ? l10n.t('Press Enter to see where one is defined') : l10n.t('No errno.fugu is known'),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (!picked?.defined || !known) return;
  const { line, column } = picked.defined;
  const selection = new Range(line, column, line, column);
  await window.showTextDocument(await workspace.openTextDocument(Uri.file(known.file)), { selection });
}

async function errorsOf(
  text: string,
  numbers: readonly ErrorName[] | undefined,
  stopped: DebuggedGuest | undefined,
  sessions: DebugSessions,
): Promise<ShownError[]> {
  const definedAs = (name: string | undefined) => numbers?.find((each) => each.name === name);
  const value = errorValue(text, numbers ?? []);
  if (stopped) {
    // Debug information says what runs; the file may have been edited since.
    const words = ['errval', value === undefined ? text.trim() : `0x${BigInt.asUintN(64, value).toString(16)}`];
    const said = readErrors(await sessions.ask(stopped, { words }));
    return said.map((each) => ({ ...each, defined: definedAs(each.name) }));
  }
  if (!numbers) throw new Failure('no-error-names', undefined);
  if (value === undefined) throw new Failure('bad-error-value', { text: text.trim() });
  return errorStack(value, numbers).map(({ number, error }) => ({
    number,
    name: error?.name,
    text: error?.text,
    defined: error,
  }));
}

function itemOf(error: ShownError): QuickPickItem & ShownError {
  const { number, name, text, defined } = error;
  const icon = name === undefined ? '$(question)' : (defined?.success ?? number === 0) ? '$(pass)' : '$(error)';
  return {
    ...error,
    label: `${icon} ${name ?? l10n.t('No error has this number')}`,
    description: number.toString(),
    ...(text === undefined ? {} : { detail: text }),
  };
}

function expressionOf(node: unknown): string | undefined {
  const { variable } = (node ?? {}) as Partial<VariableMenu>;
  const expression = variable?.evaluateName ?? variable?.name;
  return typeof expression === 'string' && expression !== '' ? expression : undefined;
}

function ask(): Thenable<string | undefined> {
  return window.showInputBox({
    title: l10n.t('Decode Error Value'),
    prompt: l10n.t('A number, the name of an error, or, while a guest is stopped, an expression'),
    placeHolder: '0x1407',
    value: selectedText(),
    ignoreFocusOut: true,
  });
}
