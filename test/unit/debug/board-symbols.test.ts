import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { imageSymbols, relocatedSymbols } from '../../../src/debug/board-symbols.ts';
import { sectionAddress } from '../../../src/debug/elf.ts';
import { boardTarget } from '../../../src/guest/boards.ts';
import { Failure } from '../../../src/host/failure.ts';
import { madeElf } from '../../fixtures/made-elf.ts';

const express = boardTarget('qemu_a15ve_1');
const zynq = boardTarget('qemu_zynq7');
const arm64 = boardTarget('qemu_a57');
assert.ok(express && zynq && arm64);

let root: string;
const sbin = (...names: string[]): string => path.join(root, ...names);
before(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'image-'));
  await mkdir(sbin('armv7/sbin'), { recursive: true });
  await mkdir(sbin('armv8/sbin'), { recursive: true });
  for (const name of ['cpu_a15ve', 'cpu_zynq7'])
    await writeFile(sbin('armv7/sbin', name), madeElf({ entry: 0, base: 0 }));
  await writeFile(sbin('armv7/sbin/boot_ve.full'), madeElf({ entry: 0xea18, base: 0 }));
  await writeFile(sbin('armv8/sbin/cpu_a57_qemu.full'), madeElf({ entry: 0x40, base: 0x1000 }));
});
after(() => rm(root, { recursive: true }));

async function image(name: string, base: number, sections: [string, number][]): Promise<string> {
  await writeFile(sbin(name), madeElf({ entry: base + 0xea18, base }, sections));
  return name;
}

test('the image says where the boot driver and the CPU driver are', async () => {
  const file = await image('a15', 0x80000000, [
    ['.elf.cpudriver', 0x90000000],
    ['.cpudriver', 0x80019000],
  ]);
  assert.deepEqual(await imageSymbols(root, file, express.board), {
    entry: 0x8000ea18n,
    symbols: [
      { file: sbin('armv7/sbin/boot_ve.full'), offset: 0x80000000n },
      { file: sbin('armv7/sbin/cpu_a15ve'), offset: 0x80019000n },
    ],
  });
});

test('where RAM begins at 0, the CPU driver is in its window all the same', async () => {
  const file = await image('zynq', 0, [['.cpudriver', 0x19000]]);
  const { symbols } = await imageSymbols(root, file, zynq.board);
  assert.deepEqual(symbols, [{ file: sbin('armv7/sbin/cpu_zynq7'), offset: 0x80019000n }]);
});

test('a chosen file is the CPU driver', async () => {
  const file = await image('chosen', 0x80000000, [['.cpudriver', 0x80019000]]);
  const { symbols } = await imageSymbols(root, file, express.board, 'armv7/sbin/cpu_zynq7');
  assert.equal(symbols.at(-1)?.file, sbin('armv7/sbin/cpu_zynq7'));
});

test('the CPU driver of armv8 is where it says it is', async () => {
  const file = sbin('armv8/sbin/cpu_a57_qemu.full');
  assert.deepEqual(await relocatedSymbols(root, arm64.board, 0xffff00013c1000n), [{ file, offset: 0xffff00013c0000n }]);
  assert.deepEqual(await relocatedSymbols(path.join(root, 'no'), arm64.board, 0n), []);
});

test('a damaged image is a failure, and a missing section none', async () => {
  const whole = madeElf({ entry: 0, base: 0 }, [['.cpudriver', 1]]);
  const file = sbin('damaged');
  const addressIn = async (bytes: Buffer): Promise<unknown> => {
    await writeFile(file, bytes);
    return sectionAddress(file, '.cpudriver').catch((error: unknown) => error);
  };
  assert.equal(await addressIn(whole), 1n);
  assert.equal(await addressIn(madeElf({ entry: 0, base: 0 }, [['.cpudriverx', 1]])), undefined);
  const changed = (offset: number, value: number): Buffer => {
    const bytes = Buffer.from(whole);
    bytes.writeUInt16LE(value, offset);
    return bytes;
  };
  const damaged = [
    ...[Buffer.alloc(0), whole.subarray(0, 51), whole.subarray(0, whole.length - 1)],
    ...[changed(0, 0), changed(4, 2), changed(0x20, 0xffff), changed(0x2e, 0), changed(0x2e, 0xffff)],
    ...[changed(0x30, 0xffff), changed(0x32, 9)],
  ];
  for (const [index, bytes] of damaged.entries())
    assert.ok(Failure.is(await addressIn(bytes), 'bad-file'), `case ${index.toString()}`);
  await assert.rejects(sectionAddress(sbin('absent'), 'x'), (error) => Failure.is(error, 'file-missing'));
});
