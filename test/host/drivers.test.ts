import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { suite, suiteSetup, suiteTeardown, test } from 'mocha';
import * as vscode from 'vscode';
import { activeExtension } from './extension.ts';

const ENTRY = `pci_driver{
  binary: "e1000n",
  supported_cards: [ pci_card{ vendor: 16'8086, device: 16'10d3, function: _ } ]
}.
`;

suite('drivers', () => {
  let directory = '';
  let database = '';
  const settings = (): vscode.WorkspaceConfiguration => vscode.workspace.getConfiguration('barrelfish');

  /** Until a condition holds; files are looked at a moment after they have changed. */
  async function eventually<T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T> {
    for (let tries = 0; tries < 100; tries += 1) {
      const found = await look();
      if (found !== undefined) return found;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return assert.fail(what);
  }

  suiteSetup(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'barrelfish-drivers-'));
    database = path.join(directory, 'drivers.pl');
    await writeFile(database, `% first\n${ENTRY}`);
    await activeExtension();
    await settings().update('deviceDatabase', database, vscode.ConfigurationTarget.Global);
  });

  suiteTeardown(async () => {
    await settings().update('deviceDatabase', undefined, vscode.ConfigurationTarget.Global);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await rm(directory, { recursive: true });
  });

  test('the entry of a device opens at its card', async () => {
    const editor = await eventually('the database opens', async () => {
      await vscode.commands.executeCommand('barrelfish.goToDriverEntry', '8086:10d3');
      const { activeTextEditor } = vscode.window;
      return activeTextEditor?.document.uri.fsPath === database ? activeTextEditor : undefined;
    });
    assert.deepEqual([editor.selection.start.line, editor.selection.start.character], [3, 21]);
    assert.equal(editor.document.getText(editor.selection), 'pci_card');
  });

  test('a damaged entry is a problem at its line as soon as it is written, and goes with it', async () => {
    const problems = (): readonly vscode.Diagnostic[] => vscode.languages.getDiagnostics(vscode.Uri.file(database));
    assert.deepEqual(problems(), []);
    await writeFile(database, `${ENTRY}pci_driver{\n  binary: "lost"\n  module: "x"\n}.\n${ENTRY}`);
    const found = await eventually('a problem', () => (problems().length > 0 ? problems() : undefined));
    assert.equal(found.length, 1);
    assert.deepEqual(
      found.map(({ severity, range }) => [severity, range.start.line, range.start.character, range.end.character]),
      [[vscode.DiagnosticSeverity.Error, 6, 2, 8]],
    );
    await writeFile(database, ENTRY);
    await eventually('no problem', () => (problems().length === 0 ? true : undefined));
  });
});
