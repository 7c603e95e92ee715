import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { SymbolKind } from 'vscode-languageserver-types';
import { IndexCache, type Remembered } from '../../../src/server/index-cache.ts';
import { MadeTree } from '../../fixtures/made-tree.ts';

const range = { start: { line: 3, character: 1 }, end: { line: 3, character: 5 } };
const files = new Map<string, Remembered>([
  [
    '/tree/devices/a.dev',
    {
      stamp: { size: 10, modifiedMs: 1234.5, inode: 7 },
      hash: 'abc',
      summary: {
        declared: [
          { name: 'a', kind: SymbolKind.Module, range },
          { name: 'ctrl', kind: SymbolKind.Field, range, container: 'a' },
        ],
        used: ['b'],
        data: { registers: [1, null, 'x'] },
      },
    },
  ],
  ['/tree/empty.if', { stamp: { size: 0, modifiedMs: 0, inode: 1 }, hash: '', summary: { declared: [], used: [] } }],
]);

test('what is kept comes back as it was', async () => {
  using tree = new MadeTree({});
  await new IndexCache(tree.root, '/tree', 'v1').write(files);
  assert.deepEqual(await new IndexCache(tree.root, '/tree', 'v1').read(), files);
});

test('other languages, another tree, or nothing at all: it is read anew', async () => {
  using tree = new MadeTree({});
  await new IndexCache(tree.root, '/tree', 'v1').write(files);
  assert.equal((await new IndexCache(tree.root, '/tree', 'v2').read()).size, 0);
  assert.equal((await new IndexCache(tree.root, '/other', 'v1').read()).size, 0);
  assert.equal((await new IndexCache('/nowhere', '/tree', 'v1').read()).size, 0);
});

test('a damaged cache is as if it were not there', async () => {
  using tree = new MadeTree({});
  const cache = new IndexCache(tree.root, '/tree', 'v1');
  await cache.write(files);
  const [name = ''] = readdirSync(tree.root);
  const file = path.join(tree.root, name);
  const whole = readFileSync(file);
  const damages = [
    whole.subarray(0, whole.length - 5),
    Buffer.concat([whole, Buffer.from('x')]),
    Buffer.from(whole.toString().replace('"ctrl"', '"cttl"')),
    Buffer.from(''),
    Buffer.from([0, 255, 10, 10, 10]),
  ];
  for (const damaged of damages) {
    writeFileSync(file, damaged);
    assert.equal((await cache.read()).size, 0);
  }
});

test('of many trees only the last few are kept', async () => {
  using tree = new MadeTree({});
  for (let number = 0; number < 12; number++)
    await new IndexCache(tree.root, `/tree${String(number)}`, 'v1').write(files);
  assert.equal(readdirSync(tree.root).length, 8);
});
