import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { CodeAddresses } from '../../../src/barrelfish/code-addresses.ts';
import { SourceFiles } from '../../../src/barrelfish/source-files.ts';

const root = mkdtempSync(path.join(tmpdir(), 'source-files-'));
after(() => {
  rmSync(root, { recursive: true });
});
const build = { path: path.join(root, 'build'), sourceDirectory: path.join(root, 'source') };
for (const [file, text] of Object.entries({
  'source/usr/a.c': '',
  'source/errors/errno.fugu': 'errors a A_ { failure B "text", };',
  'build/x86_64/usr/made.c': '',
  'build/x86_64/sbin/e1000n.full': '',
  'build/x86_64/sbin/cpu.full': '',
  'build/x86_64/sbin/net_sockets_server.full': '',
  'secret.c': '',
})) {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), text);
}
symlinkSync(path.join(root, 'secret.c'), path.join(root, 'source/usr/link.c'));

test('files are found from the build directory, from the source tree, and as they are mapped', async () => {
  const files = new SourceFiles();
  const source = path.join(root, 'source/usr/a.c');
  assert.equal(await files.find(build, '../source/usr/a.c'), source);
  assert.equal(await files.find(build, 'usr/a.c'), source);
  assert.equal(await files.find(build, source), source);
  assert.equal(await files.find(build, 'x86_64/usr/made.c'), path.join(root, 'build/x86_64/usr/made.c'));
  assert.equal(
    await files.find(build, '/there/usr/a.c', (each) => each.replace('/there', build.sourceDirectory)),
    source,
  );
});

test('nothing outside of the two is ever found', async () => {
  const files = new SourceFiles();
  for (const name of ['../secret.c', '/etc/passwd', '../../../../../etc/passwd', 'usr/link.c', 'usr', 'usr/none.c', ''])
    assert.equal(await files.find(build, name), undefined, name);
});

test('errors are known by their names, once the tree has them', async () => {
  const files = new SourceFiles();
  const known = await files.errorNames(build);
  assert.equal(known?.names.get('A_B')?.text, 'text');
  assert.equal(await files.errorNames({ ...build, sourceDirectory: root }), undefined);
});

/** addr2line in our place: what it was asked, and what it says. */
function addresses(output: string, exitCode = 0): { asked: (readonly string[])[]; code: CodeAddresses } {
  const asked: (readonly string[])[] = [];
  const code = new CodeAddresses((argv) => {
    asked.push(argv);
    return Promise.resolve({ exitCode, stdout: Buffer.from(output) });
  });
  return { asked, code };
}

test('an address is looked up once, by the file with its debugging information', async () => {
  const { asked, code } = addresses('inner\n/b/../usr/a.c:12 (discriminator 3)\nouter\nusr/a.c:99\n');
  const places = [
    { function: 'inner', path: '/b/../usr/a.c', line: 12 },
    { function: 'outer', path: 'usr/a.c', line: 99 },
  ];
  assert.deepEqual(await code.resolve(build, 'e1000n', '0x4012ab'), places);
  assert.deepEqual(await code.resolve(build, 'e1000n', '0x4012AB'), places);
  const file = path.join(root, 'build/x86_64/sbin/e1000n.full');
  assert.deepEqual(asked, [['addr2line', '-f', '-i', '-C', '-e', file, '0x4012ab']]);
});

test('a name that was cut stands for the program that begins with it', async () => {
  const { asked, code } = addresses('main\na.c:1\n');
  await code.resolve(build, 'net_sockets_ser', '0x1');
  assert.match(String(asked[0]?.[5]), /net_sockets_server\.full$/);
});

test('where nothing is known there is no place, and nothing fails', async () => {
  const { asked, code } = addresses('??\n??:0\n');
  assert.deepEqual(await code.resolve(build, 'cpu', '0x1'), []);
  assert.equal(asked.length, 1);
  for (const program of ['none', '../../../etc/passwd', '-x', '', 'net_sockets'])
    assert.deepEqual(await code.resolve(build, program, '0x1'), []);
  for (const address of ['', '1', '0x', '--help', '0x1 0x2', '0x11112222333344445'])
    assert.deepEqual(await code.resolve(build, 'cpu', address), []);
  assert.equal(asked.length, 1);
  assert.deepEqual(await addresses('broken', 1).code.resolve(build, 'cpu', '0x1'), []);
  assert.deepEqual(await addresses('x\ny\nz').code.resolve(build, 'cpu', '0x1'), []);
  const missing = new CodeAddresses(() => Promise.reject(new Error('no such program')));
  assert.deepEqual(await missing.resolve(build, 'cpu', '0x1'), []);
});
