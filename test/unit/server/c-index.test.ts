import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SourceText } from '../../../src/language/source-text.ts';
import { CIndex } from '../../../src/server/c-index.ts';
import { Slices } from '../../../src/server/slices.ts';
import { uriOf } from '../../../src/server/uris.ts';
import { MadeTree } from '../../fixtures/made-tree.ts';

async function indexed(tree: MadeTree, names: readonly string[]): Promise<CIndex> {
  const index = new CIndex();
  await index.read(
    names.map((name) => tree.path(name)),
    new Slices(),
    new AbortController().signal,
  );
  return index;
}

function places(index: CIndex, tree: MadeTree, word: string): string[] {
  return index.find(word).map(({ uri, range }) => {
    const name = uri.slice(uriOf(tree.root).length + 1);
    return `${name}:${String(range.start.line)}:${String(range.start.character)}-${String(range.end.character)}`;
  });
}

test('words with an underscore are found, whole, and not in comments and strings', async () => {
  using tree = new MadeTree({
    'a.c': 'timer_ctrl_rd(&dev);\n// timer_ctrl_rd\n/* timer_ctrl_rd\n*/ x = timer_ctrl_rdx + 0xtimer_ctrl_rd;\n',
    'b.h': '"timer_ctrl_rd \\" timer_ctrl_rd" + timer_ctrl_rd\nMY_timer_ctrl_rd timer_ctrl_rd',
  });
  const index = await indexed(tree, ['a.c', 'b.h']);
  assert.deepEqual(places(index, tree, 'timer_ctrl_rd'), ['a.c:0:0-13', 'b.h:0:35-48', 'b.h:1:17-30']);
  assert.deepEqual(places(index, tree, 'nothing_here'), []);
});

test('a file that changes or goes is as it is now', async () => {
  using tree = new MadeTree({ 'a.c': 'one_word', 'b.c': 'one_word two_words' });
  const index = await indexed(tree, ['a.c', 'b.c']);
  tree.write('a.c', '\n two_words');
  index.update(tree.path('a.c'));
  tree.remove('b.c');
  index.update(tree.path('b.c'));
  assert.deepEqual(places(index, tree, 'one_word'), []);
  assert.deepEqual(places(index, tree, 'two_words'), ['a.c:1:1-10']);
});

test('a file may change as often as it likes', async () => {
  using tree = new MadeTree({ 'a.c': 'one_word', 'b.c': 'two_words' });
  const index = await indexed(tree, ['a.c', 'b.c']);
  const file = tree.path('a.c');
  for (let time = 0; time < 70_000; time++) {
    index.edited(file, new SourceText(time % 2 === 0 ? 'two_words' : 'one_word'));
    index.update(file);
  }
  assert.deepEqual(places(index, tree, 'one_word'), ['a.c:0:0-8']);
  assert.deepEqual(places(index, tree, 'two_words'), ['b.c:0:0-9']);
});

test('a file counts as the editor has it', async () => {
  using tree = new MadeTree({ 'a.c': 'one_word' });
  const index = await indexed(tree, ['a.c']);
  index.edited(tree.path('a.c'), new SourceText('\ntwo_words one_word'));
  assert.deepEqual(places(index, tree, 'one_word'), ['a.c:1:10-18']);
  assert.deepEqual(places(index, tree, 'two_words'), ['a.c:1:0-9']);
  index.edited(tree.path('a.c'), undefined);
  assert.deepEqual(places(index, tree, 'one_word'), ['a.c:0:0-8']);
});

test('binary files and files that are not there are passed over', async () => {
  using tree = new MadeTree({ 'a.c': Buffer.from('one_word\0'), 'b.c': '/* one_word', 'c.c': '"one_word' });
  assert.deepEqual((await indexed(tree, ['a.c', 'b.c', 'c.c', 'd.c'])).find('one_word'), []);
});
