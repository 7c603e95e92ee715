import assert from 'node:assert/strict';
import { appendFile, mkdir, mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { MadeTargets } from '../../../src/barrelfish/made-targets.ts';
import { runProcess } from '../../../src/host/processes.ts';

const root = await mkdtemp(path.join(tmpdir(), 'made-'));
after(() => rm(root, { recursive: true }));

let count = 0;
let build: { path: string; sourceDirectory: string };
let made: MadeTargets;
let makes = 0;

const inBuild = (name: string): string => path.join(build.path, name);
const inSource = (name: string): string => path.join(build.sourceDirectory, name);
const bringUpToDate = (targets: readonly string[]): Promise<void> =>
  made.bringUpToDate(build, targets, async () => {
    makes += 1;
    for (const target of targets) await writeFile(inBuild(target), 'made');
  });

/** How often make is called for it. */
async function makesFor(...targets: string[]): Promise<number> {
  const before = makes;
  await bringUpToDate(targets);
  return makes - before;
}

beforeEach(async () => {
  count += 1;
  const sourceDirectory = path.join(root, `.tree [${String(count)}] *`);
  build = { sourceDirectory, path: path.join(sourceDirectory, 'build') };
  await mkdir(inSource('usr/x'), { recursive: true });
  await mkdir(build.path);
  await writeFile(inSource('usr/x/x.c'), 'x');
  await writeFile(inSource('usr/x/y.c'), 'y');
  await writeFile(inBuild('Makefile'), '');
  made = new MadeTargets((argv) => runProcess(argv, { host: 'localhost' }));
});

test('make is asked once, and again after any change of the tree', async () => {
  assert.equal(await makesFor('a', 'b'), 1);
  assert.equal(await makesFor('a', 'b'), 0);
  assert.equal(await makesFor('b'), 0);
  await appendFile(inSource('usr/x/x.c'), ' more');
  assert.equal(await makesFor('a'), 1);
  assert.equal(await makesFor('a'), 0);
  assert.equal(await makesFor('a', 'b'), 1, 'b has not been made since');
  await rm(inSource('usr/x/y.c'));
  assert.equal(await makesFor('a'), 1);
  await appendFile(inBuild('Makefile'), '# another');
  assert.equal(await makesFor('a'), 1);
});

test('an older file that is put in the place of another is a change', async () => {
  await writeFile(inSource('usr/x/old.c'), 'x');
  await utimes(inSource('usr/x/old.c'), 1000, 1000);
  await makesFor('a');
  await rename(inSource('usr/x/old.c'), inSource('usr/x/x.c'));
  assert.equal(await makesFor('a'), 1);
});

test('a target that is gone, or that somebody else has made, is made', async () => {
  await makesFor('a');
  await rm(inBuild('a'));
  assert.equal(await makesFor('a'), 1);
  await writeFile(inBuild('a'), 'other');
  assert.equal(await makesFor('a'), 1);
});

test('what is built, and what tools keep in hidden files, is no change', async () => {
  await mkdir(inSource('.git'));
  await makesFor('a');
  await writeFile(inSource('.git/index'), '');
  await writeFile(inBuild('x.o'), '');
  assert.equal(await makesFor('a'), 0);
});

test('an edit during the build is for the next one', async () => {
  await made.bringUpToDate(build, ['a'], async () => {
    await writeFile(inBuild('a'), 'made');
    await appendFile(inSource('usr/x/x.c'), 'later');
  });
  assert.equal(await makesFor('a'), 1);
  assert.equal(await makesFor('a'), 0);
});

test('nothing is remembered of a make that fails', async () => {
  await makesFor('a');
  await appendFile(inSource('usr/x/x.c'), ' broken');
  await assert.rejects(
    made.bringUpToDate(build, ['a'], () => Promise.reject(new Error('no'))),
    /no/,
  );
  assert.equal(await makesFor('a'), 1);
});

test('a tree that is not on this machine leaves it to make', async () => {
  build = { ...build, sourceDirectory: '/no/such' };
  assert.equal(await makesFor('a'), 1);
  assert.equal(await makesFor('a'), 1);
  made = new MadeTargets(() => Promise.reject(new Error('no find')));
  assert.equal(await makesFor('a'), 1);
});
