import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { SerialLine, type SerialOptions } from '../../../src/guest/serial.ts';
import { TerminalFeed } from '../../../src/guest/terminal-feed.ts';
import { Failure } from '../../../src/host/failure.ts';

let directory: string;
let server: Server;
let guest: Socket;
let line: SerialLine;

async function connect(options: SerialOptions = {}): Promise<void> {
  const connected = once(server, 'connection') as Promise<[Socket]>;
  line = await SerialLine.connect(path.join(directory, 's'), { guest: 'g', ...options });
  [guest] = await connected;
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(2);
}

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'serial-'));
  server = createServer().listen(path.join(directory, 's'));
  await once(server, 'listening');
});
afterEach(async () => {
  line[Symbol.dispose]();
  server.close();
  await rm(directory, { recursive: true });
});

test('bytes are handed to all listeners as they are, and again to late ones', async () => {
  await connect({ past: { tail: Buffer.from('past'), bytes: 100 } });
  const [early, late]: [Buffer[], Buffer[]] = [[], []];
  using _early = line.listen((chunk) => early.push(chunk));
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  guest.write(bytes);
  await until(() => line.received === 356);
  using _late = line.listen((chunk) => late.push(chunk), { replay: true });
  assert.deepEqual(Buffer.concat(early), bytes);
  assert.deepEqual(Buffer.concat(late), Buffer.concat([Buffer.from('past'), bytes]));
  assert.equal(line.keptFrom, 96);
  guest.destroy();
  await line.ended;
  await assert.rejects(line.write('x'), (error) => Failure.is(error, 'guest-gone'));
});

test('only the last bytes are kept', async () => {
  await connect({ keptBytes: 100 });
  for (let count = 1; count <= 40; count += 1) {
    guest.write('0123456789');
    await until(() => line.received === count * 10);
  }
  let kept = '';
  line.listen((chunk) => (kept += chunk.toString()), { replay: true })[Symbol.dispose]();
  assert.equal(kept, '0123456789'.repeat(10));
});

test('what is written arrives in order', async () => {
  await connect();
  let text = '';
  guest.on('data', (data: Buffer) => (text += data.toString()));
  const words = Array.from({ length: 500 }, (_, number) => `${number.toString()} ä `);
  await Promise.all(words.map((word) => line.write(word)));
  await until(() => text.length >= words.join('').length);
  assert.equal(text, words.join(''));
});

test('a terminal gets text in frames, with characters whole and strange bytes marked', async () => {
  await connect();
  const texts: string[] = [];
  using _feed = new TerminalFeed(line, (text) => void texts.push(text));
  guest.write(Buffer.from([0x61, 0xc3]));
  await until(() => texts.length === 1);
  guest.write(Buffer.from([0xa4, 0xff, 0x62]));
  guest.write('c');
  await until(() => texts.join('').endsWith('c'));
  assert.equal(texts.join(''), 'aä\ufffdbc');
  guest.end(Buffer.from([0xe2, 0x82]));
  await until(() => texts.join('').endsWith('c\ufffd'));
});

test('a terminal that lags makes the guest wait, and gets everything in the end', async () => {
  await connect();
  const lag = Promise.withResolvers<undefined>();
  const texts: string[] = [];
  using _feed = new TerminalFeed(line, async (text) => {
    await lag.promise;
    texts.push(text);
  });
  const block = 'x'.repeat(1024 * 1024);
  for (let count = 0; count < 8; count += 1) guest.write(block);
  await until(() => line.received >= 1024 * 1024);
  // What was on its way arrives; then nothing more comes, although the guest has more to say.
  let held = 0;
  await until(async () => {
    held = line.received;
    await delay(60);
    return line.received === held;
  });
  assert.ok(held < 3 * 1024 * 1024, String(held));
  assert.ok(guest.writableLength > 0);
  lag.resolve(undefined);
  const length = (): number => texts.reduce((sum, text) => sum + text.length, 0);
  await until(() => length() === 8 * block.length);
});

test('a terminal that is gone holds nothing up', async () => {
  await connect();
  using _feed = new TerminalFeed(line, () => Promise.reject(new Error('closed')));
  guest.write('x'.repeat(4 * 1024 * 1024));
  await until(() => line.received === 4 * 1024 * 1024);
});
