import assert from 'node:assert/strict';
import { test } from 'node:test';
import { advance, driverAt, NO_PROGRESS, type BootProgress } from '../../../src/barrelfish/boot-progress.ts';
import { SerialScanner } from '../../../src/barrelfish/serial-scanner.ts';
import { BOOT, FAULT, KERNEL_EXCEPTION } from './serial-samples.ts';

function progressOf(text: string, from = NO_PROGRESS): BootProgress {
  let progress = from;
  const scanner = new SerialScanner((event) => {
    progress = advance(progress, event);
  });
  scanner.pushText(text);
  scanner.end();
  return progress;
}

test('a boot goes through its stages', () => {
  const stages: string[] = [];
  let progress = NO_PROGRESS;
  new SerialScanner((event) => {
    progress = advance(progress, event);
    const now = [progress.stage, progress.about].filter((each) => each !== undefined).join(' ');
    if (stages.at(-1) !== now) stages.push(now);
  }).pushText(BOOT);
  assert.deepEqual(stages, [
    'loader',
    'kernel',
    'init',
    'spawning mem_serv',
    'spawning monitor',
    'spawning kaluga',
    'driver e1000n',
    'network',
    'usable',
  ]);
  assert.deepEqual(progress.cores, [
    { apicId: 0, base: '0xfffffe000383c000' },
    { apicId: 1, base: '0xfffffe0011001000' },
  ]);
  assert.deepEqual(progress.network, { state: 'up', address: '10.0.2.15' });
  assert.equal(progress.noDmar, true);
  assert.equal(progress.failure, undefined);
});

test('boards greet in their own way', () => {
  const armv7 = 'kernel 0: ARMv7-A: Barrelfish CPU driver starting on ARMv7\nkernel 0: ARMv7-A: Build ID: 0a\n';
  const { stage, cores } = progressOf(`${armv7}${armv7.replaceAll('kernel 0', 'kernel 1')}`);
  assert.deepEqual([stage, cores], ['kernel', [{ apicId: 0 }, { apicId: 1 }]]);
  assert.deepEqual(progressOf(armv7, progressOf(`${armv7}init: invoked as: init 1\n`)).stage, 'kernel', 'a reset');
  const armv8 = [
    'Barrelfish CPU driver starting on ARMv8 (BSP)',
    'kernel 0: ARMv8-A: Global data at 0xffff00013c2000',
    'kernel 0: ARMv8-A: Kernel first byte at 0xffff00013C100000',
    'init: invoked as: init 1',
    'Barrelfish CPU driver starting on ARMv8 (APP) mpid=0:0:1:2',
    'kernel 1: ARMv8-A: Kernel first byte at 0xffff00013d000000',
  ];
  const progress = progressOf(`${armv8.join('\r\n')}\r\n`);
  assert.equal(progress.stage, 'init');
  assert.deepEqual(progress.cores, [
    { apicId: 0, base: '0xffff00013c100000' },
    { apicId: 258, base: '0xffff00013d000000' },
  ]);
  assert.deepEqual(progress.bases, []);
});

test('a fault after which the dispatcher asserts stays a fault', () => {
  const fault = 'skb.0: unhandled page fault (error code 0x14) on 0 at IP 401420\n';
  const asserts = (domain: string): string =>
    `Dispatcher assertion failed in ${domain}: d == 0, function f, file ../d.c, line 234.\n`;
  assert.equal(progressOf(fault + asserts('skb')).failure?.kind, 'faulted');
  assert.equal(progressOf(fault + asserts('init')).failure?.kind, 'asserted');
  assert.equal(progressOf(asserts('skb')).failure?.kind, 'asserted');
});

test("a device's driver is found by the guest's address, in hexadecimal", () => {
  const text =
    'Kaluga: Starting "mlx4" ("mlx4") for (bus=18,dev=31,fun=7), int: none, on core 3\r\nDriver mlx4 created\r\n';
  const progress = progressOf(text);
  assert.deepEqual(driverAt(progress, '12:1f.7'), {
    binary: 'mlx4',
    module: 'mlx4',
    address: '12:1f.7',
    created: true,
    line: 0,
  });
  assert.equal(driverAt(progress, '00:05.0'), undefined);
});

test('what fails is told by its last, but the kernel counts more', () => {
  const fault = progressOf(FAULT, progressOf(BOOT));
  assert.deepEqual(fault.failure, { kind: 'faulted', line: 0, core: 0, domain: 'e1000n' });
  assert.equal(fault.stage, 'usable');
  const kernel = progressOf(KERNEL_EXCEPTION, fault);
  assert.equal(kernel.failure?.kind, 'waiting-for-gdb');
  assert.match(kernel.failure.reason ?? '', /^write page fault/);
  assert.equal(progressOf(FAULT, kernel).failure?.kind, 'waiting-for-gdb');
});

test('an error with an abort alone means nothing', () => {
  assert.equal(progressOf('ERROR: ahcid.0 in main() x.c:1\nAborted\n').failure, undefined);
});

test('a kernel that goes on has not panicked, unless there is another core', () => {
  const alone = 'Barrelfish CPU driver starting on x86_64 apic_id 0\nkernel 0 PANIC! said by echo\n';
  assert.equal(progressOf(alone).failure?.kind, 'panicked');
  assert.equal(progressOf(`${alone}> \n`).failure, undefined);
  const both = `Barrelfish CPU driver starting on x86_64 apic_id 1\n${alone}> \n`;
  assert.equal(progressOf(both).failure?.kind, 'panicked');
});

test('a reset begins anew, also one that nobody has told of', () => {
  const again = progressOf('Barrelfish CPU driver starting on x86_64 apic_id 0\n', progressOf(BOOT));
  assert.deepEqual(again, { stage: 'kernel', cores: [{ apicId: 0 }], bases: [], drivers: [] });
});

test('what tells nothing new leaves the value as it is', () => {
  const progress = progressOf(BOOT);
  assert.equal(progressOf('fish v0.2\n> \nAborted\n# IP Addr 10.0.2.15\n', progress), progress);
});

test('a guest that says the same without end fills no memory', () => {
  const text =
    'Kernel starting at address 0x1\nKaluga: Starting "a" ("a") for (bus=0,dev=5,fun=0), int: x, on core 0\n'.repeat(
      2000,
    );
  const { bases, drivers } = progressOf(text);
  assert.ok(bases.length <= 256 && drivers.length <= 256);
});
