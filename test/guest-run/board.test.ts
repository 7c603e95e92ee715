// Boards in a real QEMU on this machine.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { readBuildDirectory, type BuildDirectory } from '../../src/barrelfish/build-directory.ts';
import { readMakeTargets } from '../../src/barrelfish/make-targets.ts';
import { boardTarget } from '../../src/guest/boards.ts';
import { planBoard } from '../../src/guest/board-plan.ts';
import { deliverFiles } from '../../src/guest/boot-plan.ts';
import { Findings } from '../../src/guest/findings.ts';
import { Guest } from '../../src/guest/guest.ts';
import { endGuest, listGuests } from '../../src/guest/session.ts';
import { readFacts } from '../../src/host/facts.ts';
import { LocalConnection } from '../../src/host/local-connection.ts';
import { makeBoards } from '../guest/board.ts';

const here = new LocalConnection('here');
let root: string;
let build: BuildDirectory;

before(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'boards-'));
  process.env['XDG_STATE_HOME'] = path.join(root, 'state');
  const { buildDirectory } = await makeBoards(root);
  const found = await readBuildDirectory(buildDirectory);
  assert.ok(found);
  build = found;
});

after(async () => {
  for (const session of await listGuests(here)) await endGuest(here, session.directory);
  await rm(root, { recursive: true, force: true });
});

async function start(name: string): Promise<Guest> {
  const target = boardTarget(name);
  assert.ok(target);
  const plan = await planBoard({ build, target, devices: [], options: { memoryMiB: 256 } });
  const spec = await deliverFiles(here, plan);
  return Guest.start(here, await readFacts(here), spec, { signal: AbortSignal.timeout(30_000) });
}

async function textUntil(guest: Guest, wanted: string): Promise<string> {
  const found = Promise.withResolvers<string>();
  let text = '';
  using _listening = guest.serial.listen(
    (chunk) => {
      text += chunk.toString('latin1');
      if (text.includes(wanted)) found.resolve(text);
    },
    { replay: true },
  );
  const ended = guest.ended.then((end) => {
    throw new Error(`${JSON.stringify(end)}\n${text}`);
  });
  return await Promise.race([found.promise, ended]);
}

test('a board boots its image, and its serial line is read like any other', { timeout: 60_000 }, async () => {
  await using guest = await start('qemu_a15ve_1');
  await using findings = new Findings(guest, () => undefined);
  await textUntil(guest, 'on vexpress-a15\r\n');
  assert.deepEqual(findings.progress.cores, [{ apicId: 0 }]);
  assert.equal(findings.progress.stage, 'init');
  // It is known again in another window as what it is.
  const [session] = await listGuests(here);
  assert.deepEqual(session?.spec, guest.spec);
  await guest.pause();
  assert.deepEqual(guest.state, { kind: 'paused', why: 'paused' });
  await guest.stop();
});

test('firmware starts from its own file, and the kernel says where it is', { timeout: 60_000 }, async () => {
  await using guest = await start('qemu_a57');
  await using findings = new Findings(guest, () => undefined);
  await textUntil(guest, 'on virt\r\n');
  assert.deepEqual(findings.progress.cores, [{ apicId: 0, base: '0xffff000080000000' }]);
  await guest.stop();
});

test('the Makefile offers them', async () => {
  const { bootTargets } = await readMakeTargets(path.join(build.path, 'Makefile'));
  const boards = bootTargets.filter(({ target }) => boardTarget(target));
  assert.deepEqual(
    boards.map(({ target }) => target),
    ['qemu_a15ve_1', 'qemu_a57'],
  );
});
