import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { remoteLine, sshConfig } from '../../lab/ssh.ts';

test('arguments reach the remote command as they are', () => {
  const words = ['two words', "it's", '$HOME', '`id`', '', '*', 'a\nb', '\\', '-n'];
  const line = remoteLine(['printf', '%s\\0', ...words]);
  const output = execFileSync('/bin/sh', ['-c', line], { encoding: 'utf8' });
  assert.deepEqual(output.split('\0').slice(0, -1), words);
});

test('the configuration names three users of one host', () => {
  const config = sshConfig({ port: 2222, key: '/a project/id', knownHosts: '/100%/known_hosts' });
  for (const [host, user] of [
    ['lab-root', 'root'],
    ['lab', 'dev'],
    ['lab-visitor', 'visitor'],
  ]) {
    assert.match(config, new RegExp(`^Host ${String(host)}\n  User ${String(user)}$`, 'm'));
  }
  assert.match(config, /^ {2}IdentityFile "\/a project\/id"$/m);
  assert.match(config, /^ {2}UserKnownHostsFile "\/100%%\/known_hosts"$/m);
  assert.match(config, /^ {2}StrictHostKeyChecking yes$/m);
});
