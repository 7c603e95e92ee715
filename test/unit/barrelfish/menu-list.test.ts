import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filesOf, parseMenuList, relativePath } from '../../../src/barrelfish/menu-list.ts';

test('a menu is read with its arguments byte for byte', () => {
  const menu = parseMenuList(
    'timeout 5\r\n#comment\r\n\r\ntitle\tMy guest\r\nroot (nd)\r\nkernel\t/x86_64/sbin/elver \t loglevel=4\r\n' +
      'module /x86_64/sbin/a b  "c d",e=, \r\nmodulenounzip /skb.gz nospawn\r\nstack 8192\r\nmmap map 0x1000 4096 13\r\n',
  );
  assert.deepEqual(menu, {
    timeout: 5,
    title: 'My guest',
    root: '(nd)',
    kernel: { keyword: 'kernel', path: '/x86_64/sbin/elver', arguments: 'loglevel=4', line: 6 },
    modules: [
      { keyword: 'module', path: '/x86_64/sbin/a', arguments: 'b  "c d",e=, ', line: 7 },
      { keyword: 'modulenounzip', path: '/skb.gz', arguments: 'nospawn', line: 8 },
    ],
    mmaps: [{ name: 'map', base: 0x1000n, length: 4096n, type: 13, line: 10 }],
    stack: 8192,
    problems: [],
  });
  assert.deepEqual(filesOf(menu).map(relativePath), ['x86_64/sbin/elver', 'x86_64/sbin/a', 'skb.gz']);
});

test('armv8 has a boot driver and a CPU driver', () => {
  const menu = parseMenuList('bootdriver /armv8/sbin/boot\ncpudriver /armv8/sbin/cpu loglevel=3');
  assert.equal(menu.bootDriver?.path, '/armv8/sbin/boot');
  assert.equal(menu.kernel?.keyword, 'cpudriver');
  assert.deepEqual(menu.problems, []);
});

const problems: readonly [text: string, code: string, line: number][] = [
  ['nonsense here\nkernel /k', 'unknown-keyword', 1],
  ['kernel /k\nmodule', 'incomplete', 2],
  ['kernel /k\nmodule   ', 'incomplete', 2],
  ['kernel /k\ntimeout x', 'not-a-number', 2],
  ['kernel /k\nmmap map 0x0 09 1', 'not-a-number', 2],
  ['kernel /k\nmmap map 0', 'incomplete', 2],
  ['kernel /k\nkernel /l', 'repeated', 2],
  ['kernel k', 'no-slash', 1],
  [' kernel /k', 'indented', 1],
  [`kernel /k ${'x'.repeat(256)}`, 'too-long', 1],
  ['root (hd0,0)\nkernel /k', 'root-is-a-device', 1],
  ['kernel /k a # b', 'comment-in-arguments', 1],
  ['', 'no-kernel', 1],
];
for (const [text, code, line] of problems) {
  test(`${JSON.stringify(text.slice(0, 40))} is ${code}`, () => {
    assert.deepEqual(
      parseMenuList(text).problems.map((each) => [each.code, each.line]),
      [[code, line]],
    );
  });
}

test('anything at all is read without an error', () => {
  let seed = 1;
  const next = (limit: number): number => (seed = (seed * 48271) % 2147483647) % limit;
  const words = [
    'kernel',
    'module',
    'mmap',
    'root',
    '#',
    ' ',
    '\t',
    '\n',
    '\r',
    '/',
    '(',
    '\0',
    '\u{1f41f}',
    '0x',
    '-1',
    '"',
    'timeout',
  ];
  for (let round = 0; round < 2000; round += 1) {
    parseMenuList(Array.from({ length: next(40) }, () => words[next(words.length)]).join(''));
  }
});
