import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import * as vscode from 'vscode';
import { activeExtension } from './extension.ts';

suite('debugging', () => {
  test('nothing to attach to ends without a session', async () => {
    await activeExtension();
    let sessions = 0;
    const started = vscode.debug.onDidStartDebugSession(() => (sessions += 1));
    const configuration = { type: 'barrelfish', request: 'attach', name: 'gone', guest: 'no-such-guest' };
    assert.equal(await vscode.debug.startDebugging(undefined, configuration), false);
    started.dispose();
    assert.equal(sessions, 0);
  });

  test('a host that is not in the settings cannot be booted on', async () => {
    await activeExtension();
    const configuration = { type: 'barrelfish', request: 'launch', name: 'nowhere', host: 'nowhere' };
    assert.equal(await vscode.debug.startDebugging(undefined, configuration), false);
  });

  test('a dump that is not there is not opened', async () => {
    await activeExtension();
    const configuration = { type: 'barrelfish', request: 'attach', name: 'dump', dump: '/nowhere/memory.core' };
    assert.equal(await vscode.debug.startDebugging(undefined, configuration), false);
  });
});
