// Plans run as root in the lab, and everything that can stop them half way.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import { bindPlan, releasePlan } from '../../src/host/bind-plan.ts';
import { readFacts, type HostFacts } from '../../src/host/facts.ts';
import { pciAddress } from '../../src/host/pci-address.ts';
import { planText, type Plan, type PlannedStep } from '../../src/host/plan.ts';
import { readSnapshot } from '../../src/host/snapshot-reader.ts';
import type { Snapshot } from '../../src/host/snapshot.ts';
import { SshConnection } from '../../src/host/ssh-connection.ts';
import { checkGrammar } from '../fixtures/random-steps.ts';
import { startLab, type Lab } from './lab.ts';

const file = fileURLToPath(new URL('../../src/host/elevated.sh', import.meta.url));
const script = readFileSync(file, 'utf8');
const NIC = pciAddress('01:00.0');
const IMPOSSIBLE: PlannedStep = { do: { op: 'grant', group: 9999, uid: 0 } };
const CONTENDERS = 50;
let lab: Lab;
let connection: SshConnection;
let facts: HostFacts;

before(async () => {
  lab = await startLab({ name: `elevated-${String(process.pid)}`, onProgress: console.log });
  connection = new SshConnection('lab', lab.hosts.root, { configFile: lab.sshConfig });
  // As a user, so that the group's node changes hands too.
  facts = { ...(await readFacts(connection)), uid: 1000, user: 'dev' };
});

after(async () => {
  await connection[Symbol.asyncDispose]();
  await lab.stop();
});

async function run(plan: Plan, text = script): Promise<string[]> {
  const { stdout } = await connection.run(['/bin/sh', '-c', text, 'barrelfish-elevated'], { stdin: planText(plan) });
  return stdout.toString('utf8').trim().split('\n');
}

const bind = (snapshot: Snapshot): Plan => bindPlan(snapshot, facts, NIC, 'desk');
const release = (snapshot: Snapshot): Plan => releasePlan(snapshot, NIC);

/** All that a plan changes. */
function position(
  snapshot: Snapshot,
): Record<'driver' | 'override' | 'taken', string | undefined> & { owner?: number } {
  const fn = snapshot.functions.get(NIC);
  assert.ok(fn);
  const owner = snapshot.groups.get(fn.group ?? -1)?.node?.owner;
  const { driver, driverOverride: override, taking } = fn;
  return { driver, override, taken: taking?.state, ...(owner === undefined ? {} : { owner }) };
}

/** The script as it would be if it were killed after its n-th operation. */
function killedAt(n: number): string {
  const calls = '  "do_$operation" "$@"\n';
  assert.ok(script.includes(calls));
  const kill = `calls=$((\${calls-0} + 1)); [ "$calls" != ${String(n)} ] || kill -9 $$`;
  return script.replace(calls, () => `  "do_$operation" "$@"; code=$?; ${kill}; return $code\n`);
}

test('a plan that fails after any of its steps leaves everything as it was', async () => {
  const free = await readSnapshot(connection);
  const { steps } = bind(free);
  for (let done = 0; done < steps.length; done += 1) {
    const said = await run({ steps: [...steps.slice(0, done), IMPOSSIBLE] });
    assert.equal(said.at(-1), 'rolled-back', said.join('\n'));
    assert.deepEqual(position(await readSnapshot(connection)), position(free), `after ${String(done)} steps`);
  }
  assert.equal((await run(bind(free))).at(-1), 'done');
  const taken = await readSnapshot(connection);
  assert.deepEqual(position(taken), { driver: 'vfio-pci', override: 'vfio-pci', taken: 'taken', owner: 1000 });
  // The notes go at the very end, when nothing can fail any more.
  const back = release(taken).steps.filter((step) => step.do.op !== 'forget');
  for (let done = 0; done <= back.length; done += 1) {
    const said = await run({ steps: [...back.slice(0, done), IMPOSSIBLE] });
    assert.equal(said.at(-1), 'rolled-back', said.join('\n'));
    // The kernel makes the group's node anew for its first device, and it is root's.
    const { owner, ...now } = position(await readSnapshot(connection));
    assert.deepEqual(now, { driver: 'vfio-pci', override: 'vfio-pci', taken: 'taken' }, `after ${String(done)} steps`);
    assert.ok(owner === 0 || owner === 1000);
  }
  assert.equal((await run(release(taken))).at(-1), 'done');
  assert.deepEqual(position(await readSnapshot(connection)), position(free));
});

test('a plan that is killed at any moment is seen to be interrupted, and put back', async (context) => {
  const free = await readSnapshot(connection);
  let killed = 0;
  for (const plan of [bind, release]) {
    for (let chance = 1; ; chance += 1) {
      if (plan === release) assert.equal((await run(bind(await readSnapshot(connection)))).at(-1), 'done');
      const said = await run(plan(await readSnapshot(connection)), killedAt(chance));
      const left = await readSnapshot(connection);
      if (said.at(-1) === 'done') {
        if (plan === bind) assert.equal((await run(release(left))).at(-1), 'done');
        break;
      }
      killed += 1;
      const { taken } = position(left);
      const untouched = isDeepStrictEqual(position(left), position(free));
      // After the very last operation nothing is left to be done.
      assert.ok(untouched || taken === 'interrupted' || taken === 'taken', JSON.stringify(position(left)));
      if (taken !== undefined) assert.equal((await run(release(left))).at(-1), 'done');
      assert.deepEqual(position(await readSnapshot(connection)), position(free), `killed at ${String(chance)}`);
    }
  }
  assert.ok(killed > 10, String(killed));
  context.diagnostic(`killed ${String(killed)} times, put back ${String(killed)} times`);
});

test('a step that fails says what the kernel said', async () => {
  const tooMany: PlannedStep = { do: { op: 'vfs', address: pciAddress('06:00.0'), count: 99 } };
  const [said = ''] = await run({ steps: [tooMany] });
  assert.match(said, /^failed 1 \S+\/sriov_numvfs: Numerical result out of range$/);
  assert.deepEqual(diagnose(said, 'script'), [{ code: 'sriov-refused', address: '0000:06:00.0', problem: 'too-many' }]);
});

test('where the note can not be written, nothing is touched', async () => {
  const free = await readSnapshot(connection);
  const full = `mkdir -p /run/barrelfish && mount -t tmpfs -o size=4k none /run/barrelfish &&
    head -c 4096 /dev/zero >/run/barrelfish/full && exec /bin/sh -c "$1" barrelfish-elevated`;
  const argv = ['unshare', '--mount', '/bin/sh', '-c', full, 'sh', script] as const;
  const { stdout } = await connection.run(argv, { stdin: planText(bind(free)) });
  const said = stdout.toString('utf8');
  assert.match(said, /^failed 2 \/run\/barrelfish\/\S+: No space left on device$/m);
  assert.match(said, /rolled-back\n$/);
  assert.deepEqual(
    diagnose(said, 'script').map(({ code }) => code),
    ['notes-full'],
  );
  assert.deepEqual(position(await readSnapshot(connection)), position(free));
});

test('the note of a device stays until the device is put back', async () => {
  const free = await readSnapshot(connection);
  const undone: PlannedStep = {
    do: { op: 'unbind', address: NIC, driver: 'e1000e' },
    undo: { op: 'probe', address: NIC, driver: 'nobody' },
  };
  const steps = bind(free).steps.filter(({ do: { op } }) => op === 'record');
  const said = await run({ steps: [...steps, undone, IMPOSSIBLE] });
  assert.ok(
    said.some((line) => line.startsWith('stuck 2')),
    said.join('\n'),
  );
  const left = await readSnapshot(connection);
  assert.equal(position(left).taken, 'interrupted');
  assert.equal((await run(release(left))).at(-1), 'done');
  assert.deepEqual(position(await readSnapshot(connection)), position(free));
});

/** In a mount namespace of its own, a write to `file` waits for ever, as one does for a driver that is in use. */
function stuckAt(file: string): string {
  return `fifo=$(mktemp -u) && mkfifo "$fifo" && mount --bind "$fifo" ${file} && exec /bin/sh -c "$1" barrelfish-elevated`;
}

test('a step from which the kernel does not come back ends the wait, and is put back later', async () => {
  const free = await readSnapshot(connection);
  const wait = stuckAt('/sys/bus/pci/drivers/e1000e/unbind');
  const argv = ['unshare', '--mount', '/bin/sh', '-c', wait, 'sh', script] as const;
  const { stdout, exitCode } = await connection.run(argv, { stdin: planText(bind(free)) });
  assert.equal(exitCode, 3);
  assert.match(stdout.toString('utf8'), /^hung 3 .*\/driver\/unbind: process \d+ waits in \w+$/m);
  const left = await readSnapshot(connection);
  assert.equal(position(left).taken, 'interrupted');
  assert.equal((await run(release(left))).at(-1), 'done');
  assert.deepEqual(position(await readSnapshot(connection)), position(free));
  await connection.run(['sh', '-c', 'for f in /tmp/tmp.*; do [ ! -p "$f" ] || { : <>"$f"; rm "$f"; }; done']);
});

test('a user gets nodes and memory limits for themselves only', async () => {
  const as = async (caller: number, step: PlannedStep): Promise<string | undefined> => {
    const argv = ['env', `SUDO_UID=${String(caller)}`, '/bin/sh', '-c', script, 'barrelfish-elevated'] as const;
    const { stdout } = await connection.run(argv, { stdin: planText({ steps: [step] }) });
    return stdout.toString('utf8').split('\n')[0];
  };
  assert.equal(
    await as(1000, { do: { op: 'grant', group: 17, uid: 1001 } }),
    'failed 1 user 1000 may not act for user 1001',
  );
  assert.match(
    (await as(1000, { do: { op: 'memlock', pid: 1, bytes: 4096, uid: 0 } })) ?? '',
    /^failed 1 user 1000 may/,
  );
  assert.match(
    (await as(1000, { do: { op: 'memlock', pid: 1, bytes: 4096, uid: 1000 } })) ?? '',
    /^failed 1 process 1 is not user 1000's$/,
  );
});

test('of two who take one device at once, one gets it and the other is told who has it', async (context) => {
  const { driver } = (await readSnapshot(connection)).functions.get(NIC) ?? {};
  const takeFrom = (from: string): Promise<string[]> => {
    const note = { op: 'record', address: NIC, from, ...(driver === undefined ? {} : { driver }) } as const;
    return run({ steps: [{ do: note }, { do: { op: 'mark', address: NIC, state: 'taken' } }] });
  };
  for (let round = 0; round < CONTENDERS; round += 1) {
    const outcomes = await Promise.all([takeFrom('left'), takeFrom('right')]);
    const winner = outcomes.findIndex((said) => said.at(-1) === 'done');
    const [loser] = outcomes.filter((said) => said.at(-1) !== 'done');
    assert.notEqual(winner, -1);
    assert.match(loser?.[0] ?? '', new RegExp(`^failed 1 taken: ${winner === 0 ? 'left' : 'right'} 0 root \\d+`));
    assert.equal((await run({ steps: [{ do: { op: 'forget', address: NIC } }] })).at(-1), 'done');
  }
  context.diagnostic(`${String(CONTENDERS)} rounds`);
});

test('a connection that is cut does not stop a plan half way', async () => {
  const free = await readSnapshot(connection);
  const own = new SshConnection('lab', lab.hosts.root, { configFile: lab.sshConfig });
  const aborted = new AbortController();
  const stdin = planText(bind(free));
  const cut = own.run(['/bin/sh', '-c', script, 'barrelfish-elevated'], { stdin, signal: aborted.signal });
  setTimeout(() => {
    aborted.abort();
  }, 300);
  await assert.rejects(cut, { code: 'cancelled' });
  await own[Symbol.asyncDispose]();
  let now = await readSnapshot(connection);
  while (position(now).taken === 'changing') now = await readSnapshot(connection);
  // It was cut before it was read to its end, or it has run to its end.
  assert.ok([undefined, 'taken'].includes(position(now).taken), position(now).taken);
  if (position(now).taken === 'taken') assert.equal((await run(release(now))).at(-1), 'done');
  assert.deepEqual(position(await readSnapshot(connection)), position(free));
});

test('of a hundred thousand made-up steps, none outside the grammar is accepted', () => {
  checkGrammar(file, { seed: 1000, rounds: 210 });
});
