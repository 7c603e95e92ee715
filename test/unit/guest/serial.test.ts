import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { appendFile, mkdir, mkdtemp, open, readFile, rm, writeFile, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { recordedPast, SerialRecord, timesOf } from '../../../src/guest/serial-record.ts';
import { countLines, SerialLine, type SerialOptions } from '../../../src/guest/serial.ts';
import { TerminalFeed } from '../../../src/guest/terminal-feed.ts';
import { Failure } from '../../../src/host/failure.ts';
import { LocalConnection } from '../../../src/host/local-connection.ts';
import { machineSpec } from './machine-spec.ts';

const here = new LocalConnection('here');
const execFileAsync = promisify(execFile);
const MIB = 1024 * 1024;
let directory: string;
/** Stands for QEMU: the line lives as long as this process. */
let qemu: ChildProcess;
let typed: FileHandle;
let line: SerialLine;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'serial-'));
  execFileSync('mkfifo', [path.join(directory, 'serial.in')]);
  await writeFile(path.join(directory, 'serial.out'), '');
  qemu = spawn('sleep', ['60']);
  await writeFile(path.join(directory, 'pid'), `${String(qemu.pid)}\n`);
  typed = await open(path.join(directory, 'serial.in'), constants.O_RDWR | constants.O_NONBLOCK);
});
afterEach(async () => {
  line[Symbol.dispose]();
  qemu.kill();
  await typed.close();
  await rm(directory, { recursive: true });
});

function follow(options: SerialOptions = {}): void {
  line = SerialLine.follow(here, directory, options);
}

/** The guest sends something. */
async function say(bytes: Uint8Array | string): Promise<void> {
  await appendFile(path.join(directory, 'serial.out'), bytes);
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(2);
}

function session(): Parameters<typeof recordedPast>[1] {
  return { id: '20261122-101500-abcd', directory, pid: 0, startedAt: new Date(), spec: machineSpec({ name: 'a /b' }) };
}

test('bytes are handed to all listeners as they are, and again to late ones', async () => {
  await say('0123456789');
  follow({ past: { tail: Buffer.from('6\n7'), bytes: 8, linesBefore: 2, cut: false, head: Buffer.alloc(0) } });
  const [early, late, later]: [Buffer[], Buffer[], Buffer[]] = [[], [], []];
  using _early = line.listen((chunk) => early.push(chunk));
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  await say(bytes);
  await until(() => line.received === 266);
  using _late = line.listen((chunk) => late.push(chunk), { replay: true });
  using _later = line.listen((chunk) => later.push(chunk), { from: 7 });
  assert.deepEqual(Buffer.concat(early), Buffer.concat([Buffer.from('89'), bytes]));
  assert.deepEqual(Buffer.concat(late), Buffer.concat([Buffer.from('6\n789'), bytes]));
  assert.deepEqual(Buffer.concat(later), Buffer.concat([Buffer.from('789'), bytes]));
  assert.equal(line.keptFrom, 5);
  assert.equal(line.linesBefore, 2);
});

test('a line ends with QEMU, after its last byte', async () => {
  follow();
  await say('last');
  qemu.kill();
  await line.ended;
  assert.equal(line.received, 4);
  await assert.rejects(line.write('x'), (error) => Failure.is(error, 'guest-gone'));
});

test('only the last bytes are kept, and the lines before them are counted', async () => {
  follow({ keptBytes: 100 });
  for (let count = 1; count <= 40; count += 1) {
    await say('012345678\n');
    await until(() => line.received === count * 10);
  }
  let kept = '';
  line.listen((chunk) => (kept += chunk.toString()), { replay: true })[Symbol.dispose]();
  assert.equal(kept, '012345678\n'.repeat(10));
  assert.equal(line.linesBefore, 30);
});

test('lines are counted as an editor does, wherever they are cut', () => {
  const bytes = Buffer.from('a\r\r\nb\r\nc\nd\re\r');
  for (let at = 0; at <= bytes.length; at += 1) {
    const first = bytes.subarray(0, at);
    const cut = first.at(-1) === 0x0d;
    assert.equal(countLines(first, false) + countLines(bytes.subarray(at), cut), 6, String(at));
  }
});

test('what is written arrives in order', async () => {
  follow();
  const words = Array.from({ length: 500 }, (_, number) => `${number.toString()} ä `);
  await Promise.all(words.map((word) => line.write(word)));
  let text = '';
  const buffer = Buffer.alloc(65536);
  await until(async () => {
    const read = await typed.read(buffer, 0, buffer.length, null).catch(() => undefined);
    if (read) text += buffer.toString('utf8', 0, read.bytesRead);
    return text.length >= words.join('').length;
  });
  assert.equal(text, words.join(''));
});

test('a record goes on where the window before has left off, with the times', async () => {
  const records = path.join(directory, 'records');
  await say('one\ntwo\n');
  assert.equal(await recordedPast(records, session()), undefined);
  follow();
  const first = SerialRecord.start(records, session(), line, { kept: 1 });
  await until(() => line.received === 8);
  line[Symbol.dispose]();
  await first.written;
  await say('three\n'); // nobody is there
  const past = await recordedPast(records, session());
  assert.deepEqual(past, {
    bytes: 8,
    tail: Buffer.from('one\ntwo\n'),
    linesBefore: 0,
    cut: false,
    head: Buffer.alloc(0),
  });
  follow({ past });
  const second = SerialRecord.start(records, session(), line, { kept: 1, past });
  await say('four');
  await until(() => line.received === 18);
  line[Symbol.dispose]();
  await second.written;
  assert.equal(second.file, first.file);
  assert.equal(path.basename(first.file), '20261122-101500-abcd.a-b.log');
  assert.equal(await readFile(first.file, 'utf8'), 'one\ntwo\nthree\nfour');
  const times = (await readFile(timesOf(first.file), 'utf8')).trim().split('\n');
  assert.match(times[0] ?? '', /^0 \d+$/);
  assert.ok(times.some((each) => each.startsWith('8 ')));
});

test('of a long record the end is recalled, and the boot', async () => {
  const records = path.join(directory, 'records');
  const name = path.join(records, '20261122-101500-abcd.a-b.log');
  await mkdir(records);
  await writeFile(name, `boot\n${'x'.repeat(8 * MIB)}\nend`);
  const past = await recordedPast(records, session());
  assert.ok(past);
  assert.deepEqual([past.bytes, past.linesBefore], [8 * MIB + 9, 1]);
  assert.equal(past.tail.toString().slice(-5), 'x\nend');
  assert.equal(past.head.toString().slice(0, 6), 'boot\nx');
  assert.ok(past.tail.length + past.head.length < past.bytes);
  follow({ past });
});

test('a record that can not be written says so, and the line goes on', async () => {
  const records = path.join(directory, 'records');
  follow();
  execFileSync('mkdir', ['-p', path.join(records, '20261122-101500-abcd.a-b.log')]);
  const problem = await new Promise<Error>((resolve) => {
    SerialRecord.start(records, session(), line, { kept: 9, onProblem: resolve });
  });
  assert.match(problem.message, /EISDIR/);
  await say('more');
  await until(() => line.received === 4);
});

test('a terminal gets text in frames, with characters whole and strange bytes marked', async () => {
  follow();
  const texts: string[] = [];
  using feed = new TerminalFeed(line, (text) => void texts.push(text));
  await say(Buffer.from([0x61, 0xc3]));
  await until(() => texts.length === 1);
  await say(Buffer.from([0xa4, 0xff, 0x62]));
  await say('c');
  await until(() => texts.join('').endsWith('c'));
  assert.equal(texts.join(''), 'aä\ufffdbc');
  assert.equal(feed.position, 6);
  await say(Buffer.from([0xe2, 0x82]));
  await until(() => line.received === 8);
  qemu.kill();
  await feed.shown();
  assert.equal(texts.join(''), 'aä\ufffdbc\ufffd');
});

test('a terminal that lags fills no memory, and gets everything in the end', async () => {
  follow();
  const lag = Promise.withResolvers<undefined>();
  let length = 0;
  using _feed = new TerminalFeed(line, async (text) => {
    await lag.promise;
    length += text.length;
  });
  await say('x'.repeat(8 * MIB));
  await until(() => line.received >= MIB);
  let held = 0;
  await until(async () => {
    held = line.received;
    await delay(60);
    return line.received === held;
  });
  assert.ok(held < 2 * MIB, String(held));
  lag.resolve(undefined);
  await until(() => length === 8 * MIB);
});

test('a terminal that is gone holds nothing up', async () => {
  follow();
  using _feed = new TerminalFeed(line, () => Promise.reject(new Error('closed')));
  await say('x'.repeat(4 * MIB));
  await until(() => line.received === 4 * MIB);
});

test('nothing stays behind, however soon whoever follows the line is ended', async () => {
  follow();
  const script = await readFile(new URL('../../../src/guest/serial.sh', import.meta.url), 'utf8');
  await Promise.all(
    Array.from({ length: 24 }, async (_, index) => {
      const reader = spawn('/bin/sh', ['-c', script, 'sh', directory, '0'], { stdio: ['pipe', 'ignore', 'ignore'] });
      await delay(index / 2);
      reader.kill();
      await once(reader, 'close');
    }),
  );
  line[Symbol.dispose]();
  await line.ended;
  const processes = async (): Promise<string[]> =>
    (await execFileAsync('ps', ['-eo', 'args='])).stdout.split('\n').filter((each) => each.includes(directory));
  for (let tries = 0; tries < 50 && (await processes()).length > 0; tries++) await delay(20);
  assert.deepEqual(await processes(), []);
});
