import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  kernelArgumentChanges,
  kernelArgumentProblem,
  logLevel,
  logMask,
  subsystemBit,
} from '../../../src/barrelfish/kernel-arguments.ts';
import { changeMenu } from '../../../src/barrelfish/menu-variant.ts';

test('log levels have names and numbers', () => {
  assert.deepEqual(['panic', 'error', 'warning', 'notice', 'debug'].map(logLevel), [0, 1, 2, 3, 4]);
  assert.deepEqual([0, 3, 4].map(logLevel), [0, 3, 4]);
  for (const bad of ['Debug', 'toString', '', 5, -1, 1.5, null, undefined, [], Number.NaN])
    assert.equal(logLevel(bad), undefined, String(bad));
});

test('subsystems are bits of a mask, which has to be an int', () => {
  assert.deepEqual(['startup', 'gdb', 'paging', 'io'].map(subsystemBit), [1, 2, 16, 256]);
  assert.equal(subsystemBit('constructor'), undefined);
  assert.equal(logMask('all'), -1);
  assert.equal(logMask('none'), 0);
  assert.equal(logMask(0x7f_ff_ff_ff), 0x7f_ff_ff_ff);
  for (const bad of [0x80_00_00_00, -1, 0.5, '16', true]) assert.equal(logMask(bad), undefined, String(bad));
});

test('an argument that the kernel would stop at is told', () => {
  for (const good of ['ticks=true', 'ticks=no', 'timeslice=20', 'serial=0x3f8', 'x=y', 'word', 'loglevel=2147483647'])
    assert.equal(kernelArgumentProblem(good), undefined, good);
  for (const bad of ['', 'a b', 'a\tb', 'x="y"', 'a\nb', 'ä=1'])
    assert.equal(kernelArgumentProblem(bad), 'one-word', bad);
  for (const bad of ['timeslice=', 'serial=COM1', 'loglevel=2147483648', 'logmask=0xffffffff', 'serial=0x'])
    assert.equal(kernelArgumentProblem(bad), 'number', bad);
  assert.equal(kernelArgumentProblem('ticks=1'), 'truth');
});

test('the kernel that boots and those of the other cores get the same', () => {
  const menu = 'kernel /x86_64/sbin/elver loglevel=3\nmodule /x86_64/sbin/cpu\n';
  const { text, left } = changeMenu(menu, kernelArgumentChanges(['loglevel=4', 'logmask=16']));
  assert.equal(
    text,
    'kernel /x86_64/sbin/elver loglevel=4 logmask=16\nmodule /x86_64/sbin/cpu loglevel=4 logmask=16\n',
  );
  assert.deepEqual(left, []);
});
