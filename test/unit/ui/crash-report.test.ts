import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CrashEvidence } from '../../../src/ui/crash-report.ts';
import '../../fixtures/editor-words.ts';

// Only once something stands in for the editor can they be loaded.
const { crashReport } = await import('../../../src/ui/crash-report.ts');
const { pageWalkText } = await import('../../../src/ui/page-walk-text.ts');

const nothing: CrashEvidence = {
  guest: 'fish',
  at: '2026-01-02T03:04:05.000Z',
  state: 'running',
  machine: '64 MiB',
  findings: [],
  threads: undefined,
  domains: [],
  registers: undefined,
  serial: [],
  menu: undefined,
  command: 'qemu-system-x86_64',
  git: undefined,
};

test('a report says what could not be had', () => {
  const report = crashReport(nothing);
  for (const part of ['# Crash report of fish', 'No debugger was attached', 'QEMU has ended', 'no git repository'])
    assert.ok(report.includes(part), part);
});

test('a report has all that is known', () => {
  const report = crashReport({
    ...nothing,
    findings: ['The kernel panicked.'],
    threads: [{ name: 'core 0 · e1000n', frames: [{ name: 'init', place: 'e1000n.c:3', address: '0x401100' }] }],
    domains: [
      { core: 1, name: 'init', dispatcher: '0x10', root: '0x20', state: 'blocked', disabled: false, domain: undefined },
    ],
    registers: 'RAX=0\r\nRBX=1\r\n',
    serial: ['one', 'two'],
    menu: { file: 'menu.lst', text: 'title x\n' },
    git: { directory: '/tree', head: 'abc Change it', changes: [' M kernel/main.c'] },
  });
  for (const part of [
    '- The kernel panicked.',
    '### core 0 · e1000n\n\n```text\n#0  0x401100  init  e1000n.c:3\n```',
    '| 1 | init | blocked | `0x10` | `0x20` |',
    '```text\nRAX=0\nRBX=1\n```',
    '```text\none\ntwo\n```',
    '`menu.lst`\n\n```text\ntitle x\n```',
    '`/tree`: `abc Change it`\n\n```text\n M kernel/main.c\n```',
  ])
    assert.ok(report.includes(part), `${part}\n${report}`);
});

test('what a guest says stays text, whatever it says', () => {
  const bad = '```\n# [x](command:evil) <img src=x>\u001b[31m|\u202e';
  const report = crashReport({
    ...nothing,
    guest: bad,
    state: bad,
    findings: [bad],
    threads: [{ name: bad, frames: [{ name: bad, place: bad, address: bad }] }],
    domains: [{ core: 0, name: bad, dispatcher: bad, root: bad, state: 'running', disabled: false, domain: 1 }],
    registers: bad,
    serial: bad.split('\n'),
    menu: { file: bad, text: bad },
    command: bad,
    git: { directory: bad, head: bad, changes: [bad] },
  });
  // Outside of fences nothing is a link, a heading or HTML, and no fence ends early.
  const open: string[] = [];
  for (const line of report.split('\n')) {
    const fence = /^`{3,}/.exec(line)?.[0];
    const inside = open.at(-1);
    if (inside !== undefined) {
      if (line === inside) open.pop();
      continue;
    }
    if (fence !== undefined) open.push(fence);
    else assert.doesNotMatch(line.replace(/`+[^`].*`+/g, ''), /^# \[|[^\\]\[x\]|[^\\]<img/, line);
  }
  assert.deepEqual(open, []);
  assert.doesNotMatch(report, /[\u001b\u202e]/);
});

test('a walk through the page tables is a table with an outcome', () => {
  const level = { at: '0x1000', entry: '0x2007', flags: ['present', 'write'], physical: undefined, size: undefined };
  const levels = [
    { ...level, level: 'PML4' },
    { ...level, level: 'PDIR', entry: '0x0', flags: [] },
  ];
  assert.equal(
    pageWalkText('0x401000', 'use', levels),
    [
      '0x401000 in use',
      '',
      'Level  Entry at (physical)  Entry               Flags',
      'PML4   0x0000000000001000   0x0000000000002007  present write',
      'PDIR   0x0000000000001000   0x0000000000000000',
      '',
      'Not mapped: the entry of PDIR is not present.',
      '',
    ].join('\n'),
  );
  const mapped = [{ ...level, level: 'PTABLE', physical: '0x2000', size: '0x1000' }];
  assert.match(pageWalkText('&x', 'use', mapped), /Mapped to physical 0x2000, in a page of 4 KiB\.\n$/);
  assert.match(pageWalkText('&x', 'use', []), /Nothing could be read/);
});
