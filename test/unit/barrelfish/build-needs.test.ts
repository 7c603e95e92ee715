import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { absentTargets, lackingTargets, targetsOf } from '../../../src/barrelfish/build-needs.ts';
import { parseMenuList } from '../../../src/barrelfish/menu-list.ts';

let root: string;
let build: { path: string; sourceDirectory: string };

async function put(name: string, seconds: number): Promise<void> {
  const file = path.join(root, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, '');
  await utimes(file, seconds, seconds);
}

before(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'needs-'));
  build = { path: path.join(root, 'build'), sourceDirectory: path.join(root, 'source') };
  await put('build/x86_64/sbin/elver', 1000);
  await put('build/skb_ramfs.cpio.gz', 1000);
  await put('source/usr/skb/programs/device_db.pl', 900);
});
after(() => rm(root, { recursive: true }));

const menu = parseMenuList(
  [
    'kernel /x86_64/sbin/elver',
    'module /x86_64/sbin/init',
    'module /x86_64/sbin/init again',
    'modulenounzip /skb_ramfs.cpio.gz nospawn',
    'module /../outside',
    'module /--eval=x',
  ].join('\n'),
);

test('the files of a menu.lst are goals, each once, unless make would take them for something else', () => {
  assert.deepEqual(targetsOf(build, menu), ['x86_64/sbin/elver', 'x86_64/sbin/init', 'skb_ramfs.cpio.gz']);
  assert.deepEqual(targetsOf(build, parseMenuList('root /elsewhere\nkernel /x')), []);
  assert.deepEqual(targetsOf(build, parseMenuList('root sub\nkernel /x')), ['sub/x']);
});

test('what is not there is lacking, and the ram disk when a program of the SKB is newer', async () => {
  const targets = targetsOf(build, menu);
  assert.deepEqual(await absentTargets(build, targets), ['x86_64/sbin/init']);
  assert.deepEqual(await lackingTargets(build, targets), ['x86_64/sbin/init']);
  await put('source/usr/skb/programs/device_db.pl', 1100);
  assert.deepEqual(await lackingTargets(build, targets), ['x86_64/sbin/init', 'skb_ramfs.cpio.gz']);
  assert.deepEqual(await lackingTargets(build, ['x86_64/sbin/init']), ['x86_64/sbin/init']);
  await put('source/usr/skb/programs/device_db.pl', 900);
  await put('source/usr/skb/programs/platforms/x.pl', 1100);
  assert.deepEqual(await lackingTargets(build, targets), ['x86_64/sbin/init', 'skb_ramfs.cpio.gz']);
  assert.deepEqual(await lackingTargets({ ...build, sourceDirectory: '/no/such' }, targets), ['x86_64/sbin/init']);
});
