// Binding by an ordinary user without a password, after the helper has been installed with one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { password } from '../lab/lab.ts';
import { onHost, PATIENCE_MS, rowOf } from './on-host.ts';
import { openStage } from './stage.ts';

const stage = await openStage('user', { workbench: { colorTheme: 'dark' } });
const { workbench, lab } = stage;
const devices = workbench.view('Devices');
await workbench.openContainer('Barrelfish');
await devices.find(rowOf('01:00.0'), PATIENCE_MS);
const FILES = '/usr/local/libexec/barrelfish-elevated /etc/sudoers.d/barrelfish';
const HERE = `for f in ${FILES}; do [ -e $f ] && echo $f; done || true`;

async function givePassword(): Promise<void> {
  await workbench.quickInput.waitFor('sudo on', PATIENCE_MS);
  assert.ok(await workbench.quickInput.isPassword());
  await workbench.quickInput.enter(password);
}

test('the helper is shown before it is written, and written for one group', async () => {
  await workbench.run('Barrelfish: Install Helper…');
  await workbench.quickInput.waitFor('Install Helper on lab', PATIENCE_MS);
  const groups = (await workbench.quickInput.items()).map(({ label }) => label);
  assert.deepEqual(groups.sort(), ['dev', 'sudo']);
  await workbench.quickInput.choose('sudo');
  const { detail } = await workbench.dialog.read('for the group sudo?');
  for (const file of FILES.split(' ')) assert.ok(detail.includes(file), detail);
  await stage.picture('helper');
  assert.equal(await onHost(lab, HERE), '');
  await workbench.dialog.press('Install');
  await givePassword();
  await workbench.notifications.waitFor(/members of sudo need no password/, PATIENCE_MS);
  assert.equal(await onHost(lab, HERE), FILES.split(' ').join('\n'));
  await workbench.run('View: Close All Editors');
});

test('with the helper nobody is asked for a password', async () => {
  await devices.pressInlineButton(rowOf('01:00.0'), 'Bind to vfio-pci');
  await workbench.dialog.read('to vfio-pci?');
  await workbench.dialog.press('Bind');
  await devices.find(rowOf('01:00.0', 'vfio-pci'), PATIENCE_MS);
  assert.equal(await onHost(lab, 'stat -c %U /dev/vfio/17'), 'dev');
  await devices.pressInlineButton(rowOf('01:00.0'), 'Release to Host');
  await workbench.dialog.read('Release');
  await workbench.dialog.press('Release');
  await devices.find(rowOf('01:00.0', 'e1000e'), PATIENCE_MS);
});

test('Remove Helper takes all of it away', async () => {
  await workbench.run('Barrelfish: Remove Helper');
  await givePassword();
  await workbench.notifications.waitFor(/The helper is gone from lab/, PATIENCE_MS);
  assert.equal(await onHost(lab, HERE), '');
  await devices.pressInlineButton(rowOf('01:00.0'), 'Bind to vfio-pci');
  await workbench.dialog.read('to vfio-pci?');
  await workbench.dialog.press('Bind');
  await workbench.quickInput.waitFor('sudo on', PATIENCE_MS);
  await workbench.quickInput.cancel();
});
