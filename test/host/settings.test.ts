import assert from 'node:assert/strict';
import { afterEach, suite, test } from 'mocha';
import * as vscode from 'vscode';
import { activeExtension } from './extension.ts';

const { Global } = vscode.ConfigurationTarget;

async function setHosts(value: unknown): Promise<void> {
  await vscode.workspace.getConfiguration('barrelfish').update('hosts', value, Global);
}

suite('settings', () => {
  afterEach(() => setHosts(undefined));

  // By hand anything can be written. Each change makes the hosts anew, and a refresh reads all of them.
  for (const value of [null, 'local', 7, [], ['local'], { a: 7 }, { b: '' }, { c: '-oProxyCommand=x' }, { d: null }]) {
    test(`hosts: ${JSON.stringify(value)} is survived`, async () => {
      const extension = await activeExtension();
      await setHosts(value);
      await vscode.commands.executeCommand('barrelfish.refresh');
      assert.equal(extension.isActive, true);
    });
  }
});
