import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cpptoolsEntry } from '../../../src/debug/cpptools-entry.ts';
import { sessionArguments } from '../../../src/debug/session-arguments.ts';

test('cpptools is told what our own adapter is told, in the same order', () => {
  const session = sessionArguments({
    gdb: '/usr/bin/gdb',
    socket: '/run/guest/gdb',
    symbols: [{ file: '/b/cpu.full', offset: 0x1000n }],
    commands: ['mine'],
  });
  const entry = cpptoolsEntry({ name: 'fish', directory: '/b', program: '/b/cpu.full', session });
  assert.equal(entry.type, 'cppdbg');
  assert.equal(
    entry['miDebuggerArgs'],
    '-q -nx -iex "set auto-load off" -iex "set debuginfod enabled off" -iex "set style enabled off"',
  );
  const commands = (entry['customLaunchSetupCommands'] as { text: string }[]).map(({ text }) => text);
  assert.deepEqual(commands, [
    ...session.preConnectCommands,
    '-target-select remote /run/guest/gdb',
    'add-symbol-file "/b/cpu.full" -o 0x1000',
    'mine',
  ]);
  assert.equal(entry['launchCompleteCommand'], 'None');
});
