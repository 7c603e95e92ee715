import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missingProgram, silentSerial, undrivenDevice } from '../../../src/diagnosis/states.ts';

const quiet = {
  bytes: 0,
  seconds: 60,
  kernel: '/x86_64/sbin/elver',
  modules: ['/x86_64/sbin/cpu', '/x86_64/sbin/init'],
};

test('a serial line that has said something is not silent', () => {
  assert.equal(silentSerial({ ...quiet, bytes: 1, modules: [] }), undefined);
});

test('a silent serial line is put down to what the menu.lst lacks', () => {
  const silent = { code: 'serial-silent', seconds: 60 };
  assert.deepEqual(silentSerial(quiet), { ...silent, why: 'unknown' });
  assert.deepEqual(silentSerial({ ...quiet, modules: ['/x86_64/sbin/init'] }), { ...silent, why: 'no-cpu-driver' });
  assert.deepEqual(silentSerial({ ...quiet, kernel: '/x86_64/sbin/cpu' }), { ...silent, why: 'no-loader' });
  assert.deepEqual(silentSerial({ ...quiet, kernel: undefined }), { ...silent, why: 'no-loader' });
  // elver compares the beginning of the name, and knows another one.
  assert.deepEqual(silentSerial({ ...quiet, kernel: 'x_image', image: true }), { ...silent, why: 'image' });
  assert.deepEqual(silentSerial({ ...quiet, modules: ['kernel_debug'] }), { ...silent, why: 'unknown' });
});

test('a device without a driver is put down to the first thing that Kaluga would miss', () => {
  const device = { address: '00:05.0', driver: 'e1000n', menuArguments: 'auto', startedFor: '00:05.0' };
  const undriven = { code: 'device-undriven', address: '00:05.0' };
  assert.deepEqual(undrivenDevice(device), { ...undriven, driver: 'e1000n', why: 'unknown' });
  assert.deepEqual(undrivenDevice({ ...device, startedFor: undefined, menuArguments: 'nospawn' }), {
    ...undriven,
    driver: 'e1000n',
    why: 'not-auto',
  });
  assert.deepEqual(undrivenDevice({ ...device, startedFor: '00:02.0' }), {
    ...undriven,
    driver: 'e1000n',
    why: 'taken',
    by: '00:02.0',
  });
  assert.deepEqual(undrivenDevice({ ...device, menuArguments: undefined }), {
    ...undriven,
    driver: 'e1000n',
    why: 'not-in-menu',
  });
  assert.deepEqual(undrivenDevice({ ...device, driver: undefined }), { ...undriven, why: 'no-entry' });
  assert.equal(undrivenDevice({ ...device, menuArguments: 'automatic' }).code, 'device-undriven');
});

test('only inside a Flatpak is the sandbox to blame', () => {
  assert.equal(missingProgram('qemu-system-x86_64', undefined), undefined);
  assert.equal(missingProgram('qemu-system-x86_64', ''), undefined);
  assert.deepEqual(missingProgram('qemu-system-x86_64', 'com.visualstudio.code'), {
    code: 'editor-in-sandbox',
    program: 'qemu-system-x86_64',
  });
});
