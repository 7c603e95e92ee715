import assert from 'node:assert/strict';
import { test } from 'node:test';
import { programAt, programsOf } from '../../../src/barrelfish/menu-programs.ts';

test('the programs of a menu.lst are those that become domains', () => {
  const text = [
    'kernel /x86_64/sbin/elver loglevel=3',
    'module /x86_64/sbin/cpu loglevel=3',
    'module /x86_64/sbin/init\r',
    '  modulenounzip\t/x86_64/sbin/e1000n auto',
    'modulenounzip /skb_ramfs.cpio.gz nospawn',
    '# module /x86_64/sbin/commented_out',
    'module',
    'module /x86_64/sbin/init again',
  ].join('\n');
  assert.deepEqual(programsOf(text), ['init', 'e1000n']);
  assert.equal(programAt('modules /x86_64/sbin/init'), undefined);
});
