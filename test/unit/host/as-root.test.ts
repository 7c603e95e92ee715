import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { runAsRoot, type RootJob, type RootOptions } from '../../../src/host/as-root.ts';
import type { HostFacts } from '../../../src/host/facts.ts';
import { Failure } from '../../../src/host/failure.ts';
import { LocalConnection } from '../../../src/host/local-connection.ts';

/** What matters of sudo: what it says, in which order, and what it reads. */
const SUDO = `#!/bin/sh
echo "sudo $1" >>"$LOG"
echo "sudo $* $(/usr/bin/env)" >>"$LOG.all"
ask() {
  printf 'barrelfish-asks %s: ' "\${WHOSE-dev}" >&2
  IFS= read -r said || { echo >&2; echo 'sudo: no password was provided' >&2; exit 1; }
}
case $1:$SUDO in
  -n:free) shift 2 ;;
  -n:helper) [ "$3" = /bin/echo ] && shift 2 || { echo 'sudo: a password is required' >&2; exit 1; } ;;
  -n:denied) echo "Sorry, user dev is not allowed to execute '$3 $4 $5' as root on lab." >&2; exit 1 ;;
  -n:*) echo 'sudo: a password is required' >&2; exit 1 ;;
  *:quiet) shift 5 ;;
  *:second) ask; ask ;;
  *:code) ask; printf 'Code: ' >&2; read -r said || { echo >&2; echo 'sudo: no password was provided' >&2; exit 1; } ;;
  *:impatient) ask; [ "$said" = s3cret ] || { echo "sudo: $WORDS" >&2; exit 1; }; shift 5 ;;
  *) ask; until [ "$said" = s3cret ]; do echo "$WORDS" >&2; ask; done; shift 5 ;;
esac
exec "$@"
`;

const PKEXEC = `#!/bin/sh
echo pkexec >>"$LOG"
[ "$1" = --disable-internal-agent ] || exit 9
shift
case $PKEXEC in
  yes) exec "$@" ;;
  dismissed) echo 'Error executing command as another user: Request dismissed' >&2; exit 126 ;;
  stands) echo $$ >"$LOG.pid"; exec /bin/sleep 60 ;;
esac
echo 'Error executing command as another user: No authentication agent found.' >&2
exit 127
`;

const JOB: RootJob = {
  argv: ['/bin/sh', '-c', 'echo "answer $1 $(/bin/cat)"', 'job', 'script'],
  isAnswer: (output) => output.startsWith('answer '),
};
const WITH_HELPER: RootJob = { ...JOB, installed: { argv: ['/bin/echo', 'answer helper'], stdin: 'plan' } };
const facts: HostFacts = {
  ...{ kernel: '', uid: 1000, user: 'dev', memlock: 0, cpu: 'intel', commandLine: '', vfio: 'loaded' },
  ...{ groups: [], helper: 'none' },
};
const environment = { ...process.env };
const connection = new LocalConnection('here');
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'bf-root-'));
  install('sudo', SUDO);
  install('pkexec', PKEXEC);
  symlinkSync('/usr/bin/env', path.join(directory, 'env'));
  process.env = { PATH: directory, LOG: path.join(directory, 'log'), SUDO: '', PKEXEC: '', WORDS: 'Nochmal!' };
});

afterEach(() => {
  process.env = { ...environment };
  rmSync(directory, { recursive: true });
});

function install(name: string, text: string): void {
  writeFileSync(path.join(directory, name), text);
  chmodSync(path.join(directory, name), 0o755);
}

const log = (suffix = ''): string => readFileSync(path.join(directory, `log${suffix}`), 'utf8');
const calls = (): string[] => log().trim().split('\n');

/** What the job said, and the questions that the user was asked. */
async function run(
  answers: (string | undefined)[] = [],
  options: RootOptions = {},
  job = JOB,
): Promise<{ said: string; asked: string[] }> {
  const asked: string[] = [];
  const result = await runAsRoot(connection, facts, job, {
    askPassword: ({ user, again }) => {
      asked.push(again ? `${user} again` : user);
      return Promise.resolve(answers[asked.length - 1]);
    },
    ...options,
  });
  return { said: result.stdout.toString('utf8').trim(), asked };
}

async function failureOf(running: Promise<unknown>): Promise<unknown> {
  const error = await running.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof Failure, String(error));
  return error.facts ?? error.code;
}

test('root needs no way up', async () => {
  const { stdout } = await runAsRoot(connection, { ...facts, uid: 0 }, WITH_HELPER);
  assert.equal(stdout.toString('utf8'), 'answer script \n');
  assert.throws(calls);
});

test('the helper comes first, and then sudo without a password', async () => {
  process.env['SUDO'] = 'helper';
  assert.deepEqual(await run([], {}, WITH_HELPER), { said: 'answer helper', asked: [] });
  process.env['SUDO'] = 'free';
  assert.deepEqual(await run(), { said: 'answer script', asked: [] });
  assert.deepEqual(calls(), ['sudo -n', 'sudo -n']);
});

test('who is not allowed the helper goes on with the script', async () => {
  assert.deepEqual(await run(['s3cret'], { way: 'sudo' }, WITH_HELPER), { said: 'answer script', asked: ['dev'] });
  assert.deepEqual(calls(), ['sudo -n', 'sudo -n', 'sudo -k']);
});

test('the desktop is asked before the password is', async () => {
  process.env['PKEXEC'] = 'yes';
  assert.deepEqual(await run(), { said: 'answer script', asked: [] });
  assert.deepEqual(calls(), ['sudo -n', 'pkexec']);
});

test('a desktop that is not there is passed over', async () => {
  assert.deepEqual(await run(['s3cret']), { said: 'answer script', asked: ['dev'] });
  assert.deepEqual(calls(), ['sudo -n', 'pkexec', 'sudo -k']);
  rmSync(path.join(directory, 'pkexec'));
  assert.deepEqual(await run(['s3cret']), { said: 'answer script', asked: ['dev'] });
});

test('a dialog that is dismissed is the end of it', async () => {
  process.env['PKEXEC'] = 'dismissed';
  for (const way of ['auto', 'pkexec'] as const) assert.equal(await failureOf(run(['s3cret'], { way })), 'cancelled');
  assert.deepEqual(calls(), ['sudo -n', 'pkexec', 'pkexec']);
});

test('a dialog that stands goes with the request', async () => {
  process.env['PKEXEC'] = 'stands';
  const controller = new AbortController();
  const running = failureOf(run([], { way: 'pkexec', signal: controller.signal }));
  while (!calledOff()) await new Promise((resolve) => setTimeout(resolve, 20));
  controller.abort();
  assert.equal(await running, 'cancelled');
  const pid = Number(log('.pid'));
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 20));
});

function calledOff(): boolean {
  try {
    return log('.pid') !== '';
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('a dialog may stand for minutes', async () => {
  const limits: (number | undefined)[] = [];
  const slow = Object.assign(Object.create(connection) as LocalConnection, {
    run: (_argv: unknown, options: { timeoutMs?: number }) => {
      limits.push(options.timeoutMs);
      return Promise.resolve({ exitCode: 0, stdout: Buffer.from('answer\x20'), stderr: '' });
    },
  });
  await runAsRoot(slow, facts, JOB, { way: 'pkexec' });
  assert.ok((limits[0] ?? 0) >= 10 * 60_000);
});

test('each way keeps to itself', async () => {
  process.env['SUDO'] = 'free';
  const detail = 'Error executing command as another user: No authentication agent found.';
  assert.deepEqual(await failureOf(run([], { way: 'pkexec' })), { host: 'here', cause: 'no-way', detail });
  assert.deepEqual(calls(), ['pkexec']);
  rmSync(path.join(directory, 'pkexec'));
  const missing = { host: 'here', cause: 'no-way', detail: 'pkexec is not installed' };
  assert.deepEqual(await failureOf(run([], { way: 'pkexec' })), missing);
});

test('a wrong password is asked for again, whatever sudo calls it and whosever it is', async () => {
  process.env['WHOSE'] = 'root';
  const asked = ['dev', 'root again', 'root again'];
  assert.deepEqual(await run(['', 'wrong', 's3cret']), { said: 'answer script', asked });
});

test('a sudo that asks once is asked again', async () => {
  Object.assign(process.env, { SUDO: 'impatient', WORDS: '1 incorrect password attempt' });
  assert.deepEqual(await run(['wrong', 's3cret']), { said: 'answer script', asked: ['dev', 'dev again'] });
  process.env['WORDS'] = 'Falsch';
  const facts = { host: 'here', cause: 'no-way', detail: 'sudo: Falsch' };
  assert.deepEqual(await failureOf(run(['wrong'])), facts);
});

test('a second question is answered with nothing, and said to be one', async () => {
  process.env['SUDO'] = 'second';
  const facts = { host: 'here', cause: 'asks-more', detail: 'sudo: no password was provided' };
  assert.deepEqual(await failureOf(run(['s3cret'])), facts);
  process.env['SUDO'] = 'code'; // in PAM's own words: !passprompt_override
  const detail = 'Code:\nsudo: no password was provided';
  assert.deepEqual(await failureOf(run(['s3cret'])), { ...facts, detail });
});

test('a sudo that asks nothing runs the job, which reads nothing but what is its own', async () => {
  process.env['SUDO'] = 'quiet';
  const job: RootJob = { ...JOB, argv: ['/bin/sh', '-c', 'echo "answer $1"', 'job', 'script'] };
  assert.deepEqual(await run(['s3cret'], {}, job), { said: 'answer script', asked: ['dev'] });
});

test('who may not become root is not asked for a password', async () => {
  process.env['SUDO'] = 'denied';
  const detail = "Sorry, user dev is not allowed to execute '/bin/sh' as root on lab.";
  assert.deepEqual(await failureOf(run(['s3cret'])), { host: 'here', cause: 'not-allowed', detail });
  rmSync(path.join(directory, 'sudo'));
  const missing = { host: 'here', cause: 'no-way', detail: 'sudo is not installed' };
  assert.deepEqual(await failureOf(run(['s3cret'])), missing);
});

test('the user may say nothing', async () => {
  assert.equal(await failureOf(run([undefined])), 'cancelled');
});

test('a password is in no argument and in no environment', async () => {
  await run(['s3cret']);
  assert.match(log('.all'), /sudo -k -S/);
  assert.doesNotMatch(log('.all'), /s3cret/);
});
