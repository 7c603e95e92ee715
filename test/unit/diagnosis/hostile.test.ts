import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diagnose, type Source } from '../../../src/diagnosis/diagnose.ts';
import { kernelCases } from './kernel-cases.ts';
import { guestCases, scriptCases } from './other-cases.ts';
import { qemuCases } from './qemu-cases.ts';

const SOURCES: readonly Source[] = ['qemu', 'kernel', 'script', 'gdb', 'build'];
const MEGABYTE = 1024 * 1024;
const VIABLE = 'vfio 0000:01:00.0: group 16 is not viable';

function filled(part: string): string {
  return part.repeat(Math.ceil(MEGABYTE / part.length));
}

test('what nobody knows means nothing', () => {
  const texts = [
    '',
    '\n\n\n',
    'Kernel starting at address 0xffffffff80100000',
    'Cannot access memory at address 0x0',
    'qemu-system-x86_64: warning: TCG does not support requested feature',
    'e1000e 0000:01:00.0 eth0: NIC Link is Up 1000 Mbps Full Duplex, Flow Control: Rx/Tx',
  ];
  for (const source of SOURCES) for (const text of texts) assert.deepEqual(diagnose(text, source), [], text);
});

test('near misses are not taken for what they resemble', () => {
  const texts = [
    'group is not viable',
    'group 99999999999 is not viable',
    'group group group 16 is not',
    'failed to open /dev/vfio/: Permission denied',
    'failed to open /dev/vfio/14: failed to open /dev/vfio/14:',
    "Bus '' does not support hotplugging",
    'DMAR: [DMA Read NO_PASID] Request device [01:00.0] fault addr 0xg [fault reason 0x06] PTE',
    'Event logged [IO_PAGE_FAULT device= domain= address= flags=]',
    'RLIMIT_MEMLOCK () exceeded',
    'its driver is , not ',
  ];
  for (const source of SOURCES) for (const text of texts) assert.deepEqual(diagnose(text, source), [], text);
});

test('a megabyte of beginnings that never end is looked through', () => {
  const parts = [
    ' ',
    'a',
    '\n',
    '\r',
    'group 1',
    'vfio_dma_map(0x1, ',
    'Failed to open file ',
    ' -a b',
    "Failed to open file '",
    'drivers_probe its driver is ',
    'Attempting to remove device ',
    '[DMA Read] Request device [',
    'Lockdown: ',
    'Task (',
    '0000:',
    '\u001b[0',
    'error getting device from group 1: ',
  ];
  for (const part of parts) {
    for (const source of SOURCES) assert.ok(diagnose(filled(part), source).length <= 1, part);
  }
});

test('a flood of different faults ends in a few diagnoses, and hides nothing else', () => {
  const fault = (index: number): string =>
    `DMAR: [DMA Read NO_PASID] Request device [01:00.0] fault addr 0x${index.toString(16)}000 [fault reason 0x06] PTE Read access is not set`;
  const lines = Array.from({ length: 8000 }, (_, index) => fault(index));
  lines.splice(4000, 0, 'vfio_pin_pages_remote: RLIMIT_MEMLOCK (8388608) exceeded');
  const codes = diagnose(lines.join('\n'), 'kernel').map(({ code }) => code);
  assert.deepEqual(codes, ['memory-lock-limit', ...Array<string>(8).fill('dma-fault')]);
});

test('of more than a megabyte the end counts', () => {
  assert.deepEqual(diagnose(`${VIABLE}\n${filled('x')}`, 'qemu'), []);
  assert.equal(diagnose(`${filled('x')}\n${VIABLE}`, 'qemu').length, 1);
});

test('of a line that is too long the beginning counts', () => {
  assert.equal(diagnose(`${VIABLE}${'x'.repeat(5000)}`, 'qemu').length, 1);
  assert.deepEqual(diagnose(`${'x'.repeat(5000)} ${VIABLE}`, 'qemu'), []);
});

test('colours, control characters and line ends of terminals do no harm', () => {
  const expected = [{ code: 'group-not-viable', address: '0000:01:00.0', group: 16 }];
  for (const text of [
    `\u001b[1;31m${VIABLE}\u001b[0m\r\n`,
    `\r${VIABLE}\r`,
    VIABLE.split('').join('\u0000'),
    `\u0007\u0008${VIABLE}\u007f\u009b`,
  ]) {
    assert.deepEqual(diagnose(text, 'qemu'), expected);
  }
});

test('no fact carries a control character or grows without bound', () => {
  for (const { text, source } of [...qemuCases, ...kernelCases, ...scriptCases, ...guestCases]) {
    for (const diagnosis of diagnose(`${text}\u0001${'y'.repeat(3000)}`, source)) {
      for (const fact of Object.values(diagnosis)) assert.match(String(fact), /^\P{Cc}{1,400}$/u);
    }
  }
});
