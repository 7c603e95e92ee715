import assert from 'node:assert/strict';
import { test } from 'node:test';
import { abilitiesProbe, readAbilities } from '../../../src/debug/gdb-abilities.ts';

test('one start of gdb asks for version, Python and architecture', () => {
  const probe = abilitiesProbe('gdb', 'armv8');
  assert.deepEqual(probe.slice(0, 3), ['gdb', '--batch', '-nx']);
  assert.ok(probe.includes('set architecture aarch64'));
});

test('its version is the last number of its first line, whoever packaged it', () => {
  const version = (line: string): unknown =>
    readAbilities({ stdout: `The target architecture is set to "arm".\n${line}\nCopyright`, stderr: '' }).version;
  assert.deepEqual(version('GNU gdb (Debian 13.1-3) 13.1'), { major: 13, minor: 1 });
  assert.deepEqual(version('GNU gdb (Ubuntu 12.1-0ubuntu1~22.04) 12.1'), { major: 12, minor: 1 });
  assert.deepEqual(version('GNU gdb (GDB) Fedora Linux 14.2-1.fc40'), { major: 14, minor: 2 });
  assert.deepEqual(version('GNU gdb (GDB) Red Hat Enterprise Linux 8.2-20.el8'), { major: 8, minor: 2 });
  assert.deepEqual(version('GNU gdb (GDB) 15.0.50.20240101-git'), { major: 15, minor: 0 });
  assert.equal(version('GNU gdb'), undefined);
  assert.equal(version('lldb version 14.0.6'), undefined);
});

test('Python and the architecture are missed where gdb says that it has none', () => {
  const without = readAbilities({
    stdout: 'GNU gdb (GDB) 13.2\n',
    stderr: 'Undefined item: "aarch64".\nPython scripting is not supported in this copy of GDB.\n',
  });
  assert.deepEqual([without.python, without.architecture], [false, false]);
  const all = readAbilities({ stdout: 'gdb has Python\nGNU gdb (GDB) 13.2\n', stderr: '' });
  assert.deepEqual([all.python, all.architecture], [true, true]);
});
