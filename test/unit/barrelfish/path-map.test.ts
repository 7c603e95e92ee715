import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OutputMapper, PathMap } from '../../../src/barrelfish/path-map.ts';

const map = new PathMap(
  [
    { there: '/source', here: '/home/me/bf' },
    { there: '/source/lib/', here: '/elsewhere/lib' },
    { there: '/build', here: '/home/me/build' },
    { there: '/', here: '/nowhere' },
  ],
  '/home/me/build',
  '/home/me/bf',
);

test('the longest directory counts, and only whole names', () => {
  const lines: [string, string][] = [
    ['/source/usr/x.c', '/home/me/bf/usr/x.c'],
    ['/source/lib/x.c', '/elsewhere/lib/x.c'],
    ['/source/library/x.c', '/home/me/bf/library/x.c'],
    ['/sources/x.c', '/sources/x.c'],
    ['/my/source/x.c', '/my/source/x.c'],
    ["make: Entering directory '/build'", "make: Entering directory '/home/me/build'"],
    ['In file included from /source/a.h:3,', 'In file included from /home/me/bf/a.h:3,'],
    ['-I/source/include', '-I/source/include'],
    ['"/source/if/x.if" (line 3, column 4):', '"/home/me/bf/if/x.if" (line 3, column 4):'],
    ['/source and /build', '/home/me/bf and /home/me/build'],
    ['é/source/x', 'é/source/x'],
    ['/', '/'],
  ];
  for (const [there, here] of lines) assert.equal(map.line(there), here);
});

test('relative paths of diagnostics become absolute, nothing else does', () => {
  const lines: [string, string][] = [
    ['../bf/usr/x.c:12:3: error: y', '/home/me/bf/usr/x.c:12:3: error: y'],
    ['./x86_64/include/x.h:1:1: error', '/home/me/build/x86_64/include/x.h:1:1: error'],
    ['x86_64/x.c:7: warning', '/home/me/build/x86_64/x.c:7: warning'],
    ['x.c:7: warning', '/home/me/build/x.c:7: warning'],
    [
      'Parse error at: "../bf/if/x.if" (line 2, column 3):',
      'Parse error at: "/home/me/bf/if/x.if" (line 2, column 3):',
    ],
    ['usr/x/Hakefile:3.20 - Parse error: }', '/home/me/bf/usr/x/Hakefile:3.20 - Parse error: }'],
    ['usr/x/Hakefile:', '/home/me/bf/usr/x/Hakefile:'],
    ['at 12:30:05, done', 'at 12:30:05, done'],
    ['make[1]: *** [Makefile:12: x86_64/sbin/x] Error 1', 'make[1]: *** [Makefile:12: x86_64/sbin/x] Error 1'],
    ['gcc -c ../bf/usr/x.c -o x86_64/x.o', 'gcc -c ../bf/usr/x.c -o x86_64/x.o'],
  ];
  for (const [there, here] of lines) assert.equal(map.line(there), here);
});

test('a build that was made elsewhere with a relative source is read too', () => {
  const moved = new PathMap([{ there: '../source/', here: '/home/me/bf' }], '/home/me/build');
  assert.equal(moved.line('../source/usr/x.c:1:2: error'), '/home/me/bf/usr/x.c:1:2: error');
  assert.equal(moved.line('../../source/usr/x.c'), '../../source/usr/x.c');
  assert.equal(moved.there('/home/me/bf/x'), '/home/me/bf/x', 'a relative name is none to go to');
});

test('single paths go both ways', () => {
  assert.equal(map.there('/home/me/build'), '/build');
  assert.equal(map.there('/elsewhere/lib/a.c'), '/source/lib/a.c');
  assert.equal(map.there('/home/me/buildings'), '/home/me/buildings');
});

test('names that mean something to a regular expression or a replacement do not here', () => {
  const odd = new PathMap([{ there: '/a+b(c).d', here: '/x$&$1' }], '/');
  assert.equal(odd.line('/a+b(c).d/e /aab(c)xd/e'), '/x$&$1/e /aab(c)xd/e');
});

test('text in pieces comes out in whole lines, however it is cut', () => {
  const text = 'Grüße /source/ä.c\r\n/build/x\n\nat the end /source';
  for (let size = 1; size < text.length; size += 1) {
    const mapper = new OutputMapper(map);
    let out = '';
    for (let at = 0; at < text.length; at += size) out += mapper.push(text.slice(at, at + size));
    out += mapper.end();
    assert.equal(out, 'Grüße /home/me/bf/ä.c\r\n/home/me/build/x\n\nat the end /home/me/bf');
  }
});

test('a line without an end is not kept for ever', () => {
  const mapper = new OutputMapper(map);
  let length = 0;
  for (let index = 0; index < 1000; index += 1) length += mapper.push('x'.repeat(1000)).length;
  assert.ok(length > 900_000);
  assert.equal(length + mapper.end().length, 1_000_000);
});
