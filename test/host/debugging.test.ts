import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
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

  test('an engine that is none, or needs another gdb, is refused before anything is booted', async () => {
    await activeExtension();
    const directory = await mkdtemp(path.join(tmpdir(), 'old-gdb-'));
    const old = path.join(directory, 'gdb');
    await writeFile(old, '#!/bin/sh\necho "GNU gdb (Debian 13.1-3) 13.1"\necho "gdb has Python"\n', { mode: 0o755 });
    let shown = false;
    const opened = vscode.window.onDidOpenTerminal(() => (shown = true));
    for (const wish of [{ engine: 'none' }, { engine: 'gdb', gdb: '/nowhere/gdb' }, { engine: 'gdb', gdb: old }])
      for (const request of ['launch', 'attach']) {
        const configuration = { type: 'barrelfish', request, name: 'engine', ...wish };
        assert.equal(await vscode.debug.startDebugging(undefined, configuration), false);
      }
    opened.dispose();
    await rm(directory, { recursive: true });
    assert.equal(shown, false);
  });

  test('a dump that is not there is not opened', async () => {
    await activeExtension();
    const configuration = { type: 'barrelfish', request: 'attach', name: 'dump', dump: '/nowhere/memory.core' };
    assert.equal(await vscode.debug.startDebugging(undefined, configuration), false);
  });
});
