import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Argv, Connection, RunOptions, RunResult } from '../../../src/host/connection.ts';
import { elevatedHash, elevatedScript, HELPER } from '../../../src/host/elevated-script.ts';
import { runPlan } from '../../../src/host/elevation.ts';
import { readFacts, type HostFacts } from '../../../src/host/facts.ts';
import { helperFiles, installHelper, removeHelper } from '../../../src/host/helper.ts';
import { planText, type Plan } from '../../../src/host/plan.ts';

const script = fileURLToPath(new URL('../../../src/host/helper.sh', import.meta.url));
const plan: Plan = { steps: [{ do: { op: 'module', module: 'vfio-pci' } }] };

interface Call {
  argv: readonly string[];
  stdin: unknown;
}

/** A host that answers everything with the same words, and what was asked of it. */
function hostThatSays(stdout: string, exitCode = 0): { connection: Connection; calls: Call[] } {
  const calls: Call[] = [];
  const run = (argv: readonly string[], options: { stdin?: unknown } = {}): Promise<RunResult> => {
    calls.push({ argv, stdin: options.stdin });
    return Promise.resolve({ exitCode, stdout: Buffer.from(stdout), stderr: '' });
  };
  return { connection: { name: 'lab', run } as unknown as Connection, calls };
}

const factsOf = (text: string): Promise<HostFacts> =>
  readFacts(hostThatSays(`system Linux\nuid 1000\nuser dev\n${text}end \n`).connection);

test('the script can be read in one sitting', () => {
  assert.ok(readFileSync(script, 'utf8').split('\n').length < 100);
});

test('the script does nothing that it was not asked for', () => {
  for (const args of [[], ['install'], ['remove', 'x'], ['install', 'a', 'b', 'c'], ['do_remove'], ['']]) {
    const { stdout, status } = spawnSync('/bin/sh', [script, ...args], { encoding: 'utf8' });
    assert.deepEqual({ stdout, status }, { stdout: 'refused neither install nor remove\n', status: 2 });
  }
});

test('what is written can be shown before', () => {
  const files = helperFiles('wheel');
  assert.deepEqual(
    files.map(({ path, mode }) => [path, mode]),
    [
      ['/usr/local/libexec/barrelfish-elevated', '0755'],
      ['/etc/sudoers.d/barrelfish', '0440'],
      ['/usr/share/polkit-1/actions/org.barrelfish.vscode.policy', '0644'],
    ],
  );
  const [helper, sudoers, policy] = files.map(({ text }) => text);
  assert.equal(helper, elevatedScript);
  assert.match(sudoers ?? '', /^%wheel ALL=\(root\) NOPASSWD: \/usr\/local\/libexec\/barrelfish-elevated ""$/m);
  assert.match(policy ?? '', /<annotate key="org.freedesktop.policykit.exec.path">\/usr\/local\/libexec\/barrelfish-/);
});

test('each file says in its first lines whose it is', () => {
  for (const { text } of helperFiles('dev'))
    assert.match(text.split('\n').slice(0, 4).join('\n'), /Barrelfish for VS Code/);
});

test('a group is a plain name', () => {
  for (const group of [
    '',
    '#0',
    'a b',
    'dev ALL=(ALL) NOPASSWD: ALL\n%x',
    'a,b',
    '-x',
    'a"',
    'ALL=',
    '%x',
    ':x',
    'a\\',
  ])
    assert.throws(() => helperFiles(group), TypeError, group);
});

test('the helper is current when it is ours, and nobody but root can change it', async () => {
  assert.equal((await factsOf('')).helper, 'none');
  assert.equal((await factsOf(`helper ${elevatedHash}  -\nhelper-open \n`)).helper, 'current');
  assert.equal((await factsOf(`helper ${'0'.repeat(64)}  -\nhelper-open \n`)).helper, 'other');
  assert.equal((await factsOf(`helper ${elevatedHash}  -\nhelper-open /usr/local\n`)).helper, 'other');
});

test('groups with names that sudoers would not take are not offered', async () => {
  assert.deepEqual((await factsOf('groups dev sudo domain\\users 1234 a.b\n')).groups, ['dev', 'sudo']);
});

test('only a current helper is used, with the plan and without arguments', async () => {
  const facts = await factsOf('');
  const used = async (helper: HostFacts['helper']): Promise<Call | undefined> => {
    const { connection, calls } = hostThatSays('ok 1\ndone\n');
    await runPlan(connection, { ...facts, helper }, plan);
    return calls[0];
  };
  const sudo = ['env', 'LC_ALL=C', 'sudo', '-n', '--'];
  assert.deepEqual(await used('current'), { argv: [...sudo, HELPER], stdin: planText(plan) });
  for (const helper of ['none', 'other'] as const) assert.equal((await used(helper))?.argv[5], '/bin/sh');
});

test('without the helper the script gets the whole plan, beside the password where there is one', async () => {
  const { connection, calls } = hostThatSays('ok 1\ndone\n');
  const refusing = {
    ...connection,
    run: async (argv: Argv, options: RunOptions) => {
      const result = await connection.run(argv, options);
      const asked = argv.includes('-S');
      return asked ? result : { ...result, stdout: Buffer.of(), exitCode: 1, stderr: 'sudo: a password is required' };
    },
  };
  await runPlan(refusing, await factsOf(''), plan, {
    way: 'sudo',
    askPassword: () => Promise.resolve('password'),
  });
  const [quiet, asked] = calls;
  assert.equal(quiet?.stdin, planText(plan));
  assert.equal(asked?.stdin, 'password\n');
  const words = asked.argv.slice(asked.argv.indexOf('/bin/sh'));
  const argv = words.map((word) => (word === elevatedScript ? 'cat' : word));
  const { stdout } = spawnSync(argv[0] ?? '', argv.slice(1), { encoding: 'utf8', input: 'password\n' });
  assert.equal(stdout, `${planText(plan)}\n`);
});

test('what the script answers is what is said', async () => {
  const facts = await factsOf('');
  const { connection, calls } = hostThatSays('done\n');
  await installHelper(connection, facts, 'dev');
  await removeHelper(connection, facts);
  assert.deepEqual(
    calls.map(({ argv }) => argv.slice(9, 11)),
    [['install', 'dev'], ['remove']],
  );
  await assert.rejects(removeHelper(hostThatSays('refused /x is not ours\n', 2).connection, facts), {
    facts: { command: 'helper.sh remove', exitCode: 2, output: '/x is not ours' },
  });
});
