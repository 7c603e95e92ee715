import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import * as vscode from 'vscode';
import { activeExtension } from './extension.ts';

suite('documents', () => {
  test('a text that we have made opens read-only', async () => {
    await activeExtension();
    await vscode.commands.executeCommand('barrelfish.showIommuSteps');
    const document = vscode.window.activeTextEditor?.document;
    assert.ok(document, 'nothing opened');
    assert.equal(document.uri.scheme, 'barrelfish');
    assert.equal(document.languageId, 'markdown');
    assert.match(document.getText(), /^# Turn the IOMMU on\n/);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(0, 0), 'x');
    await vscode.workspace.applyEdit(edit).then(undefined, () => false);
    assert.equal(document.isDirty, false);
  });

  test('one that nobody has made is empty', async () => {
    await activeExtension();
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse('barrelfish:/nothing.md'));
    assert.equal(document.getText(), '');
  });
});
