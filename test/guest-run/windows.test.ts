// Windows come and go; guests, and what they say, stay.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Guest } from '../../src/guest/guest.ts';
import type { SerialPast } from '../../src/guest/serial.ts';
import { recordedPast, SerialRecord } from '../../src/guest/serial-record.ts';
import { listGuests } from '../../src/guest/session.ts';
import { TerminalFeed } from '../../src/guest/terminal-feed.ts';
import { Failure } from '../../src/host/failure.ts';
import { flood, floodEnd } from '../guest/flood.ts';
import { here, limit, start, state, textUntil } from './emulated.ts';

test('a guest that is let go of lives on, and is found again with all it has said', limit, async () => {
  const first = await start();
  const before = await textUntil(first, '\n> ');
  await first[Symbol.asyncDispose]();
  const [session] = await listGuests(here);
  assert.ok(session);
  const second = await Guest.attach(here, session);
  assert.equal(second.state.kind, 'running');
  await second.serial.write('echo again\r');
  const text = await textUntil(second, '\r\nagain\r\n');
  assert.ok(text.startsWith(before));
  assert.equal(text.split('help for help').length, 2);
  await second.stop();
});

test(
  'windows come and go while a guest talks without a pause, and none of its bytes is lost or doubled',
  limit,
  async () => {
    const records = path.join(state, 'records');
    const first = await start();
    await textUntil(first, '\n> ');
    const begun = first.serial.received;
    const { session } = first;
    const bytes = 1024 * 1024;
    await first.serial.write('flood 1\r');
    let window = first;
    let record = SerialRecord.start(records, session, first.serial, { kept: 9 });
    for (let reloads = 0; reloads < 20; reloads += 1) {
      await delay(50);
      await window[Symbol.asyncDispose]();
      await record.written.catch(() => undefined);
      let past: SerialPast | undefined;
      window = await Guest.attach(here, session, { past: async () => (past = await recordedPast(records, session)) });
      assert.equal(window.session.id, session.id);
      record = SerialRecord.start(records, session, window.serial, { kept: 9, past });
    }
    await textUntil(window, floodEnd(bytes));
    await window.stop();
    await record.written;
    const said = await readFile(record.file, 'latin1');
    assert.ok(said.slice(begun - 200).includes(`flood 1\r\n${flood(bytes)}`));
  },
);

test('a line that is lost is told, and what has piled up meanwhile is all there', limit, async () => {
  const records = path.join(state, 'records');
  const first = await start();
  await textUntil(first, '\n> ');
  const [follower] = execFileSync('pgrep', ['-f', `tail .*${first.session.id}`], { encoding: 'utf8' }).split('\n');
  process.kill(Number(follower));
  const end = await first.ended;
  assert.ok(end.kind === 'unreachable' && Failure.is(end.failure, 'guest-lost'), JSON.stringify(end));
  await first[Symbol.asyncDispose]();
  // Far more than is kept in memory.
  const out = path.join(first.session.directory, 'serial.out');
  const said = Buffer.concat([await readFile(out), Buffer.alloc(40 * 1024 * 1024, 'line\n')]);
  await writeFile(out, said);
  const second = await Guest.attach(here, first.session);
  const record = SerialRecord.start(records, second.session, second.serial, { kept: 9 });
  while (second.serial.received < said.length) await delay(50);
  await second.stop();
  await record.written;
  assert.ok((await readFile(record.file)).equals(said));
});

test('a second window is told that the guest is in use', limit, async () => {
  const guest = await start();
  await assert.rejects(Guest.attach(here, guest.session), (error) => Failure.is(error, 'guest-in-use'));
  assert.equal((await guest.qmp.execute('query-status')).running, true);
  await guest.stop();
});

test('output that nobody takes waits on the host, and none of it is lost', limit, async () => {
  const guest = await start();
  await textUntil(guest, '\n> ');
  const from = guest.serial.received;
  const lag = Promise.withResolvers<undefined>();
  const shown: string[] = [];
  using _feed = new TerminalFeed(guest.serial, async (text) => {
    await lag.promise;
    shown.push(text);
  });
  await guest.serial.write('flood 1500k\r');
  const bytes = 1500 * 1024;
  const log = path.join(guest.session.directory, 'serial.out');
  // The guest doesn't wait for us.
  while ((await stat(log)).size < from + bytes) await delay(100);
  assert.ok(guest.serial.received - from < bytes, `${(guest.serial.received - from).toString()} bytes were read`);
  lag.resolve(undefined);
  const all = `flood 1500k\r\n${flood(bytes)}`;
  while (shown.join('').length < all.length) await delay(100);
  assert.ok(shown.join('').startsWith(all));
  await guest.stop();
});
