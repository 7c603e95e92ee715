import assert from 'node:assert/strict';
import { registerHooks } from 'node:module';
import { test } from 'node:test';
import type { Diagnosis } from '../../../src/diagnosis/diagnosis.ts';
import { buildCases } from './build-cases.ts';
import { kernelCases } from './kernel-cases.ts';
import { guestCases, scriptCases } from './other-cases.ts';
import { qemuCases } from './qemu-cases.ts';

// In place of the editor: sentences with their arguments put in, as in English.
const EDITOR = `data:text/javascript,${encodeURIComponent(`
  export const l10n = { t: (text, ...args) => text.replace(/\\{(\\d+)\\}/g, (_, index) => String(args[index])) };
`)}`;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'vscode' ? { url: EDITOR, shortCircuit: true } : next(specifier, context),
});
const { attemptWording, diagnosisWords } = await import('../../../src/ui/diagnosis-words.ts');
const { wordingOf } = await import('../../../src/ui/wording.ts');
const { Failure } = await import('../../../src/host/failure.ts');

const states: readonly Diagnosis[] = [
  { code: 'serial-silent', seconds: 60, why: 'no-loader' },
  { code: 'serial-silent', seconds: 60, why: 'no-cpu-driver' },
  { code: 'serial-silent', seconds: 60, why: 'unknown' },
  { code: 'device-undriven', address: '00:05.0', why: 'no-entry' },
  { code: 'device-undriven', address: '00:05.0', driver: 'e1000n', why: 'not-in-menu' },
  { code: 'device-undriven', address: '00:05.0', driver: 'e1000n', why: 'taken', by: '00:02.0' },
  { code: 'device-undriven', address: '00:05.0', driver: 'e1000n', why: 'unknown' },
  { code: 'device-undriven', driver: 'e1000n', why: 'not-auto' },
  { code: 'device-undriven', address: '00:05.0', why: 'unknown' },
  { code: 'kernel-panic', core: 0, reason: 'asked for' },
  { code: 'kernel-panic', core: 0, reason: '' },
  { code: 'kernel-exception', core: 1, exception: 14, what: 'read page fault', address: '0x101234' },
  { code: 'kernel-exception', core: 1, exception: 13, what: '' },
  { code: 'kernel-waits-for-gdb', core: 0 },
  { code: 'domain-fault', domain: 'e1000n', core: 0, at: '0x0', ip: '0x401000' },
  { code: 'domain-fault', domain: 'e1000n', ip: '0x401000' },
  { code: 'domain-assertion', domain: 'fish', expression: 'a == b', path: '../usr/fish/fish.c', line: 12 },
  { code: 'dhcp-stuck', seconds: 30 },
  { code: 'editor-in-sandbox', program: 'qemu-system-x86_64' },
];
const diagnoses = [...qemuCases, ...kernelCases, ...scriptCases, ...guestCases, ...buildCases]
  .flatMap(({ means }) => means)
  .concat(states);

for (const diagnosis of diagnoses) {
  test(`words for ${JSON.stringify(diagnosis)}`, () => {
    const { cause, advice } = diagnosisWords(diagnosis);
    assert.match(cause, /^\S.*\.$/, 'one sentence');
    assert.ok(advice.length > 0);
    for (const sentence of [cause, ...advice]) {
      assert.doesNotMatch(sentence, /undefined|NaN|\{\d\}|\[object|exit code/);
      assert.ok(sentence.length <= 140, sentence);
    }
  });
}

test('a guest that does not start is worded by what QEMU said', () => {
  const output =
    'qemu-system-x86_64: -device vfio-pci,host=0000:01:00.0: vfio 0000:01:00.0: failed to open /dev/vfio/14: Permission denied';
  const { message, detail, action } = wordingOf(new Failure('guest-start-failed', { exitCode: 1, output }));
  assert.equal(message, '/dev/vfio/14 does not belong to you.');
  assert.deepEqual(action, { title: 'Grant Access', command: 'bind', arguments: ['0000:01:00.0'] });
  assert.ok(detail);
  assert.deepEqual(
    detail.split('\n').filter((line) => line.startsWith('What ')),
    ['What was tried', 'What was said', 'What it means', 'What to do'],
  );
  assert.ok(detail.includes(`    ${output}`));
});

test('what nobody knows is told as it was said', () => {
  const { message, detail, action } = wordingOf(
    new Failure('guest-start-failed', { exitCode: 1, output: 'qemu-system-x86_64: one\nqemu-system-x86_64: two' }),
  );
  assert.equal(message, 'QEMU ended before the guest ran: qemu-system-x86_64: two');
  assert.equal(action, undefined);
  assert.ok(detail?.endsWith('    qemu-system-x86_64: one\n    qemu-system-x86_64: two'));
  assert.equal(
    wordingOf(new Failure('guest-start-failed', { exitCode: 1, output: '' })).message,
    'QEMU ended before the guest ran, and said nothing.',
  );
});

test('a remark does not pass for the reason of a failure', () => {
  const output =
    'qemu-system-x86_64: vfio: Cannot reset device 0000:01:00.0, no available reset mechanism.\nqemu-system-x86_64: out of luck';
  const { message, detail } = wordingOf(new Failure('guest-start-failed', { exitCode: 1, output }));
  assert.equal(message, 'QEMU ended before the guest ran: qemu-system-x86_64: out of luck');
  assert.ok(detail?.includes('01:00.0 cannot be reset'));
});

test('a step that failed is worded by the device of the step, with what is left', () => {
  const step = 'echo 0000:01:00.0 > /sys/bus/pci/drivers_probe   # must be vfio-pci';
  const cause = 'its driver is -, not vfio-pci';
  const { message, action } = wordingOf(new Failure('plan-failed', { step, cause, left: 'nothing' }));
  assert.equal(
    message,
    'vfio-pci did not take 01:00.0, although the kernel reported success. Everything was put back as it was.',
  );
  assert.deepEqual(action, { title: 'Go to Device', command: 'reveal', arguments: ['0000:01:00.0'] });
  const unknown = wordingOf(new Failure('plan-failed', { step, cause: 'I/O error', left: 'partly' }));
  assert.equal(unknown.message, 'The kernel did not do it: I/O error. Not everything could be put back.');
  assert.equal(unknown.action?.command, 'showOutput');
});

test('without anything said the document says what was tried', () => {
  const { message, detail } = attemptWording({ tried: 'A try.', said: '', otherwise: 'It failed.' }, []);
  assert.deepEqual([message, detail], ['It failed.', 'What was tried\n\nA try.']);
});
