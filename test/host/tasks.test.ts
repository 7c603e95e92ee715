import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import * as vscode from 'vscode';
import { activeExtension } from './extension.ts';

suite('tasks', () => {
  test('a host without devices to pass on offers none', async () => {
    await activeExtension();
    const offered = await vscode.tasks.fetchTasks({ type: 'barrelfish' });
    for (const { definition } of offered) assert.equal(definition['task'], 'boot');
  });

  test('a task of tasks.json is resolved, and says why it cannot boot', async () => {
    await activeExtension();
    const ended = new Promise<number | undefined>((resolve) => {
      const listening = vscode.tasks.onDidEndTask(({ execution }) => {
        if (execution.task.name !== 'without a host') return;
        listening.dispose();
        resolve(execution.task.definition['host'] as number | undefined);
      });
    });
    const definition = { type: 'barrelfish', task: 'boot', host: 'nowhere' };
    // Without an execution of its own, as one from tasks.json: VS Code asks our provider for it.
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    assert.ok(folder, 'no folder is open');
    await vscode.workspace
      .getConfiguration('tasks', folder)
      .update(
        'tasks',
        [{ ...definition, label: 'without a host', problemMatcher: [] }],
        vscode.ConfigurationTarget.WorkspaceFolder,
      );
    const task = (await vscode.tasks.fetchTasks()).find(({ name }) => name === 'without a host');
    assert.ok(task, 'the task was not found');
    await vscode.tasks.executeTask(task);
    assert.equal(await ended, 'nowhere');
  });
});
