// What makes Barrelfish hard to debug, in the test guest: what the debugger's tests rely on.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { buildGuest, type Guest } from './build.ts';
import { Machine } from './machine.ts';

const programs = ['cpu loglevel=3', 'init', 'monitor', 'kaluga boot', 'startd boot', 'e1000n auto', 'fish nospawn'];
const nic = ['-netdev', 'user,id=net0,restrict=on', '-device', 'e1000,netdev=net0'];
const prompt = '\n> ';

const countHits = `source ${join(import.meta.dirname, 'count-hits.py')}`;
/** Where `work` is, in every domain. */
const work = '0x401200';
/** In gdb's words, for the kernel that has its symbols. */
const currentName = '((struct dispatcher_shared_generic *)dcb_current->disp)->name';

/** The kernel goes on without a reply; gdb doubts that, and what it does at its end would be typed into the shell. */
const leave = ['set remotetimeout 1', 'detach', 'disconnect'];

let guest: Guest;

before(async () => {
  guest = await buildGuest();
});

async function boot(more: readonly string[] = [], names = programs): Promise<Machine> {
  const modules = names.map((name) => `x86_64/sbin/${name}`);
  return await Machine.start(guest, { modules, arguments: ['-m', '64', ...nic, ...more] });
}

function addKernel(offset: bigint | string): string {
  return `add-symbol-file x86_64/sbin/cpu.full -o ${String(offset)}`;
}

function hitsIn(output: string): Record<string, number> {
  return Object.fromEntries(
    [...output.matchAll(/^hits (\d+ [\w-]+) (\d+)$/gm)].map(([, where = '', count]) => [where, Number(count)]),
  );
}

test('the kernel runs behind the last module, and then in high memory', async () => {
  await using machine = await boot(['-S']);
  const output = await machine.gdb([
    ...['add-symbol-file x86_64/sbin/elver.full', 'thbreak start_64', 'continue'],
    // The entry is 12 bytes into the text.
    ...['set $base = $rcx - 0xc', 'print/x $base', 'remove-symbol-file -a 0x100060'],
    ...['eval "add-symbol-file x86_64/sbin/cpu.full -o %ld", $base - 0x100000', 'thbreak arch_init', 'continue'],
    ...['info args', 'eval "remove-symbol-file -a %ld", $base'],
    ...['eval "add-symbol-file x86_64/sbin/cpu.full -o %ld", $base - 0x100000 + 0xfffffe0000000000'],
    ...['thbreak kernel_startup', 'continue', 'print (int)my_core_id', 'print/x $pc - $base', 'x/i $base'],
  ]);
  assert.match(output, /breakpoint 1, start_64 \(\)/);
  assert.match(output, /\$1 = 0x1[0-9a-f]{2}000\n/);
  assert.match(output, /breakpoint 2, arch_init \(magic=732803074, pointer=0x9500\)/);
  assert.match(output, /breakpoint 3, kernel_startup \(\)/);
  assert.match(output, /\$2 = 0\n\$3 = 0xfffffe000000[0-9a-f]{4}\n/);
  assert.match(output, /Cannot access memory at address 0x1[0-9a-f]{2}000/);
});

test('a second core runs a kernel of its own', async () => {
  await using machine = await boot(['-smp', '2']);
  await machine.until(prompt);
  const [first = '', second = ''] = machine.kernelOffsets();
  assert.notEqual(first, second);
  assert.match(machine.received, /CPU driver starting on x86_64 apic_id 1\r\nSpawning \S+\/monitor on core 1\r\n/);
  const asked = ['print (int)my_core_id', `print &dcb_current`, 'print (int)glbl_core_data->dst_core_id'];
  const output = await machine.gdb([
    ...[addKernel(second), 'thread 2', 'bt', ...asked, 'print *global'],
    ...['remove-symbol-file -a $pc', addKernel(first), 'thread 1', ...asked],
  ]);
  assert.match(output, /wait_for_calls \(\) at .*\n(?:.*\n)*.* kernel_startup \(\)/);
  assert.match(output, /\$1 = 1\n\$2 = .*<dcb_current>\n\$3 = 1\n\$4 = \{started = 1, .* cores = 2\}/);
  assert.match(output, /\$5 = 0\n\$6 = .*<dcb_current>\n\$7 = 0\n/);
});

test('each domain has its turn at the same address', async () => {
  const rounds = 1000;
  await using machine = await boot(['-smp', '2'], ['cpu', 'monitor', 'e1000n']);
  await machine.until(prompt);
  const [first = '', second = ''] = machine.kernelOffsets();
  const commands = [
    ...[addKernel(first), countHits, `count-hits ${work} ${first} ${second}`, 'thbreak wait_for_cores'],
    ...['continue', 'finish', 'show-hits'],
  ];
  const output = await machine.gdb(commands, { 'breakpoint 2 at': `turn ${String(rounds)}\r` });
  const hits = hitsIn(output);
  assert.deepEqual(Object.keys(hits).sort(), ['0 e1000n', '0 monitor', '1 monitor'], output);
  // Two cores that are there at once make gdb see the same hit again.
  assert.ok(
    Object.values(hits).every((count) => count >= rounds),
    output,
  );
});

test('a driver is stopped in its init, and in no other domain’s', async () => {
  await using machine = await boot(['-S']);
  const output = await machine.gdb([
    // Where a function's prologue ends is in the file: in memory is nothing yet, or another domain.
    'set trust-readonly-sections on',
    ...['add-symbol-file x86_64/sbin/elver.full', 'thbreak start_64', 'continue', 'set $base = $rcx - 0xc'],
    ...['eval "add-symbol-file x86_64/sbin/cpu.full -o %ld", $base - 0x100000 + 0xfffffe0000000000'],
    ...['add-symbol-file x86_64/sbin/e1000n.full', 'thbreak kernel_startup', 'continue'],
    `hbreak e1000n.c:init if $_streq(${currentName}, "e1000n")`,
    ...['continue', 'info args', 'next', 'next', 'next', 'info locals', `print ${currentName}`],
    ...['print dcb_current->vspace == $cr3', 'finish', 'print device', 'print default_waitset.pending->chantype'],
    ...['info breakpoints'],
  ]);
  assert.match(output, /Breakpoint 3, init \(domain=0x[0-9a-f]+ <self>\) at .*\/domain\/e1000n.c/);
  assert.match(output, /state = 0x[0-9a-f]+ <device>\nerr = 5127\nentries = 0\n/);
  assert.match(output, /= "e1000n(?:\\000)+"\n\$\d+ = 1\n/);
  assert.match(output, /descriptors = \{0, 4096, 8192, .*last_error = 5127, .* slot = 5\}/);
  assert.match(output, /= CHANTYPE_LMP_IN\n/);
  assert.match(output, /breakpoint already hit 1 time/);
});

test('dispatchers are in the queue while they can run, and in the tree of capabilities always', async () => {
  await using machine = await boot();
  await machine.until(prompt);
  const [offset = ''] = machine.kernelOffsets();
  const output = await machine.gdb([
    addKernel(offset),
    `source ${join(import.meta.dirname, 'list-domains.py')}`,
    'list-domains',
    'print dcb_current',
    'print kcb_current->sched',
  ]);
  assert.match(output, /^runnable init monitor kaluga e1000n$/m);
  assert.match(output, /^known e1000n init kaluga monitor startd$/m);
  assert.match(output, /= \(struct dcb \*\) 0x0\n\$2 = SCHED_RBED\n/);
});

test('after a fault the kernel talks to gdb on the serial line', async () => {
  await using machine = await boot();
  await machine.until(prompt);
  const [offset = ''] = machine.kernelOffsets();
  await machine.command('fault', 'Waiting for GDB connection...\r\n');
  const output = await machine.gdbOnSerial([
    ...[addKernel(offset), 'bt', 'info locals', 'print kernel.commands_handled', 'print $rax', 'print $fs_base'],
    ...['x/x 0xdeadbeef000', 'set var kernel.commands_handled = 77', 'print kernel.commands_handled'],
    ...['handle SIGSEGV nopass', 'continue', 'x/i $pc', ...leave],
  ]);
  assert.match(output, /#0 .* run_fault \(.*\n#1 .* handle_command \(.*\n#2 .* run_shell \(/);
  assert.match(output, /nowhere = 0xdeadbeef000\n\$1 = 1\n\$2 = 15302363377664\n/);
  assert.match(output, /remote failure reply 'E02'/);
  assert.match(output, /Cannot access memory at address 0xdeadbeef000/);
  assert.match(output, /= 77\n(?:.*\n)*.*Program received signal SIGSEGV.*\n.* run_fault \(/);
  await machine.until('GDB has detached. Attempting to continue...');
});

test('a kernel that was only stopped goes on when gdb goes', async () => {
  await using machine = await boot();
  await machine.until(prompt);
  const [offset = ''] = machine.kernelOffsets();
  await machine.command('gdbstub', 'Waiting for GDB connection...\r\n');
  const output = await machine.gdbOnSerial([
    ...[addKernel(offset), 'bt 1', 'stepi', 'break handle_command', 'next', 'next', 'bt 1', 'delete', ...leave],
  ]);
  assert.match(output, /#0 .*run_gdb_stub \(/);
  assert.match(output, /^handle_command \(.*\n\d+\t +return;/m);
  await machine.until('GDB has detached. Attempting to continue...');
  await machine.command('', prompt);
  await machine.command('echo here', '\r\nhere\r\n> ');
});

test('symbols are in X.full and X.debug, and every program says which build it is of', () => {
  for (const name of ['elver', 'cpu', 'init', 'monitor', 'startd', 'e1000n', 'fish']) {
    const read = (file: string): string =>
      spawnSync('readelf', ['-nSW', `x86_64/sbin/${file}`], { cwd: guest.buildDirectory, encoding: 'utf8' }).stdout;
    const [built, full, debug] = [read(name), read(`${name}.full`), read(`${name}.debug`)];
    const idOf = (text: string): string | undefined => /Build ID: ([0-9a-f]{40})/.exec(text)?.[1];
    assert.ok(idOf(full), name);
    assert.deepEqual([idOf(built), idOf(debug)], [idOf(full), idOf(full)], name);
    assert.match(full, /\.debug_info/);
    assert.match(debug, /\.debug_info/);
    assert.match(built, /\.gnu_debuglink/);
    assert.doesNotMatch(built, /\.debug_info/);
  }
});
