import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { copyableCommandLine, quote, shellScript } from '../../../src/guest/shell-script.ts';
import { pciAddress } from '../../../src/host/pci-address.ts';
import type { Plan } from '../../../src/host/plan.ts';
import { machineSpec, passedDevice } from './machine-spec.ts';

const sh = (script: string): string => execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' });

test('values come back from a shell as they were', () => {
  const values = [
    'plain',
    '',
    'a b',
    "it's",
    '$HOME',
    '`id`',
    '"',
    '\\',
    'a\nb',
    '=x',
    'k=v,w',
    '*',
    '~',
    'ä',
    '!',
    '-append',
  ];
  const output = sh(`printf '%s\\0' ${values.map(quote).join(' ')}`);
  assert.deepEqual(output.split('\0').slice(0, -1), values);
});

test('a command line has one option a line and is still one command', () => {
  const text = copyableCommandLine(['printf', '[%s]', '-kernel', "it's", '-append', '-x y', '-S']);
  assert.equal(text, "printf '[%s]' \\\n  -kernel 'it'\\''s' \\\n  -append '-x y' \\\n  -S");
  assert.equal(sh(text), "[-kernel][it's][-append][-x y][-S]");
});

const address = pciAddress('01:00.0');
const plan: Plan = {
  steps: [
    { do: { op: 'module', module: 'vfio-pci' } },
    { do: { op: 'record', address, driver: 'e1000e', from: 'here' }, undo: { op: 'forget', address } },
    { do: { op: 'unbind', address, driver: 'e1000e' }, undo: { op: 'probe', address, driver: 'e1000e' } },
    { do: { op: 'override', address, driver: 'vfio-pci' }, undo: { op: 'override', address } },
    { do: { op: 'probe', address, driver: 'vfio-pci' }, undo: { op: 'unbind', address, driver: 'vfio-pci' } },
    { do: { op: 'grant', group: 14, uid: 1000 } },
  ],
};

test('a script takes, boots and gives back in this order', () => {
  const script = shellScript(machineSpec({ name: 'two\nlines', passed: [passedDevice(5)] }), plan);
  sh(`set -n; ${script}`);
  const order = [
    '# Boots two lines with 0000:01:00.0.',
    'has 0000:01:00.0 vfio-pci && put 0000:01:00.0 /sys/bus/pci/devices/0000:01:00.0/driver/unbind',
    "put '' /sys/bus/pci/devices/0000:01:00.0/driver_override",
    'has 0000:01:00.0 none && put 0000:01:00.0 /sys/bus/pci/drivers_probe',
    'trap give_back EXIT',
    'must_have 0000:01:00.0 e1000e',
    'put vfio-pci /sys/bus/pci/devices/0000:01:00.0/driver_override',
    'must_have 0000:01:00.0 vfio-pci',
    'as_root chown "$(id -u)" /dev/vfio/14',
    'prlimit --pid $$ --memlock=2164260864:2164260864',
    'cd -- /build',
    '-serial mon:stdio',
  ];
  let at = 0;
  for (const text of order) {
    const found = script.indexOf(text, at);
    assert.notEqual(found, -1, `${text} is missing, or too early, in:\n${script}`);
    at = found;
  }
});

test('without devices there is nothing to take and no root', () => {
  const script = shellScript(machineSpec());
  assert.doesNotMatch(script, /sudo|sysfs|trap/);
});

test('the variables of a machine are quoted with everything else', () => {
  const script = shellScript(machineSpec({ environment: { SAYS: "it's" } }));
  assert.ok(script.includes("\n/usr/bin/env 'SAYS=it'\\''s' qemu-system-x86_64 \\\n"), script);
  sh(`set -n; ${script}`);
});
