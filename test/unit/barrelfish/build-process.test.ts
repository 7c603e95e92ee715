import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { startBuild } from '../../../src/barrelfish/build-process.ts';
import { PathMap } from '../../../src/barrelfish/path-map.ts';
import type { Argv } from '../../../src/host/connection.ts';

const paths = new PathMap([{ there: '/source', here: '/home/me/bf' }], '/home/me/build');

async function run(argv: Argv, directory = tmpdir()): Promise<{ code: number; text: string }> {
  let text = '';
  const code = await startBuild({ argv, directory, paths }, (more) => (text += more)).ended;
  return { code, text };
}

test('both outputs come in their order, with paths of here', async () => {
  const script = 'echo one; echo /source/x.c:1:2: error >&2; echo Grüße; printf end; exit 3';
  assert.deepEqual(await run(['sh', '-c', script]), {
    code: 3,
    text: 'one\n/home/me/bf/x.c:1:2: error\nGrüße\nend',
  });
});

test('words reach the program as they are', async () => {
  const words = ['$HOME', '`id`', "'", '"', ';', '*', 'ä b'];
  assert.deepEqual(await run(['printf', '%s\\n', ...words]), { code: 0, text: `${words.join('\n')}\n` });
});

test('a program or directory that is not there is an end like any other', async () => {
  const { code, text } = await run(['no-such-program']);
  assert.equal(code, 127);
  assert.match(text, /no-such-program.*not found/);
  assert.equal((await run(['true'], '/no/such/directory')).code, 127);
});

test('messages are in English whatever the language of the machine', async () => {
  const { text } = await run(['sh', '-c', 'echo "$LC_MESSAGES/$LC_ALL/$MAKEFLAGS"']);
  assert.equal(text, 'C//\n');
});

test('stopping ends all that was started', async () => {
  const pids: number[] = [];
  const started = Promise.withResolvers<undefined>();
  const script = 'sleep 1000 & echo $! $$; wait';
  const build = startBuild({ argv: ['sh', '-c', script], directory: tmpdir(), paths }, (text) => {
    pids.push(...text.trim().split(' ').map(Number));
    started.resolve(undefined);
  });
  await started.promise;
  build.stop();
  assert.equal(await build.ended, 128 + 15);
  assert.equal(pids.length, 2);
  for (const pid of pids) {
    for (let tries = 0; tries < 200 && lives(pid); tries += 1) await setTimeout(10);
    assert.ok(!lives(pid));
  }
});

/** Whether there is such a process, other than as an exit code that nobody has asked for yet. */
function lives(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${String(pid)}/stat`, 'latin1').includes(') Z');
  } catch {
    return false;
  }
}
