import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Location, WorkspaceEdit } from 'vscode-languageserver-types';
import { flounder } from '../../../../src/language/flounder/flounder.ts';
import { places, samples, SourceTree } from './source-tree.ts';

test('a name changes in the interface, and what is generated from it in C', () => {
  const range = { start: { line: 3, character: 4 }, end: { line: 3, character: 24 } };
  const tree = new SourceTree(samples(), {
    inC: {
      disk_queue_submit__tx: [{ uri: 'file:///tree/a.c', range }],
      disk_queue_request_t: [{ uri: 'file:///tree/b.c', range }],
    },
  });
  const file = tree.interface('if/disk_queue.if');
  const { text } = file.source;
  const rename = (word: string, to: string): WorkspaceEdit | { readonly refused: string } | undefined =>
    flounder.rename?.(file, text.indexOf(word), to, tree);
  assert.deepEqual(rename('submit(', 'enqueue'), {
    changes: {
      [file.uri]: [
        {
          range: file.source.range({ start: text.indexOf('submit('), end: text.indexOf('submit(') + 6 }),
          newText: 'enqueue',
        },
      ],
      'file:///tree/a.c': [{ range, newText: 'disk_queue_enqueue__tx' }],
    },
  });
  const type = rename('request one', 'order') as WorkspaceEdit;
  assert.equal(type.changes?.[file.uri]?.length, 3);
  assert.deepEqual(type.changes['file:///tree/b.c'], [{ range, newText: 'disk_queue_order_t' }]);
  assert.equal((rename('data_size', 'length') as WorkspaceEdit).changes?.[file.uri]?.length, 1);
  assert.equal((rename('data,', 'bytes') as WorkspaceEdit).changes?.[file.uri]?.length, 2);
  for (const [word, to] of [
    ['disk_queue "', 'other'],
    ['uint64;', 'other'],
    ['submit(', 'rpc'],
    ['submit(', '1x'],
    ['submit(', 'int'],
    ['request one', 'cap'],
  ] as const) {
    assert.ok('refused' in (rename(word, to) ?? {}), `${word} → ${to}`);
  }
});

test('an included type changes in all interfaces that have none of that name, and in what they make of it in C', () => {
  const range = { start: { line: 3, character: 4 }, end: { line: 3, character: 12 } };
  const tree = new SourceTree(
    {
      'if/types.if': 'alias coreid uint8;',
      'if/a.if': 'interface a { message m(coreid c); };',
      'if/b.if': 'interface b { typedef uint8 coreid; message m(coreid c); };',
    },
    { inC: { a_coreid_t: [{ uri: 'file:///tree/a.c', range }], b_coreid_t: [{ uri: 'file:///tree/b.c', range }] } },
  );
  for (const path of ['if/types.if', 'if/a.if']) {
    const file = tree.interface(path);
    const { changes } = flounder.rename?.(file, file.source.text.indexOf('coreid'), 'core', tree) as WorkspaceEdit;
    assert.deepEqual(Object.keys(changes ?? {}).sort(), [
      'file:///tree/a.c',
      'file:///tree/if/a.if',
      'file:///tree/if/types.if',
    ]);
    assert.deepEqual(changes?.['file:///tree/a.c'], [{ range, newText: 'a_core_t' }]);
  }
});

test('a message is found in C as a member of the tables, and changes there only where that is certain', () => {
  const at = (uri: string, line: number): Location => ({
    uri: `file:///tree/${uri}`,
    range: { start: { line, character: 0 }, end: { line, character: 8 } },
  });
  const text = 'interface t { message set_mode(uint8 m); message stop(); rpc get_mode(out uint8 m); };';
  const inC = {
    t_defs: [at('a.c', 1)],
    set_mode: [at('a.c', 2)],
    get_mode: [at('a.c', 3), at('other.c', 3)],
    get_mode_call: [at('a.c', 4)],
  };
  const ask = (word: string, known: Record<string, readonly Location[]>): [string[], ReturnType<typeof renamed>] => {
    const tree = new SourceTree({ 'if/t.if': text }, { inC: known });
    const file = tree.interface('if/t.if');
    const offset = text.indexOf(word);
    const found = flounder.references?.(file, offset, { declaration: false }, tree) ?? [];
    return [places(found), renamed(flounder.rename?.(file, offset, 'new_name', tree))];
  };
  const renamed = (answer: WorkspaceEdit | { readonly refused: string } | undefined): string[] | undefined =>
    answer && !('refused' in answer)
      ? Object.values(answer.changes ?? {}).flatMap((edits) => edits.map(({ newText }) => newText))
      : undefined;
  assert.deepEqual(ask('set_mode', inC), [['a.c:3:1'], ['new_name', 'new_name']]);
  assert.deepEqual(ask('get_mode', inC), [['a.c:4:1', 'a.c:5:1'], undefined]);
  assert.deepEqual(ask('get_mode', { ...inC, get_mode: [] })[1], ['new_name', 'new_name_call']);
  assert.deepEqual(ask('stop', inC), [[], undefined]);
  assert.deepEqual(ask('stop', {})[1], ['new_name']);
  const tree = new SourceTree({ 'if/t.if': text }, { inC });
  const answer = flounder.rename?.(tree.interface('if/t.if'), text.indexOf('stop'), 'new_name', tree);
  assert.match(JSON.stringify(answer), /by hand: here, and where a search for “\.stop” and “->stop” finds it/);
});

test('a name is not changed to one that is taken', () => {
  const text = `interface t {
    typedef enum { red, green } colour;
    typedef struct { uint8 one; uint8 two; } pair;
    message get(uint8 first, colour second);
    rpc set(in uint8 value, out uint8 old);
    message put_call(pair all);
  };`;
  const tree = new SourceTree({ ...samples(), 'if/t.if': text });
  const rename = (word: string, to: string): boolean =>
    'refused' in (flounder.rename?.(tree.interface('if/t.if'), text.indexOf(word), to, tree) ?? {});
  for (const [word, to, taken] of [
    ['red', 'green', true],
    ['red', 'one', false],
    ['colour', 'pair', true],
    ['colour', 'coreid', true],
    ['one', 'two', true],
    ['one', 'first', false],
    ['first', 'second', true],
    ['first', 'value', false],
    ['get', 'set', true],
    ['get', 'set_response', true],
    ['set', 'put', true],
    ['set', 'set', false],
    ['get', 'colour', false],
  ] as const) {
    assert.equal(rename(word, to), taken, `${word} → ${to}`);
  }
});
