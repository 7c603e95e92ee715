import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openWorkbench } from './fixture.ts';

const workbench = await openWorkbench();

test('the extension is installed', async () => {
  await workbench.openContainer('Extensions');
  const installed = workbench.page.locator('.extensions-viewlet .extension-list-item .name');
  await installed.first().waitFor();
  assert.deepEqual(await installed.allInnerTexts(), ['Barrelfish']);
});
