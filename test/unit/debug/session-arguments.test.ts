import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sessionArguments, type SessionWish } from '../../../src/debug/session-arguments.ts';

test('gdb is told the architecture by its own name for it', () => {
  const architectureFor = (architecture?: 'armv7' | 'armv8'): string[] =>
    sessionArguments({ gdb: 'gdb', architecture, socket: '/s', symbols: [], commands: [] }).preConnectCommands.filter(
      (each) => each.startsWith('set architecture'),
    );
  assert.deepEqual(architectureFor(), ['set architecture i386:x86-64']);
  assert.deepEqual(architectureFor('armv7'), ['set architecture arm']);
  assert.deepEqual(architectureFor('armv8'), ['set architecture aarch64']);
});

test('directories of debugging information are carried over, quoted as gdb reads them', () => {
  const wish = { gdb: 'gdb', socket: '/s', symbols: [], commands: [] };
  const plain = sessionArguments(wish).preConnectCommands;
  const mapped = sessionArguments({
    ...wish,
    sourceMap: [
      ['../source', '/home/me/a "tree"'],
      ['/build', '/home/me/build'],
    ],
  }).preConnectCommands;
  assert.deepEqual(mapped.slice(0, plain.length), plain);
  assert.deepEqual(mapped.slice(plain.length), [
    String.raw`set substitute-path "../source" "/home/me/a \"tree\""`,
    'set substitute-path "/build" "/home/me/build"',
  ]);
});

test('nothing of the workspace runs in gdb', () => {
  const { gdbArguments } = sessionArguments({ gdb: 'gdb', socket: '/s', symbols: [], commands: [] });
  assert.deepEqual(gdbArguments.slice(0, 4), ['-q', '-nx', '-iex', 'set auto-load off']);
});

test('what gdb is told of Barrelfish comes as quoted words, before the connection what needs no machine', () => {
  const about = (barrelfish: SessionWish['barrelfish']): { before: string[]; after: string[] } => {
    const wish = { gdb: 'gdb', socket: '/s', symbols: [], commands: ['mine'] };
    const plain = sessionArguments(wish);
    const { preConnectCommands, initCommands } = sessionArguments({ ...wish, barrelfish });
    assert.deepEqual(preConnectCommands.slice(0, plain.preConnectCommands.length), plain.preConnectCommands);
    assert.equal(initCommands.at(-1), 'mine');
    return { before: preConnectCommands.slice(plain.preConnectCommands.length), after: initCommands.slice(0, -1) };
  };
  const script = '/ext tension/barrelfish.py';
  assert.deepEqual(about(undefined), { before: [], after: [] });
  // An ARM board: errors and structures alone.
  assert.deepEqual(about({ script, errors: '/errno.fugu' }), {
    before: [`source ${script}`, 'barrelfish errors "/errno.fugu"'],
    after: [],
  });
  assert.deepEqual(
    about({
      script,
      kernel: '/b/cpu.full',
      programs: '/b "x"',
      debugged: [{ name: 'a\\b', file: '/b/a' }],
    }),
    {
      before: [
        `source ${script}`,
        'barrelfish kernel "/b/cpu.full"',
        String.raw`barrelfish files "/b \"x\""`,
        String.raw`barrelfish debug "a\\b" "/b/a"`,
      ],
      after: ['barrelfish running'],
    },
  );
  assert.deepEqual(about({ script, kernel: '/cpu', loader: '/elver' }).after, ['barrelfish loader "/elver"']);
});

test('the first stop is one breakpoint that goes away', () => {
  const first = (stopAt: SessionWish['stopAt']): string[] =>
    sessionArguments({ gdb: 'gdb', socket: '/s', symbols: [], commands: [], stopAt }).preRunCommands;
  assert.deepEqual(first(undefined), []);
  assert.deepEqual(first({ address: 0x100000n }), ['thbreak *0x100000']);
  assert.deepEqual(first({ function: 'arch_init' }), ['tbreak arch_init']);
  assert.deepEqual(first({ domain: 'e1000n' }), ['tbreak main if $_barrelfish_here() && ($_barrelfish_in("e1000n"))']);
});
