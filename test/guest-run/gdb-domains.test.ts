// What gdb is told of Barrelfish, at the test guest, by the emulator.

import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { limit, spec, start, textUntil } from './emulated.ts';
import { gdbAt } from './gdb.ts';
import { debugged, known, program, programs } from './gdb-guest.ts';

interface Current {
  core: number;
  mode: string;
  name: string | null;
  symbols: string | null;
}

/** What comes after `MARK=` on a line, as JSON. */
function answers(said: string, mark: string): unknown[] {
  return said
    .split('\n')
    .filter((line) => line.startsWith(`${mark}=`))
    .map((line) => JSON.parse(line.slice(mark.length + 1)) as unknown);
}

const rounds = (count: number, ...each: string[]): string[] => [
  'barrelfish settle',
  'set $round = 0',
  `while $round < ${String(count)}`,
  ...['continue', 'barrelfish settle', 'echo stop=', 'barrelfish current', ...each],
  'set $round = $round + 1',
  'end',
];
const END = ['delete', 'detach'];
const summary = ({ mode, name, symbols }: Current): string => `${mode} ${String(name)} ${String(symbols)}`;

test(
  'at an address that domains share, none of 300 stops is in another than the one that was meant',
  limit,
  async () => {
    const guest = await start();
    await textUntil(guest, '\n> ');
    const gdb = await gdbAt(guest, { barrelfish: { ...known, debugged: debugged('e1000n') } }, [
      'break e1000n.c:work',
      ...rounds(300),
      ...END,
    ]);
    // Until a key comes: each turn calls the function at that address of each of at least four domains.
    await guest.serial.write('turn\r');
    const said = await gdb.said;
    const stops = answers(said, 'stop') as Current[];
    assert.equal(stops.length, 300, said.slice(-5000));
    assert.deepEqual([...new Set(stops.map(summary))], ['user e1000n e1000n']);
    // None was missed either, and none told twice.
    const turns = [...said.matchAll(/, turn=(\d+)\)/g)].map(([, turn]) => Number(turn));
    assert.deepEqual(
      turns,
      turns.map((_, index) => (turns[0] ?? 0) + index),
    );
  },
);

test('a step over a breakpoint that executes nothing is not another hit', limit, async () => {
  const guest = await start();
  await textUntil(guest, '\n> ');
  const gdb = await gdbAt(guest, { barrelfish: { ...known, debugged: debugged('e1000n') } }, [
    'break e1000n.c:work',
    ...rounds(1),
    // As after such a step: the processor is where it was, and the breakpoint is not in.
    'python from barrelfish_progress import arrived, comes_again',
    'python print("again:", arrived())',
    'python comes_again(); print("anew:", arrived())',
    // It is in when the processor comes with the same registers.
    'python from barrelfish_machine import packet; print(packet("Z0,40120c,1"), "there:", arrived())',
    'python print(packet("z0,40120c,1"), packet("z0,40120c,1"))',
    ...END,
  ]);
  await guest.serial.write('turn\r');
  const said = await gdb.said;
  assert.match(said, /^again: False\nanew: True\nOK there: True\nOK E22$/m);
});

for (const cores of [2, 4])
  test(
    `of 1000 hits at an address that domains on ${String(cores)} cores share, none is wrong, lost or told twice`,
    { timeout: 240_000 },
    async () => {
      const guest = await start({}, { ...spec, cores });
      await textUntil(guest, '\n> ');
      const gdb = await gdbAt(guest, { barrelfish: { ...known, debugged: debugged('e1000n', 'monitor') } }, [
        'break e1000n.c:work',
        'break monitor.c:work',
        ...rounds(1000, 'print turn'),
        ...END,
      ]);
      await guest.serial.write('turn\r');
      const said = await gdb.said;
      const stops = answers(said, 'stop') as Current[];
      // What counts is each domain's own counting of its turns.
      const turns = [...said.matchAll(/^\$\d+ = (\d+)$/gm)].map(([, turn]) => Number(turn));
      assert.deepEqual([stops.length, turns.length], [1000, 1000], said.slice(-3000));
      const places = new Map<string, number[]>();
      for (const [index, { core, mode, name, symbols }] of stops.entries()) {
        const place = `${String(core)} ${mode} ${String(name)} ${String(symbols)}`;
        places.set(place, [...(places.get(place) ?? []), turns[index] ?? 0]);
      }
      const monitors = Array.from({ length: cores }, (_, core) => `${String(core)} user monitor monitor`);
      assert.deepEqual([...places.keys()].sort(), ['0 user e1000n e1000n', ...monitors].sort());
      for (const [place, seen] of places)
        assert.deepEqual(
          seen,
          seen.map((_, index) => (seen[0] ?? 0) + index),
          place,
        );
      assert.doesNotMatch(said, /SIGTRAP|^Barrelfish: /m);
      await guest.serial.write('\r');
      await textUntil(guest, 'turn ends: ');
    },
  );

test('breakpoints at one address in two domains stop in each, with its own symbols', limit, async () => {
  const guest = await start();
  await textUntil(guest, '\n> ');
  const gdb = await gdbAt(guest, { barrelfish: { ...known, debugged: debugged('e1000n', 'monitor') } }, [
    'break e1000n.c:work',
    'break monitor.c:work',
    'condition -force 2 turn % 2 == 0',
    ...rounds(60, 'info symbol $pc', 'bt 1'),
    'info breakpoints',
    ...END,
  ]);
  await guest.serial.write('turn\r');
  const said = await gdb.said;
  const stops = (answers(said, 'stop') as Current[]).map(summary);
  assert.equal(stops.length, 60, said.slice(-5000));
  assert.deepEqual([...new Set(stops)].sort(), ['user e1000n e1000n', 'user monitor monitor']);
  assert.equal(stops.filter((each) => each.includes('monitor')).length, 20);
  const frames = [...said.matchAll(/^#0 .*? at \S*\/(\w+)\.c:/gm)].map(([, file]) => file);
  assert.deepEqual(
    frames,
    stops.map((each) => each.split(' ')[1]),
  );
  assert.match(said, /breakpoint already hit 20 times/);
});

test(
  'kernels are followed from the loader on, moved and on each core; what runs is told',
  { timeout: 120_000 },
  async () => {
    const guest = await start({}, { ...spec, cores: 2, paused: true });
    const loader = program('elver');
    const barrelfish = { ...known, loader, debugged: debugged('e1000n') };
    const gdb = await gdbAt(guest, { barrelfish }, [
      'break arch_init',
      'break kernel_startup',
      'break e1000n.c:init',
      ...rounds(5, 'bt 1', 'info threads'),
      'next',
      'next',
      'print err',
      'print *domain',
      'print default_waitset',
      'print cap_dispatcher',
      'echo walk=',
      'barrelfish walk $sp',
      'echo unmapped=',
      'barrelfish walk 0x123456789000',
      'echo domains=',
      'barrelfish domains',
      'print *dcb_current',
      'print dcb_current->cspace',
      'finish',
      ...END,
    ]);
    const said = await gdb.said;
    const places = [...said.matchAll(/^#0 +(?:0x\w+ in )?(\w+) \(/gm)].map(([, name]) => name);
    assert.deepEqual(places, ['arch_init', 'kernel_startup', 'arch_init', 'kernel_startup', 'init'], said);
    const stops = answers(said, 'stop') as Current[];
    assert.deepEqual(
      stops.slice(2).map(({ core, mode, name }) => `${String(core)} ${mode} ${String(name)}`),
      ['1 kernel null', '1 kernel null', '0 user e1000n'],
    );
    assert.match(said, /\* 1\.1 .*"core 0 · e1000n".* init \(domain=/);
    assert.match(said, /\$1 = 0x1407 DRIVER_ERR_NO_ANSWER ← SYS_ERR_NOT_BUILT_IN/);
    assert.match(said, /\$2 = \{name = 0x\w+ "e1000n", turns = 0,/);
    assert.match(said, /\$3 = waitset: 1 pending, 0 polled, 2 idle, 0 waiting/);
    assert.match(said, /\$4 = slot 3 of cnode 0x100 \(other\) below root cnode 0x80000000/);
    assert.match(said, /\$5 = e1000n \(root 0x\w+, disabled\)/);
    assert.match(said, /\$6 = L1CNode\(cnode=0x\w+/);
    const [walk] = answers(said, 'walk') as { level: string; flags: string[]; physical?: string }[][];
    assert.deepEqual(
      walk?.map(({ level }) => level),
      ['PML4', 'PDPT', 'PDIR', 'PTABLE'],
    );
    assert.match(walk.at(-1)?.physical ?? '', /^0x[0-9a-f]+$/);
    const [unmapped] = answers(said, 'unmapped') as { physical?: string; flags: string[] }[][];
    assert.deepEqual([unmapped?.length, unmapped?.[0]?.physical, unmapped?.[0]?.flags], [1, undefined, []]);
    const [domains] = answers(said, 'domains') as { core: number; name: string; state: string }[][];
    assert.deepEqual(
      domains?.map(({ core, name, state }) => `${String(core)} ${name} ${state}`),
      [
        '0 e1000n running',
        '0 init runnable',
        '0 kaluga runnable',
        '0 monitor runnable',
        '0 startd blocked',
        '1 monitor runnable',
      ],
    );
    assert.doesNotMatch(said, /^Barrelfish: /m);
  },
);

test('symbols of another kernel or program than what runs are found out', limit, async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'other-'));
  try {
    const other = async (name: string): Promise<string> => {
      const file = path.join(directory, `${name}.full`);
      await copyFile(program(name), file);
      const bytes = await readFile(file);
      // In the code, behind the first page, which has headers.
      for (let at = 0x1010; at < 0x1800; at += 1) bytes[at] = (bytes[at] ?? 0) ^ 0xff;
      await writeFile(file, bytes);
      return file;
    };
    const guest = await start();
    await textUntil(guest, '\n> ');
    const barrelfish = { ...known, programs, debugged: [{ name: 'e1000n', file: await other('e1000n') }] };
    const gdb = await gdbAt(guest, { barrelfish }, ['break e1000n.c:work', ...rounds(1), ...END]);
    await guest.serial.write('turn\r');
    assert.match(await gdb.said, /Barrelfish: .*e1000n\.full is not what runs as e1000n/);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

test(
  'where software breakpoints cannot be, those of domains are the processor’s own, and more than four are said',
  limit,
  async () => {
    const guest = await start();
    await textUntil(guest, '\n> ');
    const gdb = await gdbAt(guest, { barrelfish: { ...known, debugged: debugged('e1000n') } }, [
      // As if there were KVM.
      'python import barrelfish_hardware; barrelfish_hardware.HARDWARE._needed = True',
      'set mem inaccessible-by-default off',
      'break e1000n.c:work',
      'break kernel_startup',
      'info mem',
      'set debug remote 1',
      ...rounds(1),
      'set debug remote 0',
      'print device.tail = 3',
      ...['35', '36', '37', '38', '39'].map((line) => `break e1000n.c:${line}`),
      ...END,
    ]);
    await guest.serial.write('turn\r');
    const said = await gdb.said;
    assert.deepEqual((answers(said, 'stop') as Current[]).map(summary), ['user e1000n e1000n'], said.slice(-3000));
    assert.match(said, /Sending packet: \$Z1,40120c,1/);
    assert.doesNotMatch(said, /\$Z0,40120c/);
    assert.match(said, /0x0*401000 0x0*402000 ro/);
    assert.match(said, /\$1 = 3/);
    assert.match(said, /Barrelfish: \d breakpoints need one of the processor’s 4/);
  },
);
