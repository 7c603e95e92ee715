import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../vscode/until.ts';
import { driverOf } from './main-job.ts';
import { functionOf as functionBehind, onHost as readOnHost, PATIENCE_MS, rowOf as row } from './on-host.ts';
import { openStage } from './stage.ts';

/** From the choice in a menu to what it does. */
const EFFECT_MS = 8000;

const stage = await openStage('root');
const { workbench, lab } = stage;
const devices = workbench.view('Devices');
const onHost = (script: string): Promise<string> => readOnHost(lab, script);
const functionOf = (classDevice: string): Promise<string> => functionBehind(lab, classDevice);

await workbench.openContainer('Barrelfish');
await devices.find(row('01:00.0'), PATIENCE_MS);

/** The row is locked, says why, and offers no way to bind. */
async function isRefused(address: string, why: RegExp): Promise<readonly string[]> {
  const { name } = await devices.find(row(address), PATIENCE_MS);
  assert.match(name, why);
  const buttons = await devices.inlineButtons(row(address));
  assert.deepEqual(buttons, ["Why Can't This Device Be Taken?"]);
  await devices.pressInlineButton(row(address), "Why Can't This Device Be Taken?");
  const { detail, buttons: answers } = await workbench.dialog.read('stays with the host');
  assert.match(detail, why);
  await workbench.dialog.press(answers.at(-1) ?? 'OK');
  return answers;
}

test('a disk with a mounted file system is refused, naming the mount', async () => {
  const disk = await onHost(`findmnt -no SOURCE /mnt/data`);
  const address = await functionOf(`/sys/class/block/${disk.replace('/dev/', '')}`);
  const driver = await driverOf(stage, `0000:${address}`);
  await isRefused(address, /holds mounted file systems: .*\/mnt\/data/);
  assert.equal(await driverOf(stage, `0000:${address}`), driver);
});

test('the card with the default route, which carries this ssh connection, is refused', async () => {
  const device = await onHost(`ip -o route show default | sed 's/.* dev \\([^ ]*\\).*/\\1/'`);
  await isRefused(await functionOf(`/sys/class/net/${device}`), /carries the (ssh connection|default route)/);
});

test('the display that the host booted with is refused', async () => {
  const vga = await onHost('grep -l 1 /sys/bus/pci/devices/*/boot_vga');
  await isRefused(vga.split('/').at(-2)?.slice(5) ?? '', /the display that the host booted with/);
});

test('the disk that the host runs from can not be had by anybody', async () => {
  const answers = await isRefused(await functionOf('/sys/class/block/vda'), /holds mounted file systems: .*\/(?:,|$)/m);
  assert.ok(!answers.some((answer) => answer.startsWith('Take It Anyway')), answers.join());
});

test('a disk that holds data is had only by who types its address', async () => {
  const address = await functionOf('/sys/class/block/nvme0n1');
  await onHost('mke2fs -q -L precious /dev/nvme0n1 && udevadm trigger -w /dev/nvme0n1');
  try {
    await devices.find(row(address, 'nvme0n1'), PATIENCE_MS);
    await workbench.run('Barrelfish: Refresh Devices');
    await devices.waitFor(
      'the disk to be refused',
      (rows) => rows.some(({ label, name }) => label.startsWith(address) && name.includes('holds data')),
      PATIENCE_MS,
    );
    await devices.pressInlineButton(row(address), "Why Can't This Device Be Taken?");
    const { detail } = await workbench.dialog.read('stays with the host');
    assert.match(detail, /nvme0n1 holds data: ext\d "precious"/);
    await workbench.dialog.press('Take It Anyway…');
    await workbench.quickInput.waitFor(`Type 0000:${address} to take it all the same`);
    await workbench.quickInput.type('0000:01:00.0');
    await workbench.quickInput.accept();
    await workbench.quickInput.waitFor(`The address of the device: 0000:${address}`);
    await stage.picture('anyway');
    await workbench.quickInput.enter(address);
    const { detail: writes } = await workbench.dialog.read('to vfio-pci?');
    assert.match(writes, /⚠ .*holds data/);
    await workbench.dialog.press('Bind');
    await devices.find(row(address, 'vfio-pci'), PATIENCE_MS);
    await devices.pressInlineButton(row(address), 'Release to Host');
    await workbench.dialog.read('Release');
    await workbench.dialog.press('Release');
    await devices.find(row(address, 'nvme '), PATIENCE_MS);
  } finally {
    await onHost('dd if=/dev/zero of=/dev/nvme0n1 bs=64k count=1 status=none && udevadm trigger -w /dev/nvme0n1');
    await workbench.run('Barrelfish: Refresh Devices');
  }
});

test('a device has the name that it was given, and is left alone when that is wished', async () => {
  // A menu that was opened in the moment in which the rows are read anew has no row, and says so.
  const choose = (item: string, seen: () => Promise<unknown>): Promise<unknown> =>
    until(
      `${item} to have been chosen`,
      () =>
        devices
          .chooseFromContextMenu(row('02:00.0'), item)
          .then(seen)
          .then(
            () => true,
            () => false,
          ),
      PATIENCE_MS,
    );
  const asked = (): Promise<void> => workbench.quickInput.waitFor(/^What you call it/, EFFECT_MS);
  const becomes = (words: string) => (): Promise<unknown> =>
    devices.waitFor(
      words,
      (rows) => rows.some(({ label, name }) => label.startsWith('02:00.0') && name.includes(words)),
      EFFECT_MS,
    );
  await choose('Name This Device…', asked);
  await workbench.quickInput.enter('the spare card');
  await devices.find(/^02:00\.0 +the spare card .*e1000e/, PATIENCE_MS);
  await choose('Never Touch', becomes('set it aside'));
  assert.deepEqual(await devices.inlineButtons(row('02:00.0')), ["Why Can't This Device Be Taken?"]);
  await choose('Allow Again', becomes('can be bound'));
  await choose('Name This Device…', asked);
  await workbench.quickInput.enter('');
  await devices.waitFor('its own name', (rows) => !rows.some(({ label }) => label.includes('spare')), PATIENCE_MS);
});

test('the palette offers none of them', async () => {
  await workbench.run('Barrelfish: Bind to vfio-pci');
  await workbench.quickInput.waitFor('Bind to vfio-pci');
  const labels = (await workbench.quickInput.items()).map(({ label }) => label);
  assert.ok(
    labels.some((label) => label.startsWith('01:00.0')),
    labels.join('\n'),
  );
  for (const refused of ['00:05.0', '08:00.0', '09:00.0', '0b:00.0']) {
    assert.ok(!labels.some((label) => label.startsWith(refused)), refused);
  }
  await workbench.quickInput.cancel();
});

test('what came into use since the tree was drawn is refused all the same', async () => {
  // Mounting makes no event, so the tree still shows the disk as free.
  await onHost('mke2fs -q /dev/nvme0n1 && mkdir -p /mnt/late && mount /dev/nvme0n1 /mnt/late');
  try {
    const address = await functionOf('/sys/class/block/nvme0n1');
    await devices.pressInlineButton(row(address), 'Bind to vfio-pci');
    const { message } = await workbench.notifications.waitFor(/stays with the host/, PATIENCE_MS);
    assert.match(message, /\/mnt\/late/);
    assert.equal(await driverOf(stage, `0000:${address}`), 'nvme');
    await workbench.notifications.dismiss(/stays with the host/);
  } finally {
    await onHost('umount /mnt/late');
  }
});

test('a device whose sibling is on a host driver is not booted with; its group is named', async () => {
  await devices.pressInlineButton(row('03:00.0'), 'Bind to vfio-pci');
  const { detail } = await workbench.dialog.read(/group \d+ \(03:00\.0, 03:00\.1\)/);
  assert.match(detail, /03:00\.1 {2}unbind from e1000e/);
  await workbench.dialog.press('Bind');
  await devices.find(/^03:00\.1 .*vfio-pci/, PATIENCE_MS);
  await onHost(`cd /sys/bus/pci/devices/0000:03:00.1 && echo > driver_override &&
    echo 0000:03:00.1 > driver/unbind && echo 0000:03:00.1 > /sys/bus/pci/drivers_probe`);
  await devices.find(/^03:00\.1 .*e1000e/, PATIENCE_MS);
  await devices.pressInlineButton(row('03:00.0'), 'Boot with This Device');
  const { message, buttons } = await workbench.notifications.waitFor(/cannot be passed on/, PATIENCE_MS);
  assert.match(message, /03:00\.1 of the same IOMMU group \d+ is on e1000e/);
  assert.ok(
    buttons.some((button) => button.startsWith('Bind Group')),
    buttons.join(),
  );
  await workbench.notifications.press(
    /cannot be passed on/,
    buttons.find((button) => button.startsWith('Bind Group')) ?? '',
  );
  await workbench.dialog.read(/to vfio-pci\?/);
  await workbench.dialog.press('Bind');
  await devices.find(/^03:00\.1 .*vfio-pci/, PATIENCE_MS);
  await devices.pressInlineButton(row('03:00.0'), 'Release to Host');
  await workbench.dialog.read(/to e1000e\?/);
  await workbench.dialog.press('Release');
  await devices.find(/^03:00\.0 .*e1000e/, PATIENCE_MS);
  await devices.find(/^03:00\.1 .*e1000e/, PATIENCE_MS);
});

test('virtual functions show by themselves, each in its group', async () => {
  const address = await functionOf('/sys/class/block/nvme0n1');
  await onHost(`echo 2 > /sys/bus/pci/devices/0000:${address}/sriov_numvfs`);
  const bus = address.slice(0, 5);
  await devices.find(new RegExp(`^${bus}\\.1 .*VF of ${address.replace('.', '\\.')}`), PATIENCE_MS);
  const groups = await onHost(
    `for f in 1 2; do basename $(readlink /sys/bus/pci/devices/0000:${bus}.$f/iommu_group); done`,
  );
  for (const group of groups.split('\n')) await devices.find(`Group ${group}`, PATIENCE_MS);
  await devices.find(new RegExp(`^${address.replace('.', '\\.')} .*2 of 2 VFs`), PATIENCE_MS);
  await onHost(`echo 0 > /sys/bus/pci/devices/0000:${address}/sriov_numvfs`);
  await devices.waitFor(
    'the functions to go',
    (rows) => !rows.some(({ label }) => label.startsWith(`${bus}.1 `)),
    PATIENCE_MS,
  );
});

/** A note on the host as the elevated script writes it. */
async function noteTaken(
  address: string,
  { uid, user, state }: { uid: number; user: string; state: string },
): Promise<void> {
  const note = ['barrelfish-note 1', 'driver e1000e', 'override -', 'from elsewhere'];
  const lines = [...note, `uid ${String(uid)}`, `user ${user}`, 'since 1', `state ${state}`];
  const words = lines.map((line) => `'${line}'`).join(' ');
  await onHost(`mkdir -p /run/barrelfish; printf '%s\\n' ${words} >/run/barrelfish/${address}`);
}

test('what was interrupted is offered to be put back, and is as it was', async () => {
  const address = '0000:02:00.0';
  // As a plan leaves it that is killed between unbinding and the rest. No process has this pid and start.
  await noteTaken(address, { uid: 1000, user: 'dev', state: 'taking 999999 1' });
  await onHost(`echo ${address} >/sys/bus/pci/devices/${address}/driver/unbind`);
  await devices.find(/^02:00\.0 .*change interrupted/, PATIENCE_MS);
  await workbench.notifications.waitFor(/a change of driver was interrupted: 02:00\.0/, PATIENCE_MS);
  await stage.picture('interrupted');
  await workbench.notifications.press(/a change of driver was interrupted/, 'Put Back…');
  const { detail } = await workbench.dialog.read('as it was?');
  assert.match(detail, /probe → e1000e/);
  await workbench.dialog.press('Put Back');
  await devices.find(/^02:00\.0 .*e1000e/, PATIENCE_MS);
  assert.equal(await driverOf(stage, address), 'e1000e');
  assert.equal(await onHost('ls /run/barrelfish | grep -c : || true'), '0');
});

test('what somebody else has taken says who has it, also before it is released', async () => {
  const address = '0000:02:00.0';
  const device = `/sys/bus/pci/devices/${address}`;
  await noteTaken(address, { uid: 1234, user: 'eve', state: 'taken' });
  await onHost(`modprobe vfio-pci; echo vfio-pci >${device}/driver_override
echo ${address} >${device}/driver/unbind; echo ${address} >/sys/bus/pci/drivers_probe`);
  await devices.find(/^02:00\.0 .*taken by eve/, PATIENCE_MS);
  await devices.pressInlineButton(row('02:00.0'), 'Release to Host');
  const { detail } = await workbench.dialog.read('Release');
  assert.match(detail, /02:00\.0: eve has taken it from elsewhere, since/);
  await workbench.dialog.press('Release');
  await devices.find(/^02:00\.0 .*e1000e/, PATIENCE_MS);
});

test('a button is for its row while another row changes', async () => {
  const name = "Why Can't This Device Be Taken?";
  let ended = false;
  const changes = onHost(`
    cd /sys/bus/pci/drivers/e1000e
    for i in 1 2 3 4 5 6; do
      echo 0000:02:00.0 > unbind; sleep 0.7
      echo 0000:02:00.0 > bind; sleep 0.7
    done`).finally(() => (ended = true));
  const seen = new Set<string>();
  let pressed = 0;
  const press = async (): Promise<boolean> => {
    pressed += await devices.pressInlineButtonsOften([name], 20);
    seen.add((await devices.find(row('02:00.0'))).description);
    return ended;
  };
  await Promise.all([changes, until('the changes to end', press, PATIENCE_MS)]);
  assert.ok(pressed > 100, String(pressed));
  assert.ok(seen.size > 1, [...seen].join('\n'));
  const { buttons } = await workbench.dialog.read('stays with the host');
  await workbench.dialog.press(buttons.at(-1) ?? 'OK');
  assert.deepEqual(await workbench.notifications.all(), []);
  await devices.find(row('02:00.0', 'e1000e'), PATIENCE_MS);
});

test('a button is for its row while other rows are unfolded', async () => {
  await devices.expandAll();
  // For as long as it takes until VS Code has asked for them a second time, and more.
  assert.ok((await devices.pressInlineButtonsOften(['Bind to vfio-pci'], 250)) > 200);
  await workbench.dialog.read('to vfio-pci?');
  await workbench.dialog.press('Cancel');
  assert.deepEqual(await workbench.notifications.all(), []);
});

test('Check Host says what the host has, with the evidence', async () => {
  await workbench.run('Barrelfish: Check Host');
  const check = workbench.view('Host Check');
  const rows = await check.waitFor('the checks', (all) => all.some(({ icon }) => icon === 'pass'), PATIENCE_MS);
  await stage.picture('check');
  const iommu = rows.find(({ label }) => label.includes('IOMMU'));
  assert.equal(iommu?.icon, 'pass', JSON.stringify(rows));
  assert.match(iommu.description, /26 groups/);
  await workbench.run('Barrelfish: Copy Host Report');
  await workbench.run('View: Close All Editors');
});
