import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeMenu, isAuto, type MenuChange } from '../../../src/barrelfish/menu-variant.ts';
import { parseMenuList } from '../../../src/barrelfish/menu-list.ts';

const MENU = [
  'timeout 0',
  '# the kernel',
  'title\tSample',
  'root\t(nd)',
  'kernel\t/x86_64/sbin/elver loglevel=3  logmask=1',
  'module  /x86_64/sbin/cpu loglevel=3',
  'module /x86_64/sbin/init',
  'module /x86_64/sbin/pci auto',
  'module /x86_64/sbin/ahcid   auto  ',
  '#module /x86_64/sbin/e10k auto',
  'module /x86_64/sbin/fish nospawn',
  '',
].join('\n');
const kernel = { keyword: 'kernel' } as const;

const one = (text: string, change: MenuChange): string => {
  const { text: next, left } = changeMenu(text, [change]);
  assert.deepEqual(left, []);
  return next;
};

test('no change leaves the text as it is', () => {
  for (const text of [MENU, MENU.replaceAll('\n', '\r\n'), `\uFEFF${MENU}`, '', 'garbage \0 here\r']) {
    assert.deepEqual(changeMenu(text, []), { text, changed: [], left: [] });
  }
});

test('a kernel argument takes the place of its old value, and everything else stays', () => {
  const change = { kind: 'set-argument', program: kernel, argument: 'loglevel=4' } as const;
  assert.equal(one(MENU, change), MENU.replace('elver loglevel=3', 'elver loglevel=4'));
  const crlf = MENU.replaceAll('\n', '\r\n');
  assert.equal(one(crlf, change), crlf.replace('elver loglevel=3', 'elver loglevel=4'));
  const { changed } = changeMenu(MENU, [change]);
  assert.deepEqual(changed, [
    {
      line: 5,
      before: 'kernel\t/x86_64/sbin/elver loglevel=3  logmask=1',
      after: 'kernel\t/x86_64/sbin/elver loglevel=4  logmask=1',
    },
  ]);
});

test('an argument that is not there is appended, one that is there changes nothing', () => {
  const menu = 'kernel /elver\nmodule /x86_64/sbin/e1000n\nmodule /pci auto\n';
  assert.match(
    one(menu, { kind: 'set-argument', program: kernel, argument: 'serial=0x3f8' }),
    /^kernel \/elver serial=0x3f8$/m,
  );
  const auto = { kind: 'set-argument', program: 'e1000n', argument: 'auto' } as const;
  assert.match(one(menu, auto), /^module \/x86_64\/sbin\/e1000n auto$/m);
  assert.equal(one(menu, { ...auto, program: 'pci' }), menu);
  assert.deepEqual(changeMenu(menu, [{ ...auto, program: 'pci' }]).changed, []);
});

test('a key is a whole word: quotes keep words together', () => {
  const menu = 'kernel /elver\nmodule /angler xlog=3 "log=1 2" log=7\n';
  const next = one(menu, { kind: 'set-argument', program: 'angler', argument: 'log=9' });
  assert.match(next, /^module \/angler xlog=3 "log=1 2" log=9$/m);
});

test("a replacement's own signs mean nothing", () => {
  const menu = 'kernel /elver a=1\n';
  assert.equal(one(menu, { kind: 'set-argument', program: kernel, argument: 'a=$&$1' }), 'kernel /elver a=$&$1\n');
});

test('an added driver stands behind the last one', () => {
  const change = { kind: 'add-module', path: '/x86_64/sbin/e1000n', arguments: 'auto' } as const;
  const { text, changed } = changeMenu(MENU, [change]);
  assert.equal(text, MENU.replace('auto  \n', 'auto  \nmodule /x86_64/sbin/e1000n auto\n'));
  assert.deepEqual(changed, [{ line: 10, before: undefined, after: 'module /x86_64/sbin/e1000n auto' }]);
  const crlf = MENU.replaceAll('\n', '\r\n');
  assert.equal(one(crlf, change), text.replaceAll('\n', '\r\n'));
  // The commented line of e10k is none.
  const { modules } = parseMenuList(one(MENU, { ...change, path: '/x86_64/sbin/e10k' }));
  assert.equal(modules.filter(({ path }) => path.endsWith('e10k')).length, 1);
});

test('a module is added wherever there is a place', () => {
  const change = { kind: 'add-module', path: '/d', arguments: 'auto' } as const;
  assert.equal(one('kernel /elver\nmodule /cpu', change), 'kernel /elver\nmodule /cpu\nmodule /d auto');
  assert.equal(one('kernel /elver\r\nmodule /cpu auto', change), 'kernel /elver\r\nmodule /cpu auto\r\nmodule /d auto');
  assert.equal(one('kernel /elver\n# end\n', change), 'kernel /elver\nmodule /d auto\n# end\n');
  assert.equal(one('# nothing\n', change), '# nothing\nmodule /d auto\n');
  assert.match(one('', change), /^module \/d auto\n$/);
});

test('a module that is there gets the arguments instead of a second line', () => {
  const change = { kind: 'add-module', path: '/x86_64/sbin/fish', arguments: 'auto' } as const;
  assert.equal(one(MENU, change), MENU.replace('fish nospawn', 'fish auto'));
});

test('changes see what earlier ones have done', () => {
  const { text, left } = changeMenu(MENU, [
    { kind: 'add-module', path: '/x86_64/sbin/e10k', arguments: '' },
    { kind: 'set-argument', program: 'e10k', argument: 'auto' },
    { kind: 'add-module', path: '/x86_64/sbin/mlx4', arguments: 'auto' },
    { kind: 'remove-module', program: 'ahcid' },
    { kind: 'remove-module', program: 'mlx4' },
    { kind: 'set-argument', program: 'ahcid', argument: 'auto' },
  ]);
  assert.match(text, /^module \/x86_64\/sbin\/e10k auto$/m);
  assert.match(text, /^#module \/x86_64\/sbin\/ahcid {3}auto {2}$/m);
  assert.doesNotMatch(text, /mlx4/);
  assert.deepEqual(
    left.map(({ why }) => why),
    ['no-line'],
  );
});

test('arguments are set as a whole, or taken away', () => {
  assert.match(
    one(MENU, { kind: 'set-arguments', program: 'cpu', arguments: 'a  b' }),
    /^module {2}\/x86_64\/sbin\/cpu a {2}b$/m,
  );
  assert.match(one(MENU, { kind: 'set-arguments', program: 'cpu', arguments: '' }), /^module {2}\/x86_64\/sbin\/cpu$/m);
  assert.match(
    one(MENU, { kind: 'set-arguments', program: 'init', arguments: 'x' }),
    /^module \/x86_64\/sbin\/init x$/m,
  );
});

test('nothing smuggles in a line or a word', () => {
  const bad: MenuChange[] = [
    { kind: 'set-argument', program: kernel, argument: 'a=1\nmodule /evil' },
    { kind: 'set-argument', program: kernel, argument: 'a=1 b=2' },
    { kind: 'set-argument', program: kernel, argument: '' },
    { kind: 'set-arguments', program: kernel, arguments: 'a\rb' },
    { kind: 'add-module', path: '/a b', arguments: '' },
    { kind: 'add-module', path: 'a', arguments: '' },
    { kind: 'add-module', path: '/a', arguments: 'x\ny' },
  ];
  const { text, left } = changeMenu(MENU, bad);
  assert.equal(text, MENU);
  assert.deepEqual(
    left.map(({ why }) => why),
    bad.map(() => 'not-a-line'),
  );
});

test('a change without its line is said', () => {
  const changes: MenuChange[] = [
    { kind: 'set-argument', program: kernel, argument: 'a=1' },
    { kind: 'remove-module', program: 'e1000n' },
    { kind: 'set-arguments', program: 'e1000n', arguments: '' },
  ];
  const { text, left } = changeMenu('module /cpu\n', changes);
  assert.equal(text, 'module /cpu\n');
  assert.deepEqual(
    left.map(({ change, why }) => [change, why]),
    changes.map((change) => [change, 'no-line']),
  );
});

test('auto is a word of its own', () => {
  assert.equal(isAuto('core=1 auto'), true);
  assert.equal(isAuto('automatic "auto x"'), false);
});
