import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../../fixtures/editor-words.ts';
import { NO_PROGRESS, type BootFailure, type BootProgress } from '../../../src/barrelfish/boot-progress.ts';
import type { GuestState } from '../../../src/guest/guest.ts';

const { lookOf, uptime } = await import('../../../src/ui/guest-words.ts');
const usable: BootProgress = { ...NO_PROGRESS, stage: 'usable' };
const failed = (kind: BootFailure['kind']): BootProgress => ({
  ...usable,
  failure: { kind, line: 7, core: 1, domain: 'e1000n' },
});
const look = (state: GuestState, progress = usable): string => {
  const { text, icon } = lookOf(state, progress);
  return `${icon}: ${text}`;
};

test('a guest that runs shows what it has said last', () => {
  const running = { kind: 'running' } as const;
  assert.equal(look(running, NO_PROGRESS), 'vm-active: running');
  assert.equal(look(running, { ...NO_PROGRESS, stage: 'spawning', about: 'pci' }), 'vm-active: spawning pci');
  assert.equal(look(running), 'vm-running: fish');
  // The kernel stands still after some failures; after others one domain is gone.
  assert.equal(look(running, failed('panicked')), 'error: kernel 1 panicked');
  assert.equal(look(running, failed('waiting-for-gdb')), 'error: kernel 1 waits for gdb');
  assert.equal(look(running, failed('faulted')), 'warning: fish · e1000n faulted');
});

test('what QEMU says comes first', () => {
  assert.equal(look({ kind: 'paused', why: 'paused' }, failed('panicked')), 'debug-pause: paused');
  assert.equal(look({ kind: 'paused', why: 'debug' }), 'debug-pause: stopped by the debugger');
  assert.equal(look({ kind: 'paused', why: 'colo' }), 'debug-pause: paused: colo');
  assert.equal(
    look({ kind: 'stopped', output: '', exitCode: 0, cause: 'guest-shutdown' }),
    'vm-outline: shut itself down',
  );
  assert.equal(look({ kind: 'stopped', output: '', exitCode: 137 }), 'vm-outline: killed');
  assert.equal(look({ kind: 'stopped', output: '', exitCode: 1 }), 'vm-outline: ended, exit code 1');
  assert.equal(look({ kind: 'stopped', output: '' }), 'vm-outline: ended');
});

test('a time that passes is told in minutes, hours and days', () => {
  const since = new Date(0);
  assert.deepEqual(
    [59_000, 60_000, 3_599_000, 3_600_000, 47 * 3_600_000, 50 * 3_600_000].map((now) => uptime(since, now)),
    ['', '1 min', '59 min', '1 h 0 min', '47 h 0 min', '2 days'],
  );
});
