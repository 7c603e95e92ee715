// The test guest in a plain QEMU: what the other tests rely on.

import assert from 'node:assert/strict';
import { afterEach, before, beforeEach, test } from 'node:test';
import { buildGuest, type Guest } from './build.ts';
import { flood, floodEnd } from './flood.ts';
import { Machine } from './machine.ts';

const awkward = 'x86_64/sbin/awkward list=a,b "two words"  two  blanks "" x==y ';

let guest: Guest;
let machine: Machine;

before(async () => {
  guest = await buildGuest();
});

beforeEach(async () => {
  machine = await Machine.start(guest, {
    modules: ['x86_64/sbin/cpu loglevel=3', 'x86_64/sbin/e1000n auto', awkward],
    arguments: [
      ...['-m', '256', '-device', 'pcie-root-port,id=port0,chassis=1,slot=1'],
      ...['-netdev', 'user,id=net0,restrict=on', '-device', 'e1000e,bus=port0,netdev=net0,mac=52:54:00:00:00:0a'],
    ],
  });
  await machine.until('\n> ');
});

afterEach(async () => {
  await machine[Symbol.asyncDispose]();
});

test('the guest boots, sees what it was given, and finds the NIC behind a bridge', () => {
  const output = machine.received;
  for (const line of [
    'Barrelfish CPU driver starting on x86_64 apic_id 0\r\n',
    'command line [x86_64/sbin/elver loglevel=4 logmask=1]\r\n',
    `[${awkward}]\r\n`,
    ' 8086:10d3 class 020000 bar0 ',
    'Kaluga: Starting "e1000n" ("e1000n_module") for (bus=2,dev=0,fun=0)',
    'mac 52:54:00:00:00:0a\r\n',
    'fish v0.2',
  ]) {
    assert.ok(output.includes(line), `${line} is missing in:\n${output}`);
  }
  assert.match(output, /^Kernel starting at address 0xfffffe00001[0-9a-f]{2}000\r\n/);
});

test('a flood of output arrives whole', async () => {
  const bytes = 256 * 1024;
  const output = await machine.command('flood 256k', floodEnd(bytes));
  assert.ok(output.includes(flood(bytes)));
});

test('pasted input loses nothing, whatever its bytes', async () => {
  const text = `${'0123456789'.repeat(80)} \u00e4\u00ff`;
  assert.ok((await machine.command(`echo ${text}`, `\r\n${text}\r\n> `)).startsWith(`echo ${text}\r\n`));
  assert.ok((await machine.command('echo abX\b\u007fc', '\r\nac\r\n')).includes('\b \b'));
});

test('a question to the terminal is asked and its answer read', async () => {
  await machine.command('query', '\u001b[6n');
  machine.write('\u001b[12;34R');
  await machine.until('terminal answers ESC[12;34R\r\n');
});

test('a fault and a panic look like the kernel’s', async () => {
  const output = await machine.command('fault', ' r15: ');
  assert.match(output, /kernel 0: exception 14 \(error code 0x2\): write page fault/);
  assert.match(output, /0xdeadbeef000\r\n/);
  assert.match(output, /unrelocated kernel address 0x10[0-9a-f]{4}\r\n/);
});

test('a debugger stops in a function and sees its parameters and locals', async () => {
  const [offset = ''] = machine.kernelOffsets();
  const commands = [
    `add-symbol-file x86_64/sbin/cpu.full -o ${offset}`,
    ...['break probe_nic', 'continue', 'next', 'info locals', 'print *device', 'print kernel.command_line', 'detach'],
  ];
  const output = await machine.gdb(commands, { 'Breakpoint 1 at': 'nic\r' });
  assert.match(output, /Breakpoint 1, probe_nic \(device=0xfffffe/);
  assert.match(output, /command = /);
  assert.match(output, /vendor = 32902, id = 4307/);
  assert.match(output, /elver loglevel=4 logmask=1"/);
});
