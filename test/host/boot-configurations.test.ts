import assert from 'node:assert/strict';
import { afterEach, suite, test } from 'mocha';
import * as vscode from 'vscode';
import { activeExtension } from './extension.ts';

const { Global } = vscode.ConfigurationTarget;

async function setConfigurations(value: unknown): Promise<void> {
  await vscode.workspace.getConfiguration('barrelfish').update('bootConfigurations', value, Global);
}

/** Names of the boot configurations that there is a task for. */
async function configuredTasks(): Promise<unknown[]> {
  const tasks = await vscode.tasks.fetchTasks({ type: 'barrelfish' });
  return tasks.map(({ definition }): unknown => definition['configuration']).filter((name) => name !== undefined);
}

suite('boot configurations', () => {
  afterEach(() => setConfigurations(undefined));

  test('there is a task for each that nothing is wrong with', async () => {
    await activeExtension();
    await setConfigurations([
      { name: 'one', devices: ['8086:10d3'] },
      { name: 'two', cores: 'many' },
      7,
      { name: 'three', colour: 'red' },
    ]);
    assert.deepEqual(await configuredTasks(), ['one', 'three']);
    await setConfigurations(undefined);
    assert.deepEqual(await configuredTasks(), []);
  });

  // By hand anything can be written.
  for (const value of [null, 'one', 7, {}, [null], [{ name: 7 }], [{ name: 'a', emulated: [{ device: {} }] }]]) {
    test(`${JSON.stringify(value)} is survived`, async () => {
      await activeExtension();
      await setConfigurations(value);
      assert.deepEqual(await configuredTasks(), []);
    });
  }

  for (const [name, why] of [
    ['gone', 'is not there'],
    ['damaged', 'something is wrong with'],
    ['nowhere', 'wants a host that is not there'],
  ] as const) {
    test(`a launch with one that ${why} ends without a session`, async () => {
      await activeExtension();
      await setConfigurations([
        { name: 'damaged', memory: 'much' },
        { name: 'nowhere', host: 'nowhere' },
      ]);
      let sessions = 0;
      const started = vscode.debug.onDidStartDebugSession(() => (sessions += 1));
      const launch = { type: 'barrelfish', request: 'launch', name: 'x', configuration: name };
      assert.equal(await vscode.debug.startDebugging(undefined, launch), false);
      started.dispose();
      assert.equal(sessions, 0);
    });
  }

  test('a task for one that is not there ends with an error', async () => {
    await activeExtension();
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    assert.ok(folder, 'no folder is open');
    const definition = { type: 'barrelfish', task: 'boot', configuration: 'gone', label: 'boot gone' };
    await vscode.workspace
      .getConfiguration('tasks', folder)
      .update('tasks', [{ ...definition, problemMatcher: [] }], vscode.ConfigurationTarget.WorkspaceFolder);
    const task = (await vscode.tasks.fetchTasks()).find(({ name }) => name === 'boot gone');
    assert.ok(task, 'the task was not found');
    const ended = new Promise<void>((resolve) => {
      const listening = vscode.tasks.onDidEndTask(({ execution }) => {
        if (execution.task.name !== 'boot gone') return;
        listening.dispose();
        resolve();
      });
    });
    await vscode.tasks.executeTask(task);
    await ended;
  });
});
