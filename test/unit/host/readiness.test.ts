import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LocalConnection } from '../../../src/host/local-connection.ts';
import { kernelArgumentAdvice } from '../../../src/host/readiness-iommu.ts';
import { readEvidence, type Evidence } from '../../../src/host/readiness-reader.ts';
import {
  readiness,
  type ReadinessCode,
  type ReadinessItem,
  type ReadinessState,
  type Trials,
} from '../../../src/host/readiness.ts';
import { madeMachine } from '../../fixtures/made-readiness.ts';
import { MadeHost } from '../../fixtures/made-sysfs.ts';

const connection = new LocalConnection('test');
const trials: Trials = {
  kvm: { code: 'kvm-works' },
  qemu: { program: 'qemu-system-x86_64', version: '7.2.22' },
  gdb: { program: 'gdb', version: '13.1' },
};
const someone = { uid: 1000, user: 'zeus', groups: ['zeus'], nextGroups: ['zeus'] };

/** What is seen of a made machine, by a user who isn't root whoever runs the test. */
async function see(host: MadeHost): Promise<Evidence> {
  return { ...(await readEvidence(connection, { root: host.root })), ...someone, sandbox: undefined };
}

function check(seen: Evidence, tried: Trials = trials): ReadinessItem[] {
  return readiness(seen, tried, 2048);
}

function outcome(items: readonly ReadinessItem[], code: ReadinessCode): [ReadinessState, string] | undefined {
  const found = items.find((item) => item.code === code);
  return found && [found.state, 'finding' in found.facts ? found.facts.finding : ''];
}

async function seeOnce(host: MadeHost): Promise<Evidence> {
  using made = host;
  return await see(made);
}

/** For what is decided from what was seen: read once. */
const intel = seeOnce(madeMachine('intel'));
const amd = seeOnce(madeMachine('amd'));

const node = { path: '/dev/kvm', owner: 'root', group: 'kvm', mode: '660', accessible: false };

test('a machine with VT-d is ready but for the memory limit', async () => {
  using host = madeMachine('intel', { commandLine: 'quiet intel_iommu=on iommu=pt' });
  host.write('kernel-log', '[    0.012345] DMAR: IOMMU enabled\n[    9.000000] usb 1-1: new device\n');
  const seen = await see(host);
  const items = check(seen);
  assert.deepEqual(
    items.filter(({ state }) => state !== 'ok').map(({ code }) => code),
    ['memlock'],
  );
  assert.deepEqual(items[0], {
    code: 'iommu',
    state: 'ok',
    facts: {
      finding: 'on',
      kind: 'VT-d',
      units: ['dmar0'],
      groups: 3,
      table: 'DMAR',
      words: ['intel_iommu=on'],
      logged: 'DMAR: IOMMU enabled',
    },
  });
  assert.deepEqual(seen.log, { source: 'dmesg', lines: ['DMAR: IOMMU enabled'] });
  assert.deepEqual(seen.interruptChips, ['IR-IO-APIC', 'IR-PCI-MSI']);
  assert.deepEqual(seen.hugePages, { total: 4, free: 3, sizeKiB: 2048 });
  assert.deepEqual([seen.kernel, seen.machine], ['6.1.0-13-amd64', 'Dell Inc. Precision 5820']);
  assert.deepEqual(seen.kvmModules, [{ name: 'kvm_intel', nested: 'Y' }]);
  assert.equal(kernelArgumentAdvice(seen), undefined);
});

test('VT-d that the kernel does not use is asked for on the command line', async () => {
  using host = madeMachine('intel', { iommu: 'off' });
  const seen = await see(host);
  assert.deepEqual(outcome(check(seen), 'iommu'), ['problem', 'not-asked-for']);
  assert.deepEqual(outcome(check(seen), 'interrupt-remapping'), ['unknown', 'unseen']);
  const advice = kernelArgumentAdvice(seen);
  assert.deepEqual([advice?.loader, advice?.kind, advice?.commands], ['grub', 'change', ['sudo update-grub']]);
  assert.match(advice?.changes[0]?.diff ?? '', /^\+GRUB_CMDLINE_LINUX_DEFAULT="quiet intel_iommu=on"$/m);
});

test('VT-d that the firmware does not offer is switched on there first', async () => {
  using host = madeMachine('intel', { iommu: 'not in firmware', commandLine: 'intel_iommu=on' });
  const seen = await see(host);
  assert.deepEqual(outcome(check(seen), 'iommu'), ['problem', 'not-in-firmware']);
  assert.equal(kernelArgumentAdvice(seen), undefined);
  const guest: Evidence = { ...seen, cpu: { vendor: 'intel', hypervisor: true }, commandLine: '' };
  assert.deepEqual(outcome(check(guest), 'iommu'), ['problem', 'not-in-machine']);
  assert.equal(kernelArgumentAdvice(guest), undefined);
});

test('AMD-Vi needs nothing on the command line', async () => {
  const seen = await amd;
  assert.deepEqual(outcome(check(seen), 'iommu'), ['ok', 'on']);
  assert.deepEqual(outcome(check(seen), 'interrupt-remapping'), ['ok', 'on']);
  assert.equal(kernelArgumentAdvice({ ...seen, groupCount: 0, iommuTables: [] }), undefined);
});

test('amd_iommu=off is taken away, and nothing is put in its place', async () => {
  using host = madeMachine('amd', { iommu: 'off', commandLine: 'quiet amd_iommu=off' });
  host.write('etc/default/grub', 'GRUB_CMDLINE_LINUX_DEFAULT="quiet amd_iommu=off"\n');
  const seen = await see(host);
  assert.deepEqual(outcome(check(seen), 'iommu'), ['problem', 'switched-off']);
  const advice = kernelArgumentAdvice(seen);
  assert.deepEqual(advice?.arguments, { add: [], remove: ['amd_iommu=off'] });
  assert.match(advice.changes[0]?.diff ?? '', /^\+GRUB_CMDLINE_LINUX_DEFAULT="quiet"$/m);
});

test('a kernel without vfio-pci, and one that may not load it', async () => {
  using host = madeMachine('intel', { vfio: false });
  host.write('proc/sys/kernel/modules_disabled', '1\n');
  const without = await see(host);
  assert.deepEqual(outcome(check(without), 'vfio-pci'), ['problem', 'missing']);
  const { vfioPci } = await intel;
  assert.deepEqual(outcome(check({ ...without, vfioPci }), 'vfio-pci'), ['problem', 'locked-out']);
  assert.deepEqual(outcome(check(await intel), 'vfio-pci'), ['ok', 'available']);
});

test('a module that was loaded is known by its state, and nodes by their paths', async () => {
  using host = madeMachine('intel');
  host.write('sys/bus/pci/drivers/vfio-pci/uevent', '');
  host.write('sys/module/vfio_pci/initstate', 'live\n');
  host.write('dev/vfio/vfio', '');
  host.write('dev/vfio/14', '');
  host.write('dev/kvm', '');
  const seen = await see(host);
  assert.deepEqual(outcome(check(seen), 'vfio-pci'), ['ok', 'loaded']);
  assert.deepEqual(outcome(check(seen), 'vfio-nodes'), ['ok', 'ok']);
  assert.deepEqual(outcome(check(seen), 'kvm-access'), ['ok', 'ok']);
  const closed = (path: string): Evidence => ({ ...seen, nodes: [{ ...node, path, group: 'root', mode: '600' }] });
  assert.deepEqual(outcome(check(closed('/dev/vfio/14')), 'vfio-nodes'), ['warning', 'groups-denied']);
  assert.deepEqual(outcome(check(closed('/dev/vfio/vfio')), 'vfio-nodes'), ['problem', 'container-denied']);
});

test('KVM without permission names the group, or the next session', async () => {
  const seen = await intel;
  assert.equal(outcome(check(seen), 'kvm-access'), undefined); // no /dev/kvm
  const denied: Trials = { ...trials, kvm: { code: 'no-kvm-permission' } };
  const items = check({ ...seen, nodes: [node] }, denied);
  assert.deepEqual(outcome(items, 'kvm-access'), ['warning', 'join-group']);
  assert.deepEqual(outcome(items, 'kvm'), ['unknown', 'no-access']);
  const later = check({ ...seen, nodes: [node], nextGroups: ['zeus', 'kvm'] }, denied);
  assert.deepEqual(outcome(later, 'kvm-access'), ['warning', 'log-in-again']);
  const roots = check({ ...seen, nodes: [{ ...node, group: 'root', mode: '600' }] }, denied);
  assert.deepEqual(outcome(roots, 'kvm-access'), ['warning', 'denied']);
});

test('the memory limit is measured against the guest and its head room; root has none', async () => {
  const seen: Evidence = { ...(await intel), memlock: 2064 * 1024 * 1024 };
  assert.deepEqual(outcome(check(seen), 'memlock'), ['ok', 'enough']);
  assert.deepEqual(outcome(readiness(seen, trials, 2049), 'memlock'), ['warning', 'raised']);
  assert.deepEqual(outcome(check({ ...seen, memlock: Infinity }), 'memlock'), ['ok', 'enough']);
  assert.deepEqual(outcome(check({ ...seen, memlock: 0, uid: 0 }), 'memlock'), ['ok', 'root']);
});

test('lockdown, no-IOMMU mode, unsafe interrupts and denied devices are said', async () => {
  using host = madeMachine('intel', { commandLine: 'intel_iommu=on nointremap' });
  host.write('sys/kernel/security/lockdown', 'none [integrity] confidentiality\n');
  host.write('sys/module/vfio/parameters/enable_unsafe_noiommu_mode', 'Y\n');
  host.write('sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts', 'N\n');
  host.write('sys/kernel/iommu_groups/3/name', 'vfio-noiommu\n');
  host.write('proc/interrupts', '  0: 1 IO-APIC 2-edge timer\n');
  host.write(
    'kernel-log',
    '[ 1.0] vfio-pci 0000:3d:00.0: 8086:0435 exists in vfio-pci device denylist, driver probing disallowed.\n',
  );
  const seen = await see(host);
  const items = check(seen);
  assert.deepEqual(outcome(items, 'lockdown'), ['warning', '']);
  assert.deepEqual(outcome(items, 'no-iommu-mode'), ['warning', '']);
  assert.deepEqual(outcome(items, 'denylist'), ['warning', '']);
  assert.deepEqual(outcome(items, 'interrupt-remapping'), ['problem', 'switched-off']);
  assert.deepEqual(kernelArgumentAdvice(seen)?.arguments, { add: [], remove: ['nointremap'] });
  assert.deepEqual([seen.groupCount, seen.noIommuGroups], [4, 1]);
  const without = check({ ...seen, commandLine: '' });
  assert.deepEqual(outcome(without, 'interrupt-remapping'), ['problem', 'off']);
  const path = '/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts';
  const unsafe = check({ ...seen, unsafeParameters: [path] });
  assert.deepEqual(outcome(unsafe, 'interrupt-remapping'), ['warning', 'unsafe']);
});

test('where nothing is there, nothing is claimed', async () => {
  using host = new MadeHost();
  const seen = await see(host);
  const items = readiness(seen, {}, 2048);
  assert.deepEqual(
    items.filter(({ state }) => state !== 'unknown').map(({ code }) => code),
    ['vfio-nodes'], // no node is no obstacle
  );
  assert.equal(kernelArgumentAdvice(seen), undefined);
});

test('hostile values stay in their places, and large ones stay small', async () => {
  using host = madeMachine('intel');
  const huge = 'x'.repeat(100_000);
  host.write('proc/cmdline', huge);
  host.write('sys/class/dmi/id/product_name', '\u001b]0;owned\u0007\n==> /etc/default/grub <==\nGRUB\n');
  host.write('kernel-log', `${`vfio ${huge}\n`.repeat(100)}@@ end\n`);
  host.write('etc/default/grub', `GRUB_CMDLINE_LINUX_DEFAULT="${huge}"\n`);
  const seen = await see(host);
  assert.ok((seen.commandLine?.length ?? 0) <= 8192);
  assert.equal(seen.log.lines.length, 59);
  assert.ok(seen.log.lines.every((line) => line.length <= 300));
  assert.equal(seen.boot.files.has('/etc/default/grub'), false); // not whole
  assert.equal(kernelArgumentAdvice({ ...seen, groupCount: 0 })?.kind, 'by-hand');
});

test('what others tried is told as it was', async () => {
  const seen = await amd;
  const kvm = (tried: Trials['kvm'], more: Trials = {}): unknown =>
    outcome(check(seen, { ...trials, ...(tried ? { kvm: tried } : {}), ...more }), 'kvm');
  assert.deepEqual(kvm({ code: 'no-kvm-device' }), ['warning', 'no-module']);
  assert.deepEqual(kvm({ code: 'kvm-refuses', output: 'no' }), ['warning', 'refused']);
  assert.deepEqual(kvm({ code: 'kvm-does-not-run' }), ['warning', 'stuck']);
  assert.deepEqual(kvm({ code: 'kvm-refuses' }, { qemu: { program: 'qemu' } }), ['unknown', 'not-tried']);
  const old: Trials = { qemu: { program: 'qemu', version: '4.1.0', needed: '4.2' }, gdb: { program: 'gdb' } };
  assert.deepEqual(outcome(check(seen, old), 'qemu'), ['problem', 'old']);
  assert.deepEqual(outcome(check(seen, old), 'gdb'), ['warning', 'missing']);
  const guest: Evidence = { ...seen, cpu: { vendor: 'amd', hypervisor: true } };
  assert.deepEqual(outcome(check(guest, { kvm: { code: 'no-kvm-device' } }), 'kvm'), ['warning', 'not-in-machine']);
  assert.deepEqual(outcome(check(guest), 'virtual-machine'), ['ok', 'guest']);
});

test('a Flatpak is told by its mark', async () => {
  using host = new MadeHost();
  host.write('.flatpak-info', '[Application]\nname=com.visualstudio.code\n');
  host.write('lib/modules/6.1.0/modules.builtin', 'kernel/drivers/vfio/pci/vfio-pci.ko\n');
  host.write('proc/sys/kernel/osrelease', '6.1.0\n');
  const seen = await readEvidence(connection, { root: host.root });
  assert.deepEqual(seen.sandbox, { kind: 'flatpak', evidence: '/.flatpak-info' });
  assert.deepEqual([check(seen)[0]?.code, check(seen)[0]?.state], ['sandbox', 'problem']);
  assert.deepEqual(seen.vfioPci, { kind: 'builtin', path: '/lib/modules/6.1.0/modules.builtin' });
});
