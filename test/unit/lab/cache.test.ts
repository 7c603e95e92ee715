import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { cached, keyOfFiles } from '../../lab/cache.ts';

let place: string;

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'cache-test-'));
});

afterEach(async () => {
  await rm(place, { recursive: true });
});

test('what is wanted twice at once is made once', async () => {
  let made = 0;
  const entry = {
    directory: join(place, 'entry'),
    key: 'one',
    make: async (directory: string) => {
      made += 1;
      await writeFile(join(directory, 'file'), 'content');
    },
  };
  await Promise.all([cached(entry), cached(entry)]);
  await cached(entry);
  assert.equal(made, 1);
  assert.equal(await readFile(join(place, 'entry', 'file'), 'utf8'), 'content');
});

test('another key means an empty directory and making it again', async () => {
  const entry = (key: string) => ({
    directory: join(place, 'entry'),
    key,
    make: async (directory: string) => {
      await writeFile(join(directory, key), '');
    },
  });
  await cached(entry('old'));
  await cached(entry('new'));
  await assert.rejects(readFile(join(place, 'entry', 'old')));
  await readFile(join(place, 'entry', 'new'));
});

test('what could not be made is not taken for made', async () => {
  const entry = (make: () => Promise<void>) => ({ directory: join(place, 'entry'), key: 'same', make });
  await assert.rejects(cached(entry(() => Promise.reject(new Error('broken')))), /broken/);
  let made = false;
  await cached(
    entry(() => {
      made = true;
      return Promise.resolve();
    }),
  );
  assert.ok(made);
});

test('the key of files depends on names and contents', async () => {
  await writeFile(join(place, 'a'), '1');
  const first = await keyOfFiles(place);
  assert.equal(await keyOfFiles(place), first);
  await writeFile(join(place, 'a'), '2');
  assert.notEqual(await keyOfFiles(place), first);
});
