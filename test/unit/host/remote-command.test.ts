import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { remoteCommand } from '../../../src/host/remote-command.ts';

const awkward = [
  '',
  ' ',
  "it's",
  '"quoted"',
  '$HOME `id` $(id)',
  '\\n \\\\ \\0101',
  'a\nb\n\n',
  '*?[a-z]{1,2}~',
  '; rm -rf nothing & | > x',
  '!history #comment %s -n',
  'Grüße 🐟',
  '-e',
];

// sshd hands the string to the login shell with -c, whichever that is.
for (const shell of ['/bin/sh', '/bin/bash', '/bin/dash', '/usr/bin/fish', '/bin/tcsh', '/bin/zsh']) {
  test(`values reach the program unchanged through ${shell}`, { skip: !existsSync(shell) }, () => {
    const print = 'process.stdout.write(JSON.stringify(process.argv.slice(1)))';
    const command = remoteCommand([process.execPath, '-e', print, '--', ...awkward]);
    assert.deepEqual(JSON.parse(execFileSync(shell, ['-c', command], { encoding: 'utf8' })), awkward);
  });
}

test('the program runs in the directory that was asked for', () => {
  const command = remoteCommand(['pwd'], '/usr/share');
  assert.equal(execFileSync('/bin/sh', ['-c', command], { encoding: 'utf8' }), '/usr/share\n');
});

test('no value is written as anything that a shell could read', () => {
  const command = remoteCommand(['x', ...awkward]);
  const values = command.slice(command.indexOf("' sh ") + 5);
  assert.match(values, /^('[A-Za-z0-9_./:=@+\\-]*' ?)+$/);
});
