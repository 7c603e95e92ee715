import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  answerForGone,
  forcedCondition,
  showOurNames,
  showUserConditions,
  userCondition,
} from '../../../src/debug/gdb-backend.ts';

test('a variable that has gone with its symbols is out of scope', () => {
  const gone = new Error('Variable object not found');
  assert.deepEqual(answerForGone('-var-update 1 var3', gone), { changelist: [{ name: 'var3', in_scope: 'false' }] });
  assert.deepEqual(answerForGone('-var-delete var3', gone), {});
  assert.equal(answerForGone('-var-list-children var3', gone), undefined);
  assert.equal(answerForGone('-var-update 1 var3', new Error('No symbol')), undefined);
});

test("a breakpoint's condition is shown without our part of it", () => {
  assert.equal(userCondition('x == 1'), 'x == 1');
  assert.equal(userCondition('$_barrelfish_here()'), undefined);
  assert.equal(userCondition('$_barrelfish_here() && (a && (b || c))'), 'a && (b || c)');
  assert.equal(userCondition(String.raw`$_barrelfish_in("a\"b") && (x)`), 'x');
  assert.equal(userCondition('$_barrelfish_in("init")'), undefined);
  assert.equal(userCondition('$_barrelfish_runs("init") && (x)'), 'x');
  // The user's own use of it is theirs.
  assert.equal(userCondition('$_barrelfish_here() || x'), '$_barrelfish_here() || x');
  const list = {
    BreakpointTable: {
      body: [{ number: '1', cond: '$_barrelfish_here()' }, { number: '2', cond: 'x' }, { number: '3' }],
    },
  };
  showUserConditions(list);
  assert.deepEqual(list.BreakpointTable.body, [{ number: '1' }, { number: '2', cond: 'x' }, { number: '3' }]);
  showUserConditions({});
});

test('a condition is set by force, whatever is in it', () => {
  assert.equal(forcedCondition('-break-condition 12 x == 1'), '-break-condition --force 12 x == 1');
  assert.equal(forcedCondition('-break-insert --function f'), '-break-insert --function f');
  assert.equal(forcedCondition('-break-condition --force 1 x'), '-break-condition --force 1 x');
});

test("a thread is called by our name for it alone, and by gdb server's where it has none of ours", () => {
  const answer = {
    threads: [
      { id: '1', name: 'core 0 · init', details: 'CPU#0' },
      { id: '2', details: 'CPU#1' },
    ],
  };
  showOurNames(answer);
  assert.deepEqual(answer.threads, [
    { id: '1', name: 'core 0 · init' },
    { id: '2', details: 'CPU#1' },
  ]);
  showOurNames({});
});
