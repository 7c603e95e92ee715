import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GDBBackend, type IGDBProcessManager } from 'cdt-gdb-adapter';
import { Expressions } from '../../../src/debug/expressions.ts';

test('what was evaluated is forgotten with what is in it, and variables and registers are not', () => {
  const objects = new Expressions(new GDBBackend({} as IGDBProcessManager));
  const frame = { frameId: 0, threadId: 1 };
  const add = (name: string, expression: string, isVar: boolean, isChild: boolean, type?: string): void => {
    const answer = { _class: 'done', name, numchild: '0', value: '1', type: 'int', has_more: '0' };
    objects.addVar(frame, 3, expression, isVar, isChild, answer, type);
  };
  add('var1', 'local', true, false);
  add('var2', 'my_core_id', false, false);
  add('var3', '*head', false, false);
  add('var3.next', 'next', false, true);
  add('var1.field', 'field', false, true);
  add('var4', 'rip', false, false, 'registers');
  assert.deepEqual(objects.forget(), ['var2', 'var3']);
  assert.deepEqual(
    objects.getVars(frame, 3)?.map(({ varname }) => varname),
    ['var1', 'var1.field', 'var4'],
  );
  assert.deepEqual(objects.forget(), []);
});
