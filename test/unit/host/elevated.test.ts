import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../../../src/host/elevated.sh', import.meta.url));

function run(plan: string): { output: string[]; exitCode: number | null } {
  const { stdout, status } = spawnSync('/bin/sh', [script], { input: plan, encoding: 'utf8' });
  return { output: stdout.trim().split('\n'), exitCode: status };
}

test('only a whole plan is read', () => {
  assert.deepEqual(run(''), { output: ['failed 0 not a plan'], exitCode: 2 });
  assert.deepEqual(run('s3cret\nbarrelfish-plan 1\nend\n'), { output: ['failed 0 not a plan'], exitCode: 2 });
  assert.deepEqual(run('barrelfish-plan 1\nmodule vfio-pci | -\n'), {
    output: ['failed 0 the plan is cut short'],
    exitCode: 2,
  });
  assert.deepEqual(run('barrelfish-plan 1\nend\n'), { output: ['done'], exitCode: 0 });
});

// None of these may reach a file: they are refused by their form, or name a device that isn't there.
for (const step of [
  'rm -rf /',
  'module kvm',
  'module vfio-pci extra',
  'override ffff:ff:1f.7 vfio-pci',
  'override ../../../etc/passwd x',
  'override 0000:00:00.0/.. vfio-pci',
  'override 0000:00:00.0 ../../x',
  'unbind * e1000e',
  'probe ffff:ff:1f.7 $(id)',
  'grant 1/../../sda 1000',
  'grant -1 1000',
  'memlock 1 x 0',
  'memlock 99999999999 1 0',
  'record 0000:00:00.0 `id` -',
  'step_module vfio-pci',
]) {
  test(`"${step}" is refused`, () => {
    const { output, exitCode } = run(`barrelfish-plan 1\n${step} | -\nend\n`);
    assert.match(output[0] ?? '', /^failed 1 ./);
    assert.equal(output.at(-1), 'rolled-back');
    assert.equal(exitCode, 1);
  });
}
