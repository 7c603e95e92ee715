import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import * as vscode from 'vscode';
import { activeExtension, manifestOf } from './extension.ts';

suite('activation', () => {
  test('the extension activates', async () => {
    const extension = await activeExtension();
    assert.equal(extension.isActive, true);
  });

  test('every command of the manifest is registered, and no other', async () => {
    const { contributes } = manifestOf(await activeExtension());
    const declared = contributes.commands.map(({ command }) => command).sort();
    const registered = await vscode.commands.getCommands(true);
    // VS Code makes some by itself for each view of the manifest: `barrelfish.devices.focus`.
    const views = Object.values(contributes.views).flat();
    const own = registered.filter(
      (command) => command.startsWith('barrelfish.') && !views.some(({ id }) => command.startsWith(`${id}.`)),
    );
    assert.deepEqual(own.sort(), declared);
  });

  test('commands that only show something run without a host', async () => {
    await activeExtension();
    for (const command of ['showByClass', 'showByGroup', 'clearFilter', 'showWithoutIommu', 'refresh'])
      await vscode.commands.executeCommand(`barrelfish.${command}`);
  });

  test('the kernel argument for the IOMMU is copied', async () => {
    await activeExtension();
    await vscode.env.clipboard.writeText('untouched');
    await vscode.commands.executeCommand('barrelfish.copyKernelArgument');
    assert.match(await vscode.env.clipboard.readText(), /^(intel|amd)_iommu=on$/);
  });
});
