import assert from 'node:assert/strict';
import test from 'node:test';
import { layoutOf } from '../../../../src/language/mackerel/layout.ts';
import { mackerel } from '../../../../src/language/mackerel/mackerel.ts';
import { parsed, Tree } from './files.ts';

const DEVICE = `device thing (addr base) "Thing" {
  constants mode "Mode" {
    off = 0 "Off";
    on = 1 "On";
    again = 2;
  };
  register ctrl rw addr(base, 0) "Control" {
    mode 2 type(mode) "Mode";
    count 8 "Count";
    level 6;
    _ 16;
  };
  register data rw addr(base, 4) "Data" type(uint32);
};
`;

/** What is wrong with a damaged text, and which names still are known. */
function damaged(from: string, to: string): { codes: string[]; names: string[] } {
  assert.ok(DEVICE.includes(from));
  const file = parsed(DEVICE.replace(from, to), 'thing.dev');
  const layout = layoutOf(file.tree);
  const constants = layout?.types.flatMap((type) => (type.kind === 'constants' ? type.values : [])) ?? [];
  const fields = layout?.registers[0]?.fields.filter(({ anonymous }) => !anonymous) ?? [];
  const names = [...constants, ...fields, ...(layout?.registers ?? [])].map(({ name }) => name);
  return { codes: mackerel.diagnose(file, new Tree({})).map(({ code }) => code), names };
}

test('what is half-typed in a line takes nothing of the next one', () => {
  const all = ['off', 'on', 'again', 'mode', 'count', 'level', 'ctrl', 'data'];
  for (const [from, to, code] of [
    ['"Off";', '"Off', 'text-open'],
    ['"On";', '"On', 'text-open'],
    ['off = 0 "Off";', 'off', 'sign-expected'],
    ['"Count";', '"Count', 'text-open'],
    ['"Mode";\\n    count', '"Mode\\n    count', 'text-open'],
    ['count 8 "Count";', 'count', 'integer-expected'],
    ['count 8 "Count";', 'count 8', 'sign-expected'],
    ['"Control" {', '"Control\\n{', 'text-open'],
    ['"Data" type(uint32);', '"Data\\n type(uint32);', 'text-open'],
    ['"Data" type(uint32);', '"Data type(uint32);', 'text-open'],
  ] as const) {
    const { codes, names } = damaged(from.replace('\\n', '\n'), to.replace('\\n', '\n'));
    assert.deepEqual(names, all, to);
    assert.deepEqual(codes, [code], to);
  }
});
