// The ways to root, through the lab's own sudo and pkexec, and the helper that spares the password.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, afterEach, before, describe, test } from 'node:test';
import { HELPER } from '../../src/host/elevated-script.ts';
import { runPlan, type ElevationOptions } from '../../src/host/elevation.ts';
import { readFacts, type HostFacts } from '../../src/host/facts.ts';
import { helperFiles, installHelper, removeHelper } from '../../src/host/helper.ts';
import { type Plan } from '../../src/host/plan.ts';
import { SshConnection } from '../../src/host/ssh-connection.ts';
import { startLab, type Lab } from './lab.ts';

const script = readFileSync(new URL('../../src/host/helper.sh', import.meta.url), 'utf8');
const PLAN: Plan = { steps: [{ do: { op: 'module', module: 'vfio-pci' } }] };
/** Not the usual one, which is a word of the script. */
const password = 'dev-s3cret';
let lab: Lab;
let dev: SshConnection;
let visitor: SshConnection;
let facts: HostFacts;

before(async () => {
  lab = await startLab({ name: `elevation-${String(process.pid)}`, onProgress: console.log });
  dev = new SshConnection('lab', lab.hosts.user, { configFile: lab.sshConfig });
  visitor = new SshConnection('lab', lab.hosts.visitor, { configFile: lab.sshConfig });
  facts = await readFacts(dev);
  await asRoot('printf "visitor:guest\\ndev:%s\\n" "$1" | chpasswd; cp /etc/pam.d/sudo /root/pam', password);
});

after(async () => {
  await dev[Symbol.asyncDispose]();
  await visitor[Symbol.asyncDispose]();
  await lab.stop();
});

afterEach(async () => {
  await asRoot('rm -f /etc/sudoers.d/test; cp /root/pam /etc/pam.d/sudo');
});

async function asRoot(line: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await lab.run('root', ['/bin/sh', '-c', line, 'sh', ...args]);
  assert.equal(code, 0, stderr);
  return stdout;
}

const sudoers = (line: string): Promise<string> => asRoot('printf "%s\\n" "$1" >/etc/sudoers.d/test', line);

/** Runs a plan, and returns whom the user was asked for a password of. */
async function asked(
  answers: readonly string[],
  options: ElevationOptions = {},
  on: { connection: SshConnection; facts: HostFacts } = { connection: dev, facts },
): Promise<string[]> {
  const questions: string[] = [];
  await runPlan(on.connection, on.facts, PLAN, {
    askPassword: ({ user, again }) => {
      questions.push(again ? `${user} again` : user);
      return Promise.resolve(answers[questions.length - 1]);
    },
    ...options,
  });
  return questions;
}

/** All that the helper could change. */
const listing = (): Promise<string> =>
  asRoot(`find /etc/sudoers /etc/sudoers.d /usr/local /usr/share/polkit-1 -printf '%M %u %g %s %p\\n' | sort -k 5`);

describe('sudo with a password', () => {
  test('asks again until it is right, and keeps it nowhere', async () => {
    await sudoers(
      'Defaults logfile=/var/log/sudo.log, log_input, log_output, !compress_io, iolog_dir=/var/log/sudo-io',
    );
    assert.deepEqual(await asked(['wr0ng', password]), ['dev', 'dev again']);
    const logs = await asRoot('cat /var/log/sudo.log; find /var/log/sudo-io -type f -exec cat {} +');
    assert.match(logs, /1 incorrect password attempt/);
    assert.match(logs, /module vfio-pci/); // the plan is there, for whoever wants to know what was done
    assert.ok(!logs.includes('wr0ng') && !logs.includes(password));
  });

  for (const line of [
    'Defaults lecture=always, badpass_message="Nochmal!", authfail_message="%d Mal falsch", use_pty',
    'Defaults !passprompt_override, insults, pwfeedback, timestamp_timeout=0',
    'Defaults passwd_tries=1',
  ]) {
    test(`is understood with ${line}`, async () => {
      await sudoers(line);
      assert.deepEqual(await asked(['wr0ng', password], { way: 'sudo' }), ['dev', 'dev again']);
    });
  }

  test('tells whose password it is', async () => {
    await sudoers('Defaults targetpw');
    await asRoot('echo root:r00t | chpasswd');
    assert.deepEqual(await asked([password, 'r00t']), ['dev', 'root again']);
    await asRoot(`usermod --password '*' root`);
  });

  test('is not waited for when it asks for something besides', async () => {
    await asRoot('echo "auth optional pam_ftp.so" >>/etc/pam.d/sudo');
    await assert.rejects(asked([password], { way: 'sudo' }), { message: /^elevation-failed .*asks-more/ });
    await sudoers('Defaults !passprompt_override'); // then the second question is in PAM's words
    await assert.rejects(asked([password], { way: 'sudo' }), { message: /^elevation-failed .*asks-more/ });
  });

  test('is not asked for where it would not help', async () => {
    await sudoers('Defaults requiretty');
    await assert.rejects(asked([password]), { code: 'elevation-failed' });
  });

  test('says who may not', async () => {
    const on = { connection: visitor, facts: await readFacts(visitor) };
    const refusal = (): Promise<unknown> => asked(['guest'], { way: 'sudo' }, on);
    await assert.rejects(refusal(), { message: /not-allowed.*not in the sudoers/ });
    await sudoers('visitor ALL=(root) NOPASSWD: /bin/true');
    await assert.rejects(refusal(), { message: /not-allowed.*not allowed to execute '\/bin\/sh' as root/ });
  });
});

describe('the helper', () => {
  let clean: string;

  before(async () => {
    clean = await listing();
  });

  const options: ElevationOptions = { askPassword: () => Promise.resolve(password), way: 'sudo' };
  const install = (): Promise<void> => installHelper(dev, facts, 'dev', options);
  const remove = (): Promise<void> => removeHelper(dev, facts, options);
  const run = async (...args: string[]): Promise<string> =>
    (await lab.run('root', ['/bin/sh', '-c', script, 'sh', ...args])).stdout;

  test('spares the members of a group the password, and nobody else', async () => {
    assert.equal(facts.helper, 'none');
    assert.ok(facts.groups.includes('dev') && facts.groups.includes('sudo'));
    await install();
    for (const { path, mode, text } of helperFiles('dev')) {
      const made = path.includes('sudoers') ? '# /usr/local/libexec was made for it.\n' : '';
      assert.equal(await asRoot('stat -c "0%a %U:%G" "$1" && cat "$1"', path), `${mode} root:root\n${text}${made}`);
    }
    const on = { connection: dev, facts: await readFacts(dev) };
    assert.equal(on.facts.helper, 'current');
    assert.deepEqual(await asked([], {}, on), []);
    const guest = { connection: visitor, facts: await readFacts(visitor) };
    assert.equal(guest.facts.helper, 'current');
    await assert.rejects(asked(['guest'], { way: 'sudo' }, guest), { message: /not-allowed/ });
  });

  test('takes no arguments', async () => {
    assert.equal((await dev.run(['sudo', '-n', HELPER], { stdin: 'barrelfish-plan 2\nend\n' })).exitCode, 0);
    for (const argument of ['x', '', '-c']) {
      const { exitCode, stderr } = await dev.run(['sudo', '-n', HELPER, argument]);
      assert.equal(exitCode, 1);
      assert.match(stderr, /a password is required/);
    }
  });

  test('is not used when it is of another version, or others can write to it', async () => {
    for (const [change, undo] of [
      [`cp -p ${HELPER} /root/helper; echo >>${HELPER}`, `mv /root/helper ${HELPER}`],
      [`chmod g+w ${HELPER}`, `chmod g-w ${HELPER}`],
      [`chown dev ${HELPER}`, `chown root ${HELPER}`],
      ['chmod o+w /usr/local/libexec', 'chmod o-w /usr/local/libexec'],
      [`mv ${HELPER} /root/helper; ln -s /root/helper ${HELPER}`, `mv /root/helper ${HELPER}`],
    ] as const) {
      await asRoot(change);
      const changed = await readFacts(dev);
      assert.notEqual(changed.helper, 'current', change);
      await asRoot(undo);
    }
    const on = { connection: dev, facts: await readFacts(dev) };
    assert.equal(on.facts.helper, 'current');
    const other = { ...on, facts: { ...on.facts, helper: 'other' as const } };
    assert.deepEqual(await asked([password], { way: 'sudo' }, other), ['dev']);
  });

  test('stays as it was when a step fails, of another version and of its removal', async () => {
    const installed = await listing();
    const files = helperFiles('dev').map(({ text }) => `${text}\n# another version\n`);
    for (const [file, args] of [
      ['/etc/sudoers.d/barrelfish', ['install', 'dev', ...files]],
      [HELPER, ['remove']],
    ] as const) {
      await asRoot('chattr +i "$1"', file);
      assert.match(await run(...args), /^failed .*Operation not permitted/);
      await asRoot('chattr -i "$1"', file);
      assert.equal(await listing(), installed);
    }
    const [helper = '', , policy = ''] = files;
    assert.match(
      await run('install', 'dev', helper, '%dev ALL=(root NOPASSWD: ALL\n', policy),
      /^failed .*syntax error/,
    );
    assert.match(await run('install', 'nobody-there', ...files), /^refused there is no group nobody-there/);
    assert.equal(await listing(), installed);
  });

  test('leaves nothing when it goes', async () => {
    await remove();
    assert.equal(await listing(), clean);
    assert.equal(await run('remove'), 'done\n');
    assert.equal(await listing(), clean);
  });

  test('leaves alone what is not its own', async () => {
    const files = helperFiles('dev');
    await asRoot('mkdir /usr/local/libexec');
    for (const { path } of files) {
      await asRoot('echo "# mine" >"$1"', path);
      const answer = `refused ${path} is not ours\n`;
      assert.equal(await run('install', 'dev', ...files.map(({ text }) => text)), answer);
      assert.equal(await run('remove'), answer);
      assert.equal(await asRoot('cat "$1" && rm "$1"', path), '# mine\n');
    }
    await asRoot('ln -s /root/helper "$1"', HELPER);
    await assert.rejects(install(), { code: 'command-failed', message: /is not ours/ });
    await asRoot('rm "$1"', HELPER);
    await install();
    await remove();
    assert.equal(await asRoot('rmdir /usr/local/libexec && echo was there'), 'was there\n');
    assert.equal(await listing(), clean);
  });

  test('is not put where others could replace it', async () => {
    await asRoot('chmod g+w /usr/local');
    await assert.rejects(install(), { message: /others than root can write to \/usr\/local/ });
    await asRoot('chmod g-w /usr/local');
    assert.equal(await listing(), clean);
  });
});

describe('pkexec', () => {
  before(async () => {
    await asRoot('mkdir -p /run/dbus; dbus-daemon --system --fork; setsid /usr/lib/polkit-1/polkitd >/dev/null 2>&1 &');
  });

  /** polkitd sees a new rule when the kernel has told it. */
  const rule = (text: string): Promise<string> =>
    asRoot(
      'printf "%s" "$1" >/etc/polkit-1/rules.d/50-test.rules; sleep 1',
      `polkit.addRule(function(action, subject) { ${text} });`,
    );
  const allow = (action: string): Promise<string> => rule(`if (action.id == "${action}") return polkit.Result.YES;`);

  test('without an agent is passed over, or says so', async () => {
    assert.deepEqual(await asked([password]), ['dev']);
    await assert.rejects(asked([password], { way: 'pkexec' }), { message: /No authentication agent found/ });
  });

  test('runs a plan for the user who asked', async () => {
    await allow('org.freedesktop.policykit.exec');
    assert.deepEqual(await asked([], { way: 'pkexec' }), []);
    assert.deepEqual(await asked([]), []);
    assert.deepEqual(await asked([password], { way: 'sudo' }), ['dev']);
    const foreign: Plan = { steps: [{ do: { op: 'memlock', pid: 1, bytes: 4096, uid: 0 } }] };
    await assert.rejects(runPlan(dev, facts, foreign, { way: 'pkexec' }), {
      message: /user 1000 may not act for user 0/,
    });
    await rule('return polkit.Result.NO;');
    await assert.rejects(asked([password], { way: 'pkexec' }), { message: /Not authorized"/ });
  });

  test('asks in its dialog, and runs the helper by its own name', async () => {
    await rule('');
    const { stdout } = await dev.run(['/bin/sh', '-c', 'echo $PPID']); // what will start pkexec
    const type = `until grep -q Password: "$0"; do sleep 0.1; done; sleep 2; echo ${password}; sleep 1`;
    const agent = `sh -c '${type}' "$0" | script -qfec "pkttyagent --process $1" "$0"`;
    const options: ElevationOptions = { askPassword: () => Promise.resolve(password), way: 'sudo' };
    await installHelper(dev, facts, 'visitor', options);
    const on = { connection: dev, facts: await readFacts(dev) };
    const start = `: >"$0"; (${agent}) </dev/null >/dev/null 2>&1 & until pgrep pkttyagent; do sleep 0.1; done; sleep 1`;
    await dev.run(['/bin/sh', '-c', start, '/tmp/dialog', stdout.toString('utf8').trim()]);
    assert.deepEqual(await asked([], { way: 'pkexec' }, on), []);
    assert.match(await asRoot('cat /tmp/dialog'), /AUTHENTICATING FOR org.barrelfish.vscode.change-devices/);
    assert.match(await asRoot('cat /tmp/dialog'), /required to change the drivers of PCI devices/);
    await asRoot('pkill pkttyagent');
    await removeHelper(dev, facts, options);
  });
});
