import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { emptyFolder } from './fixture.ts';
import { driverOf, NIC } from './main-job.ts';
import { openStage } from './stage.ts';

// What the extension gives out, to be run without it.
const PATIENCE_MS = 60_000;
const stage = await openStage('root');
const { workbench, lab } = stage;
const devices = workbench.view('Devices');
await workbench.openContainer('Barrelfish');
await devices.find(/^01:00\.0 /, PATIENCE_MS);

test('the command line is what a person would paste on the host', async () => {
  await devices.chooseFromContextMenu(/^01:00\.0 /, 'Copy QEMU Command Line');
  await workbench.page
    .locator('.statusbar-item', { hasText: 'QEMU command line copied' })
    .waitFor({ timeout: PATIENCE_MS });
  const text = await workbench.clipboard();
  assert.match(text, /^cd -- \S+ &&\nqemu-system-x86_64 \\\n/);
  assert.match(text, /-device vfio-pci,host=0000:01:00\.0,id=\w+,addr=0x5,rombar=0 \\\n/);
  assert.match(text, /-nic none/);
  assert.ok(text.includes('list=a,,b,,,,c "two words" name="quoted,, with comma"'), text);
});

test('the exported script binds, boots and releases by itself', async () => {
  const file = path.join(emptyFolder(), 'boot.sh');
  await devices.chooseFromContextMenu(/^01:00\.0 /, 'Export as Shell Script');
  await workbench.quickInput.waitFor('Export as Shell Script', PATIENCE_MS);
  await workbench.quickInput.enterPath(file);
  await workbench.editor.waitForTitle('boot.sh', PATIENCE_MS);
  await lab.run('root', ['sh', '-c', 'cat >/tmp/boot.sh'], { stdin: readFileSync(file) });
  // Waits for the prompt, asks for the card's registers, and ends QEMU with Ctrl-A X.
  const driving = `mkfifo /tmp/keys; sh /tmp/boot.sh </tmp/keys >/tmp/said 2>&1 & exec 3>/tmp/keys
    until grep -q 'fish v0.2' /tmp/said; do sleep 0.2; done
    basename $(readlink /sys/bus/pci/devices/${NIC}/driver)
    printf 'nic\\r' >&3; until grep -c '^mac ' /tmp/said | grep -q 2; do sleep 0.2; done
    printf '\\001x' >&3; wait $!; cat /tmp/said`;
  const { stdout } = await lab.run('root', ['timeout', '100', 'sh', '-c', driving], { timeoutMs: 110_000 });
  assert.match(stdout, /^vfio-pci\n/);
  assert.match(stdout, /mac 52:54:00:00:00:0a/);
  assert.equal(await driverOf(stage, NIC), 'e1000e');
});
