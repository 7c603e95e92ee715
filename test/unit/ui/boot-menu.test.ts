import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { kernelArgumentChanges } from '../../../src/barrelfish/kernel-arguments.ts';
import { Failure } from '../../../src/host/failure.ts';
import { keptMenu, readBootMenu, withChanges, type BootMenu } from '../../../src/ui/boot-menu.ts';

const root = await mkdtemp(path.join(tmpdir(), 'boot-menu-'));
after(() => rm(root, { recursive: true }));

const TEXT = 'title T\nkernel /sbin/elver loglevel=3\nmodule /sbin/e1000n auto\nmodule /sbin/fish nospawn\n';

async function menu(text = TEXT): Promise<BootMenu> {
  await writeFile(path.join(root, 'menu.lst'), text);
  const build = { path: root, sourceDirectory: root, sourceReference: '.', architectures: ['x86_64'] };
  return readBootMenu({ build, menu: 'menu.lst' });
}

test('a boot without changes boots the file as it is', async () => {
  const read = await menu();
  assert.deepEqual(withChanges(read, []), {
    file: path.join(root, 'menu.lst'),
    before: TEXT,
    text: TEXT,
    changes: [],
    changed: [],
  });
  assert.deepEqual(keptMenu(read), {});
});

test('changes of two origins are made one after the other, and told by lines of the menu.lst as it is booted', async () => {
  // There is no cpu for the other cores' argument, and that is no mistake.
  const once = withChanges(await menu(), kernelArgumentChanges(['loglevel=4']));
  const twice = withChanges(once, [
    { kind: 'add-module', path: '/sbin/e10k', arguments: 'auto' },
    { kind: 'remove-module', program: 'fish' },
  ]);
  assert.equal(
    twice.text,
    'title T\nkernel /sbin/elver loglevel=4\nmodule /sbin/e1000n auto\nmodule /sbin/e10k auto\n#module /sbin/fish nospawn\n',
  );
  assert.deepEqual(twice.changed, [
    'menu.lst:2: kernel /sbin/elver loglevel=3 → kernel /sbin/elver loglevel=4',
    'menu.lst:4: + module /sbin/e10k auto',
    'menu.lst:5: module /sbin/fish nospawn → #module /sbin/fish nospawn',
  ]);
  assert.deepEqual(keptMenu(twice), { menu: { before: TEXT, after: twice.text } });
  assert.equal(await readFile(twice.file, 'utf8'), TEXT);
});

test('a change that has no line is an error', async () => {
  const read = await menu();
  assert.throws(
    () => withChanges(read, [{ kind: 'set-arguments', program: 'ahcid', arguments: 'auto' }]),
    (error) => Failure.is(error, 'no-menu-line') && error.facts.program === 'ahcid',
  );
});

test('a menu.lst that is not there, and one that is too long to remember', async () => {
  const build = { path: root, sourceDirectory: root, sourceReference: '.', architectures: [] };
  await assert.rejects(readBootMenu({ build, menu: 'gone' }), (error) => Failure.is(error, 'file-missing'));
  const long = await menu(`${TEXT}${'# x\n'.repeat(20_000)}`);
  assert.deepEqual(keptMenu(withChanges(long, [{ kind: 'remove-module', program: 'fish' }])), {});
});
