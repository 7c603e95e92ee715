import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { planBoard } from '../../../src/guest/board-plan.ts';
import { BOOT_TARGETS, boardTarget, type BoardTarget } from '../../../src/guest/boards.ts';
import { deliverFiles, type BootOptions, type BootPlan } from '../../../src/guest/boot-plan.ts';
import { architectureOf } from '../../../src/guest/machine.ts';
import { qemuArguments, qemuCommand } from '../../../src/guest/qemu-arguments.ts';
import { linesOf } from '../../../src/guest/session.ts';
import type { Connection } from '../../../src/host/connection.ts';
import { Failure, type FailureCode } from '../../../src/host/failure.ts';
import { LocalConnection } from '../../../src/host/local-connection.ts';
import { pciAddress } from '../../../src/host/pci-address.ts';

let root: string;
before(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'board-'));
  await mkdir(path.join(root, 'source/tools/hagfish'), { recursive: true });
  await mkdir(path.join(root, 'build'));
  await writeFile(path.join(root, 'source/tools/hagfish/QEMU_EFI.fd'), '');
  for (const name of ['armv7_a15ve_4_image', 'armv7_zynq7_image', 'armv8_a57_qemu_image', 'armv8_a57_qemu_image.efi'])
    await writeFile(path.join(root, 'build', name), '');
});
after(() => rm(root, { recursive: true }));

function target(name: string): BoardTarget {
  const found = boardTarget(name);
  assert.ok(found, name);
  return found;
}

async function plan(
  name: string,
  options: Partial<BootOptions> = {},
  { devices = [], architectures = ['armv7', 'armv8'] }: { devices?: string[]; architectures?: string[] } = {},
): Promise<BootPlan> {
  const build = { path: path.join(root, 'build'), sourceDirectory: path.join(root, 'source'), architectures };
  return planBoard({ build, target: target(name), devices: devices.map(pciAddress), options });
}

async function fails(code: FailureCode, promise: Promise<unknown>): Promise<object> {
  let facts: object | undefined;
  await assert.rejects(promise, (error) => {
    assert.ok(Failure.is(error, code), String(error));
    facts = error.facts;
    return true;
  });
  return facts ?? {};
}

/** Without what all machines have. */
const own = (plan: BootPlan): string => {
  const all = qemuArguments(plan.spec);
  return all.slice(all.indexOf('-machine')).join(' ').replaceAll(`${root}/`, '');
};

test('an image for armv7 is booted like a kernel', async () => {
  const booted = await plan('qemu_a15ve_4');
  assert.equal(booted.spec.program, 'qemu-system-arm');
  assert.equal(architectureOf(booted.spec), 'armv7');
  assert.equal(
    own(booted),
    '-machine vexpress-a15 -accel tcg -audiodev none,id=audio0 -m 2048 -smp 4 -nic none -kernel armv7_a15ve_4_image -serial mon:stdio',
  );
  assert.deepEqual(booted.files, [
    { source: path.join(root, 'build/armv7_a15ve_4_image'), target: 'armv7_a15ve_4_image' },
  ]);
});

test('a Zynq speaks on its second serial port', async () => {
  const { spec } = await plan('qemu_zynq7');
  const all = qemuArguments(spec, linesOf('/run'));
  const ports = all.filter((_, index) => all[index - 1] === '-serial');
  assert.ok(all.includes('null,id=unused0'));
  assert.deepEqual(ports, ['chardev:unused0', 'chardev:serial0']);
});

test('an image for armv8 is a disk that UEFI finds, and stays as it is', async () => {
  const booted = await plan('qemu_a57', { memoryMiB: 2048, cores: 2, paused: true, extraArguments: ['-d', 'int'] });
  assert.equal(booted.spec.program, 'qemu-system-aarch64');
  assert.equal(
    own(booted),
    '-machine virt,gic-version=3 -accel tcg -cpu cortex-a57 -audiodev none,id=audio0 -m 2048 -smp 2 -nic none ' +
      '-bios source/tools/hagfish/QEMU_EFI.fd ' +
      '-drive if=none,id=image,format=raw,file.driver=file,file.filename=armv8_a57_qemu_image,snapshot=on ' +
      '-device virtio-blk-device,drive=image -serial mon:stdio -S -d int',
  );
});

test('for U-Boot it is put into memory', async () => {
  await mkdir(path.join(root, 'source/tools'), { recursive: true });
  const facts = await fails('file-missing', plan('qemu_a57_uboot'));
  assert.deepEqual(facts, { path: path.join(root, 'source/tools/qemu-armv8-uboot.bin'), neededBy: 'qemu_a57_uboot' });
  await writeFile(path.join(root, 'source/tools/qemu-armv8-uboot.bin'), '');
  assert.match(
    own(await plan('qemu_a57_uboot')),
    /-m 3072 .*-bios source\/tools\/qemu-armv8-uboot\.bin -device loader,addr=0x50000000,file=armv8_a57_qemu_image\.efi,force-raw=on/,
  );
});

test('on another host the firmware is among the files that were brought there', async () => {
  const booted = await plan('qemu_a57');
  const elsewhere = { put: () => Promise.resolve('/cache') } as unknown as Connection;
  const spec = await deliverFiles(elsewhere, booted);
  assert.deepEqual([spec.directory, spec.source], ['/cache', path.join(root, 'build')]);
  assert.ok(spec.board?.firmware);
  assert.ok(booted.files.some((file) => file.target === spec.board?.firmware));
  assert.ok(!path.isAbsolute(spec.board.firmware) && !spec.board.firmware.startsWith('..'));
  assert.deepEqual(await deliverFiles(new LocalConnection('here'), booted), booted.spec);
});

test('QEMU is beside the one that is set for a PC', async () => {
  const programOf = async (program: string): Promise<string | undefined> =>
    qemuCommand((await plan('qemu_a15ve_4', { program })).spec)[0];
  assert.equal(await programOf('/opt/qemu/bin/qemu-system-x86_64'), '/opt/qemu/bin/qemu-system-arm');
  assert.equal(await programOf('qemu-system-x86_64'), 'qemu-system-arm');
  assert.equal(await programOf('/opt/my-wrapper'), 'qemu-system-arm');
});

test('what can not be booted says why', async () => {
  const menu = path.join(root, 'build/platforms/arm/menu.lst.armv7_a15ve_1');
  assert.deepEqual(await fails('not-built', plan('qemu_a15ve_1')), {
    menu,
    targets: ['armv7_a15ve_1_image'],
    bootTarget: 'qemu_a15ve_1',
  });
  const facts = await fails('no-architecture', plan('qemu_a57', {}, { architectures: ['x86_64', 'armv7'] }));
  assert.deepEqual(facts, { path: path.join(root, 'build'), architecture: 'armv8', bootTarget: 'qemu_a57' });
  const devices = ['0000:03:00.0'];
  assert.deepEqual(await fails('no-passthrough', plan('qemu_a57', {}, { devices })), {
    bootTarget: 'qemu_a57',
    devices,
  });
});

test('a PC is no board', () => {
  assert.ok(BOOT_TARGETS.includes('qemu_x86_64'));
  assert.equal(boardTarget('qemu_x86_64'), undefined);
  assert.equal(boardTarget('usbboot_panda'), undefined);
  assert.equal(boardTarget(undefined), undefined);
});
