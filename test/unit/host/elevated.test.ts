import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { checkGrammar } from '../../fixtures/random-steps.ts';

const script = fileURLToPath(new URL('../../../src/host/elevated.sh', import.meta.url));

function run(plan: string): { output: string[]; exitCode: number | null } {
  const { stdout, status } = spawnSync('/bin/sh', [script], { input: plan, encoding: 'utf8' });
  return { output: stdout.trim().split('\n'), exitCode: status };
}

test('the script can be read in one sitting', () => {
  assert.ok(readFileSync(script, 'utf8').split('\n').length < 150);
});

test('only a whole plan is read', () => {
  assert.deepEqual(run(''), { output: ['failed 0 not a plan'], exitCode: 2 });
  assert.deepEqual(run('s3cret\nbarrelfish-plan 2\nend\n'), { output: ['failed 0 not a plan'], exitCode: 2 });
  assert.deepEqual(run('barrelfish-plan 1\nend\n'), { output: ['failed 0 not a plan'], exitCode: 2 });
  assert.deepEqual(run('barrelfish-plan 2\nmodule vfio-pci | -\n'), {
    output: ['failed 0 the plan is cut short'],
    exitCode: 2,
  });
});

for (const step of [
  'rm -rf /',
  'module kvm',
  'module vfio-pci extra',
  'override ../../../etc/passwd x',
  'override 0000:00:00.0/.. vfio-pci',
  'override 0000:00:00.0 ../../x',
  'unbind * e1000e',
  'probe 0000:00:1f.7 $(id)',
  'grant 1/../../sda 1000',
  'grant -1 1000',
  'memlock 1 x 0',
  'memlock 99999999999999999999 1 0',
  'record 0000:00:00.0 `id` - here',
  'record 0000:00:00.0 e1000e -',
  'mark 0000:00:00.0 free',
  'vfs 0000:00:00.0 -1',
  'do_module vfio-pci',
  'valid',
]) {
  test(`"${step}" is refused before anything is done`, () => {
    for (const line of [`${step} | -`, `module vfio-pci | ${step}`]) {
      const plan = `barrelfish-plan 2\nmark ffff:ff:1f.7 taken | -\n${line}\nend\n`;
      assert.deepEqual(run(plan), { output: ['refused 2'], exitCode: 2 });
    }
  });
}

test('a step says what takes it back', () => {
  for (const line of [
    'module vfio-pci',
    'module vfio-pci |-',
    'module vfio-pci | - | -',
    '| -',
    ' | module vfio-pci',
    '',
  ])
    assert.deepEqual(run(`barrelfish-plan 2\n${line}\nend\n`), { output: ['refused 1'], exitCode: 2 }, line);
});

test('made-up steps outside the grammar are refused, and no others', () => {
  checkGrammar(script, { seed: 0, rounds: 10 });
});
