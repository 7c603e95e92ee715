import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseErrorNames } from '../../../src/barrelfish/error-names.ts';

const TEXT = `/* a
 comment with failure X "y" */
errors kernel SYS_ERR_ {
    default success OK   "All is well",   // failure NO "no",
    failure FIRST        "The \\"first\\", of all",
    FAILURE SECOND "Keywords in capitals",
};
errors other OTHER_{
    failure THIRD "Third",
};
`;

test('each error has its text, and the place of its name', () => {
  const names = parseErrorNames(TEXT);
  assert.deepEqual([...names.keys()], ['SYS_ERR_OK', 'SYS_ERR_FIRST', 'SYS_ERR_SECOND', 'OTHER_THIRD']);
  assert.deepEqual(names.get('SYS_ERR_FIRST'), {
    name: 'SYS_ERR_FIRST',
    text: 'The "first", of all',
    group: 'kernel',
    success: false,
    line: 4,
    column: 12,
  });
  assert.equal(names.get('SYS_ERR_OK')?.success, true);
});

test('damage costs the entry that it is in', () => {
  const text = `failure NO_GROUP "x",
errors kernel { failure NO_PREFIX "x", };
errors kernel SYS_ERR_ {
    failure OPEN "never ended,
    failure "no name",
    failure GOOD "good"
    failure GOOD "twice",
    failure LAST "no comma" @@ ?
    failing NOT "x",
};
failure OUTSIDE "x",
errors last L_ { failure END "end"`;
  const names = parseErrorNames(text);
  assert.deepEqual([...names.keys()], ['SYS_ERR_OPEN', 'SYS_ERR_GOOD', 'SYS_ERR_LAST', 'L_END']);
  assert.equal(names.get('SYS_ERR_GOOD')?.text, 'good');
});

test('what is none of it has no errors', () => {
  for (const text of ['', '\0\u0001\u0002', '/* never ended', '"'.repeat(1000), '{'.repeat(1000), '/*'.repeat(50_000)])
    assert.equal(parseErrorNames(text).size, 0);
});
