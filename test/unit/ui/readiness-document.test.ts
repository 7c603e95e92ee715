import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bootAdvice } from '../../../src/host/boot-loader.ts';
import type { Evidence } from '../../../src/host/readiness-reader.ts';
import { pciAddress } from '../../../src/host/pci-address.ts';
import { PciNames } from '../../../src/host/pci-names.ts';
import { readiness, type ReadinessCode } from '../../../src/host/readiness.ts';
import type { PciFunction } from '../../../src/host/snapshot.ts';
import type { ReportedDevices } from '../../../src/ui/readiness-document.ts';
import '../../fixtures/editor-words.ts';
import { madeFacts } from '../../fixtures/made-facts.ts';

// Only once something stands in for the editor can they be loaded.
const { readinessReport, kernelArgumentText } = await import('../../../src/ui/readiness-document.ts');
const { readinessWords } = await import('../../../src/ui/readiness-words.ts');

const nothing: Evidence = {
  kernel: '6.1.0',
  commandLine: 'quiet',
  uid: 1000,
  user: 'zeus',
  groups: ['zeus'],
  nextGroups: ['zeus'],
  cpu: { vendor: 'intel', virtualization: 'vmx', hypervisor: false },
  machine: '',
  memlock: 8388608,
  hugePages: undefined,
  lockdown: 'integrity',
  kvmModules: [],
  iommus: [],
  groupCount: 0,
  noIommuGroups: 0,
  iommuTables: ['DMAR'],
  interruptChips: [],
  unsafeParameters: [],
  vfioPci: undefined,
  modulesDisabled: false,
  nodes: [{ path: '/dev/kvm', owner: 'root', group: 'kvm', mode: '660', accessible: false }],
  sandbox: undefined,
  log: { source: 'dmesg', lines: [] },
  boot: { loaderInfo: '', files: new Map(), programs: new Set(), ostree: false },
};

const none: ReportedDevices = {
  snapshot: { hasPci: true, iommus: [], functions: new Map(), groups: new Map() },
  facts: madeFacts,
  names: new PciNames(''),
};

/** Two functions of a group, one of which the host needs for what is named. */
function devicesWith(text: string): ReportedDevices {
  const common = { vendor: '8086', device: '10d3', classCode: '020000', bridge: false, group: 14, bars: [] };
  const rest = { bootVga: false, resetMethods: ['flr'], driver: text };
  const [first, second] = [pciAddress('01:00.0'), pciAddress('01:00.1')];
  const disk = { kind: 'block', device: text, bytes: 1, mounts: [text], swaps: [], holders: [], contents: [] } as const;
  const functions: PciFunction[] = [
    { ...common, ...rest, address: first, uses: [] },
    { ...common, ...rest, address: second, uses: [disk], nickname: text },
  ];
  return {
    ...none,
    snapshot: {
      ...{ hasPci: true, iommus: ['dmar0'], functions: new Map(functions.map((fn) => [fn.address, fn])) },
      groups: new Map([[14, { id: 14, functions: [first, second], holders: [], firmwareMemory: [] }]]),
    },
  };
}

function words(code: ReadinessCode, seen: Evidence = nothing): ReturnType<typeof readinessWords> | undefined {
  const item = readiness(seen, {}, 2048).find((each) => each.code === code);
  return item && readinessWords(item);
}

test('an item says what was seen, what it means and what helps', () => {
  assert.deepEqual(words('kvm-access'), {
    title: 'Access to KVM',
    evidence: '/dev/kvm root:kvm 660 · zeus is not in kvm',
    todo: 'Guests are emulated until you join the group kvm and log in again.',
    commands: ['sudo usermod -aG kvm zeus'],
  });
  assert.equal(words('iommu')?.evidence, '/sys/firmware/acpi/tables/DMAR · no intel_iommu=on in /proc/cmdline');
  assert.deepEqual(words('memlock')?.commands, [
    "echo 'zeus - memlock 2113536' | sudo tee /etc/security/limits.d/90-barrelfish.conf",
  ]);
});

test('names of the host are no commands', () => {
  const [node] = nothing.nodes;
  const hostile = { ...nothing, user: 'x; reboot', nodes: node ? [{ ...node, group: '$(reboot)\n' }] : [] };
  assert.deepEqual(words('kvm-access', hostile)?.commands, ["sudo usermod -aG '$(reboot)\\xa' 'x; reboot'"]);
});

test('the report is Markdown, with the change of the command line and its log', () => {
  const boot = {
    ...nothing.boot,
    files: new Map([['/etc/default/grub', 'GRUB_CMDLINE_LINUX_DEFAULT="quiet"\n']]),
    programs: new Set(['update-grub']),
  };
  const advice = bootAdvice(boot, { add: ['intel_iommu=on'], remove: [] });
  const report = readinessReport('gruyere', { evidence: nothing, items: readiness(nothing, {}, 2048), advice }, none);
  assert.match(report, /^# Host check of gruyere\n\n`Linux 6.1.0`\n\n- ✗ \*\*IOMMU\*\* \(problem\): `/);
  assert.match(report, /\n- ! \*\*Access to KVM\*\* \(warning\): .*\n\n {2}Guests .*\n\n {2}```sh\n {2}sudo usermod/);
  assert.match(report, /```diff\n--- a\/etc\/default\/grub\n[^`]*\n```\n\n```sh\nsudo update-grub\nsudo reboot\n```/);
  assert.match(report, /## Seen\n\n```text\n\/proc\/cmdline: quiet\n```\n$/);
  assert.match(
    kernelArgumentText('gruyere', advice),
    /^# gruyere\n# Change .*\n# This is advice.*\n--- a\/[^]*\n# sudo update-grub\n# sudo reboot\n$/,
  );
});

test('the report has the verdict on each device, with its reasons', () => {
  const check = { evidence: nothing, items: readiness(nothing, {}, 2048) };
  const [, devices = ''] = /## Devices\n\n([^]*?)\n\n## /.exec(readinessReport('x', check, devicesWith('sda'))) ?? [];
  assert.deepEqual(devices.split('\n'), [
    '- ✗ **01:00.0** `8086:10d3` · 8086:10d3 · sda · group 14',
    '  - 01:00.1: sda holds mounted file systems: sda',
    '  - 01:00.1 is taken with it, as a function of the same device',
    '- ✗ **01:00.1** `8086:10d3` · sda · sda · group 14',
    '  - sda holds mounted file systems: sda',
    '  - 01:00.0 is taken with it, as a function of the same device',
  ]);
  assert.match(readinessReport('x', check, none), /## Devices\n\nNone\.\n/);
});

test('what the host says can be neither Markdown nor escape sequences, and stays short', () => {
  const evil = '```\n# owned\n<img src=x>\u001b[2J\u202e`` **b** ';
  const seen: Evidence = {
    ...nothing,
    kernel: evil,
    machine: `${evil}${'y'.repeat(100_000)}`,
    commandLine: 'x'.repeat(100_000),
    lockdown: evil,
    log: { source: 'dmesg', lines: [evil] },
    vfioPci: { kind: 'missing', path: evil },
  };
  const report = readinessReport(evil, { evidence: seen, items: readiness(seen, {}, 2048) }, devicesWith(evil));
  assert.ok(report.length < 20_000, report.length.toString());
  assert.doesNotMatch(report, /(?!\n)[\p{Cc}\u202e]/u);
  // Each line that has it begins as one of ours, so nothing got out of its code or text.
  for (const line of report.split('\n').filter((each) => each.includes('owned')))
    assert.match(line, /^(?:# Host check of |````+Linux| *- |dmesg: )/, line);
  const fences = report.split('\n').filter((line) => /^ *`{3,}(?:sh|text|diff)?$/.test(line));
  assert.equal(fences.length % 2, 0);
  assert.ok(fences.includes('````text'));
});
