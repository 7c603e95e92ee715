// The test guest in a plain QEMU: what the other tests rely on.

import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, before, beforeEach, test } from 'node:test';
import { buildGuest, type Guest } from './build.ts';
import { flood, floodEnd } from './flood.ts';

const deadlineMs = 60_000;
const awkward = 'x86_64/sbin/awkward list=a,b "two words"  two  blanks "" x==y ';

let guest: Guest;
let directory: string;
let server: Server;
let machine: ChildProcess;
let serial: Socket;
let received: string[] = [];

before(async () => {
  guest = await buildGuest();
});

beforeEach(async () => {
  received = [];
  directory = await mkdtemp(join(tmpdir(), 'test-guest-'));
  const path = join(directory, 'serial');
  server = createServer().listen(path);
  const connected = once(server, 'connection') as Promise<[Socket]>;
  const modules = ['x86_64/sbin/cpu loglevel=3', 'x86_64/sbin/e1000n auto', awkward];
  const argv = [
    ...['-nodefaults', '-no-user-config', '-M', 'q35', '-accel', 'tcg', '-m', '256', '-display', 'none'],
    ...['-serial', `unix:${path}`, '-gdb', `unix:${join(directory, 'gdb')},server=on,wait=off`],
    ...['-kernel', 'x86_64/sbin/elver', '-append', 'loglevel=4 logmask=1'],
    ...['-initrd', modules.map((module) => module.replaceAll(',', ',,')).join(',')],
    ...['-device', 'pcie-root-port,id=port0,chassis=1,slot=1'],
    ...['-netdev', 'user,id=net0,restrict=on', '-device', 'e1000e,bus=port0,netdev=net0,mac=52:54:00:00:00:0a'],
  ];
  machine = spawn('qemu-system-x86_64', argv, { cwd: guest.buildDirectory, stdio: 'inherit' });
  [serial] = await connected;
  serial
    .setEncoding('latin1')
    .on('data', (text: string) => received.push(text))
    .on('error', () => undefined);
  await until('\n> ');
});

afterEach(async () => {
  machine.kill('SIGKILL');
  await once(machine, 'close');
  server.close();
  await rm(directory, { recursive: true });
});

/** Everything received up to now, once the text is in it. Looks at the end alone: a flood is long. */
async function until(text: string): Promise<string> {
  const signal = AbortSignal.timeout(deadlineMs);
  let end = received.join('');
  while (!end.includes(text)) {
    const more: unknown[] = await once(serial, 'data', { signal }).catch(() =>
      assert.fail(`${JSON.stringify(text)} is not in:\n${received.join('')}`),
    );
    end = `${end.slice(-text.length)}${String(more[0])}`;
  }
  return received.join('');
}

async function command(line: string, answer: string): Promise<string> {
  received = [];
  serial.write(`${line}\r`, 'latin1');
  return await until(answer);
}

test('the guest boots, sees what it was given, and finds the NIC behind a bridge', () => {
  const output = received.join('');
  for (const line of [
    'Kernel starting at address 0x200000\r\n',
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
});

test('a flood of output arrives whole', async () => {
  const bytes = 256 * 1024;
  const output = await command('flood 256k', floodEnd(bytes));
  assert.ok(output.includes(flood(bytes)));
});

test('pasted input loses nothing, whatever its bytes', async () => {
  const text = `${'0123456789'.repeat(80)} \u00e4\u00ff`;
  assert.ok((await command(`echo ${text}`, `\r\n${text}\r\n> `)).startsWith(`echo ${text}\r\n`));
  assert.ok((await command('echo abX\b\u007fc', '\r\nac\r\n')).includes('\b \b'));
});

test('a question to the terminal is asked and its answer read', async () => {
  await command('query', '\u001b[6n');
  serial.write('\u001b[12;34R');
  await until('terminal answers ESC[12;34R\r\n');
});

test('a fault and a panic look like the kernel’s', async () => {
  const output = await command('fault', ' r15: ');
  assert.match(output, /kernel 0: exception 14 \(error code 0x2\): write page fault/);
  assert.match(output, /0xdeadbeef000\r\n/);
  assert.match(output, /unrelocated kernel address 0x20/);
});

test('a debugger stops in a function and sees its parameters and locals', async () => {
  const commands = [
    'set architecture i386:x86-64',
    'file x86_64/sbin/cpu.full',
    `target remote ${join(directory, 'gdb')}`,
    'break probe_nic',
    'continue',
    'next',
    'info locals',
    'print *device',
    'print kernel.command_line',
    'detach',
  ];
  const argv = ['-nx', '-batch', ...commands.flatMap((line) => ['-ex', line])];
  const debug = spawn('gdb', argv, { cwd: guest.buildDirectory, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  debug.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (output.includes('Breakpoint 1 at')) serial.write('nic\r');
  });
  await once(debug, 'close');
  assert.match(output, /Breakpoint 1, probe_nic \(device=0x/);
  assert.match(output, /command = /);
  assert.match(output, /vendor = 32902, id = 4307/);
  assert.match(output, /elver loglevel=4 logmask=1"/);
});
