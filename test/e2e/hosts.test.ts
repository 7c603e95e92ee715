import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { hostKeyAlias, startLab } from '../lab/lab.ts';
import { outputRoot } from '../vscode/paths.ts';
import { until } from '../vscode/until.ts';
import { openWorkbench } from './fixture.ts';
import { labSettings } from './workspace.ts';

const PATIENCE_MS = 60_000;

const lab = await startLab();
after(() => lab.stop());
/** A machine whose firmware has no IOMMU to offer. */
const bare = await startLab({ name: `bare-${String(process.pid)}`, iommu: 'none' });
after(() => bare.stop());

/** Another lab's configuration, under another name. */
function renamed(file: string, name: string): string {
  return readFileSync(file, 'utf8').replace(/^Host .*$/m, `Host ${name}\n  User root`);
}

/** The lab's configuration, with a host that nobody is at and one whose key is not the known one. */
function moreHosts(): string {
  const known = path.join(lab.directory, 'known_hosts_wrong');
  const other = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEr1CIPV0aIhTl4dGYMm2OKcCDE7FxLh4bKK9cM0G0aE';
  writeFileSync(known, `${hostKeyAlias} ${other}\n`);
  const file = path.join(lab.directory, 'more_hosts');
  const own = readFileSync(lab.sshConfig, 'utf8');
  const wrong = `Host posing\n  UserKnownHostsFile ${known}\n  StrictHostKeyChecking yes\n${own.replace(/^Host .*$/m, 'Host posing')}`;
  writeFileSync(
    file,
    `Host gone\n  HostName 127.0.0.1\n  Port 1\n\n${wrong}\n${renamed(bare.sshConfig, 'bare')}\n${own}`,
  );
  return file;
}

const workbench = await openWorkbench({
  colorTheme: 'high-contrast-light',
  width: 1440,
  height: 1200,
  settings: {
    ...labSettings(lab, 'visitor'),
    'barrelfish.hosts': { lab: lab.hosts.visitor, gone: 'gone', posing: 'posing', bare: 'bare' },
    'barrelfish.ssh.configFile': moreHosts(),
  },
});
await workbench.openContainer('Barrelfish');
const devices = workbench.view('Devices');

test('hosts stand beside each other, and one that is gone holds nobody up', async () => {
  await devices.find(/^lab ssh · VT-d · \d+ groups/, PATIENCE_MS);
  await devices.find(/^01:00\.0 /, PATIENCE_MS);
  const gone = await devices.find((each) => each.label === 'gone', PATIENCE_MS);
  assert.match(gone.description, /cannot be reached: .*Connection refused/);
  assert.deepEqual(await devices.inlineButtons((each) => each.label === 'gone'), ['Connect Again']);
});

test('a host key that changed is said, not accepted', async () => {
  const posing = await devices.find((each) => each.label === 'posing', PATIENCE_MS);
  assert.match(posing.description, /host key of posing is not the one that ssh knows/);
});

test('on a host without an IOMMU, Check Host says what is missing, what was seen, and what to do', async () => {
  await devices.find(/^bare ssh · no IOMMU/, PATIENCE_MS);
  await workbench.run('Barrelfish: Check Host');
  await workbench.quickInput.choose('bare');
  const check = workbench.view('Host Check');
  const rows = await check.waitFor('the checks', (all) => all.some(({ icon }) => icon === 'error'), PATIENCE_MS);
  await workbench.screenshot(path.join(outputRoot, 'pictures', 'check-without-iommu.png'));
  const iommu = rows.find(({ label }) => label === 'IOMMU');
  assert.equal(iommu?.icon, 'error');
  assert.match(iommu.description, /no DMAR or IVRS in \/sys\/firmware\/acpi\/tables/);
  // The rest does not fail with it.
  assert.ok(rows.some(({ label, icon }) => label === 'QEMU' && icon === 'pass'));
  await workbench.run('Barrelfish: Copy Host Report');
  await workbench.quickInput.choose('bare');
  const report = await until('the report', async () => {
    const text = await workbench.clipboard();
    return text.includes('# Host check of bare') && text;
  });
  assert.match(report, /IOMMU\*\* \(problem\)[^]*-device intel-iommu/);
  assert.match(report, /^- ✗ \*\*01:00\.0\*\* .*\n {2}- it has no IOMMU group/m);
});

test('without the password that sudo asks for, nothing changes', async () => {
  await devices.pressInlineButton(/^01:00\.0 /, 'Bind to vfio-pci');
  await workbench.dialog.read('to vfio-pci?');
  await workbench.dialog.press('Bind');
  await workbench.quickInput.waitFor('sudo on lab', PATIENCE_MS);
  await workbench.quickInput.cancel();
  await devices.find(/^01:00\.0 .*e1000e/, PATIENCE_MS);
  const { stdout } = await lab.run('root', ['readlink', '/sys/bus/pci/devices/0000:01:00.0/driver']);
  assert.match(stdout, /e1000e/);
});

test('a host that goes away shows it, and its devices are gone from the tree', async () => {
  await lab.stop();
  const row = await devices.find(
    (each) => each.label === 'lab' && each.description.includes('cannot be reached'),
    PATIENCE_MS,
  );
  assert.match(row.description, /the connection was lost|closed|refused/);
  // The other host has the same devices, and no groups.
  const rows = await devices.rows();
  assert.ok(!rows.some(({ label }) => label.startsWith('Group ')));
  assert.equal(rows.filter(({ label }) => label.startsWith('01:00.0')).length, 1);
});
