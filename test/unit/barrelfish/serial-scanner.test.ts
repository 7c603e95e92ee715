import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SerialEvent, SerialKind } from '../../../src/barrelfish/serial-events.ts';
import { SerialScanner } from '../../../src/barrelfish/serial-scanner.ts';
import { BOOT, FAULT, KERNEL_EXCEPTION, said } from './serial-samples.ts';

function scan(text: string, size = Infinity): SerialEvent[] {
  const events: SerialEvent[] = [];
  const scanner = new SerialScanner((event) => events.push(event));
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) scanner.push(bytes.subarray(at, at + size));
  scanner.end();
  return events;
}

const kinds = (text: string): SerialKind[] => scan(text).map(({ kind }) => kind);
const facts = (text: string): object[] => scan(text).map(({ line: _line, from: _from, to: _to, ...rest }) => rest);

test('a boot is told stage by stage', () => {
  assert.deepEqual(kinds(BOOT), [
    'kernel-base',
    'kernel-up',
    'init-up',
    'spawning',
    'spawning',
    'monitor-up',
    'spawning',
    'no-dmar',
    'kernel-base',
    'kernel-up',
    'driver-starting',
    'driver-created',
    'network-starting',
    'network-starting',
    'network-up',
    'network-up',
    'usable',
    'prompt',
  ]);
  assert.deepEqual(facts(BOOT)[10], {
    kind: 'driver-starting',
    binary: 'e1000n',
    module: 'e1000n_module',
    bus: 0,
    device: 5,
    function: 0,
    core: 0,
  });
});

test('firmware may have printed before on the same line, and the columns say where', () => {
  const [event] = scan('Booting from ROM..\u001b[1mKernel starting at \u001b[0maddress 0x2bc000\r\n');
  assert.deepEqual(event, { kind: 'kernel-base', base: '0x2bc000', line: 0, from: 22, to: 61 });
});

test('in whatever pieces it comes, the same is told', () => {
  const text = `${BOOT}${FAULT}${KERNEL_EXCEPTION}`;
  const whole = scan(text);
  assert.ok(whole.length > 20);
  for (const size of [1, 2, 3, 7, 50, 1000])
    assert.deepEqual(scan(text, size), whole, `in pieces of ${size.toString()}`);
});

test('lines end where an editor ends them', () => {
  const lines = (text: string): number[] => scan(text).map(({ line }) => line);
  assert.deepEqual(lines('a\r\r\nfish v0.2\r\n'), [2]);
  assert.deepEqual(lines('a\rb\n\nfish v0.2'), [3]);
  assert.deepEqual(lines('\r\n\r\nfish v0.2\r'), [2]);
});

test('failures are told with what is known of them', () => {
  assert.deepEqual(facts('kernel 1 PANIC! kernel assertion "a == b" failed at kernel/x.c:12\r\n'), [
    { kind: 'kernel-panic', core: 1, reason: 'kernel assertion "a == b" failed at kernel/x.c:12' },
  ]);
  assert.deepEqual(facts('Assertion failed on core 2 in skb: x != 0, function f, file ../usr/skb/skb.c, line 7.\n'), [
    { kind: 'domain-assertion', domain: 'skb', core: 2, expression: 'x != 0', path: '../usr/skb/skb.c', pathLine: 7 },
  ]);
  assert.deepEqual(
    facts(`${said('skb', 'Assertion failed: (x != 0), function f, file ../skb.c, line 7.')}\nAborted\n`),
    [
      { kind: 'domain-assertion', domain: 'skb', core: 0, expression: 'x != 0', path: '../skb.c', pathLine: 7 },
      { kind: 'domain-aborted' },
    ],
  );
  assert.deepEqual(facts('Dispatcher assertion failed in skb: d == 0, function f, file ../d.c, line 234.\n'), [
    { kind: 'domain-assertion', domain: 'skb', core: undefined, expression: 'd == 0', path: '../d.c', pathLine: 234 },
  ]);
  assert.deepEqual(facts('SUCCESS: ahcid.0 in main() ../usr/ahcid.c:77\nSUCCESS: it worked\n'), []);
  assert.deepEqual(facts('ERROR: ahcid.0 in main() ../usr/ahcid.c:77\nERROR: it failed\nAborted\n'), [
    { kind: 'domain-error', domain: 'ahcid', core: 0, function: 'main', path: '../usr/ahcid.c', pathLine: 77 },
    { kind: 'domain-aborted' },
  ]);
  assert.deepEqual(facts('mem.serv: unhandled trap (IRQ 13, error code 0x0) at IP 401ABC\n'), [
    { kind: 'domain-fault', domain: 'mem.serv', core: undefined, ip: '0x401abc', trap: 13 },
  ]);
  assert.deepEqual(facts(FAULT)[0], { kind: 'domain-fault', domain: 'e1000n', core: 0, at: '0x0', ip: '0x4012ab' });
});

test('a kernel exception is told with where it was, and who waits', () => {
  assert.deepEqual(facts(KERNEL_EXCEPTION), [
    {
      kind: 'kernel-exception',
      core: 0,
      exception: 14,
      what: 'write page fault due to page not present, while in supervisor mode',
    },
    { kind: 'kernel-address', address: '0x105234' },
    { kind: 'waiting-for-gdb', core: 0 },
    { kind: 'dump', last: 9 },
  ]);
});

test('memory is data, whatever it reads like', () => {
  const texts = [
    '0x7fff00: 66 69 73 68 20 76 30 2e 2e30762068736966  fish v0.2\n',
    '\u001b[34mskb.\u001b[31m0.5\u001b[0m: 0x7fff00: 66 69 73 68 20 76 30 2e  2e30762068736966 kernel 0 PANIC! x\n',
    '00000010: 6669 7368 2076 302e 3220  Waiting for GDB connection...\n',
    '0010 66 69 73 68  |fish v0.2 kernel 0 PANIC! |\n',
  ];
  for (const text of texts) assert.deepEqual(kinds(text), [], text);
});

test('amid a dump a marker counts only at the beginning of its line', () => {
  const amid = (line: string): SerialKind[] => kinds(FAULT.replace('[[here]]', line)).slice(1);
  assert.deepEqual(amid('and then fish v0.2 and kernel 0 PANIC! x'), ['dump']);
  assert.deepEqual(amid('Spawning /x86_64/sbin/skb on core 1'), ['spawning', 'dump']);
  assert.deepEqual(amid('\u001b[34macpi.\u001b[31m0.0\u001b[0m: No DMAR found in ACPI! Cannot'), ['no-dmar', 'dump']);
});

test('registers of a board are part of the dump', () => {
  const registers = [
    'x0     0x0000000000000000',
    'v[31]  0x0000000000000000 0x0000000000000000 ',
    'stack  0x0000008100205220',
  ];
  const older = ['r12    0x00000000', 'd31    0x0000000000000000', 'fpscr  0x00000000'];
  const lines = [...registers, ...older].map((line) => `${said('skb', line)}\r\n`);
  const fault = 'skb.0: unhandled page fault (error code 0x92000061) on 8100205284 at IP 501660\r\n';
  assert.deepEqual(facts(`${fault}${lines.join('')}Spawning x on core 1\r\nso\r\n`).slice(1), [
    { kind: 'spawning', program: 'x', core: 1 },
    { kind: 'dump', last: 6 },
  ]);
});

test('what is quoted or typed is not said', () => {
  const texts = [
    'he said "fish v0.2" and \'kernel 0 PANIC! x\'\n',
    '> echo kernel 0 PANIC! x\n',
    '\u001b[0G> echo fish v0.2\u001b[0K\n',
    '{"event": "STOP"} {"return": {"status": "guest-panicked"}}\n',
    'Abortedly\nNot auto e1000n or so\nDriver created\nSpawning x on core\n',
  ];
  for (const text of texts)
    assert.deepEqual(
      kinds(text).filter((kind) => kind !== 'prompt'),
      [],
      text,
    );
  // Others print while the shell waits.
  assert.deepEqual(kinds('> kernel 0 PANIC! x\n'), ['prompt', 'kernel-panic']);
});

test('control strings are not shown, so they say nothing', () => {
  assert.deepEqual(kinds('\u001b]0;fish v0.2\u0007\u001b]52;c;kernel 0 PANIC!\u001b\\ \u001bPfish v0.2\n'), []);
});

test('of a line without end the last part is looked at, in bounded memory', () => {
  const long = 'x'.repeat(100_000);
  for (const size of [Infinity, 1000]) {
    const [event, ...more] = scan(`${long}fish v0.2\n`, size);
    assert.deepEqual(more, []);
    assert.deepEqual(event && [event.kind, event.from, event.line], ['usable', 100_000, 0]);
    assert.deepEqual(scan(`fish v0.2${long}\n`, size), []);
  }
});

test('what is damaged or hostile takes no longer', () => {
  const parts = [
    '() ',
    '() x',
    'ERROR: a.',
    ': exception 1',
    'Kaluga: Starting "a',
    '\u001b[',
    '\u001b]',
    'a.c:',
    '> ',
    '0x12 ',
    '[',
  ];
  for (const part of parts) scan(part.repeat(Math.ceil(200_000 / part.length)), 4096);
  for (const part of parts) scan(`${part}\n`.repeat(20_000), 4096);
});
