import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codesOf } from './source-tree.ts';

/** An interface `t` with these declarations, and what is wrong with it. */
const cases: readonly (readonly [body: string, ...codes: string[]])[] = [
  ['message m();'],
  ['message m(uint8 a, String s[10], char c[n, 10], coreid core);'],
  ['rpc r(in cap c, out errval e); MESSAGE m(); Rpc q();'],
  ['typedef struct { uint8 a; } s1; typedef s1 s2; typedef s2 s3[4]; message m(s3 x);'],
  ['typedef uint8 struct; message m(struct a, typedef b);', 'unknown-type'],
  ['message m(Stringname[10]);', 'run-together'],
  ['typedef struct { uint8 a; } Shape; message m(Shape s);', 'type-begins-with-s'],
  ['alias Small uint8; message m(Small s[n, 10]);'],
  ['message m(String s);', 'string-without-maximum'],
  ['message m(uint8 a[10]);', 'array-without-length'],
  ['message m(uint8 a[n, 0x]);', 'number-malformed'],
  ['message m(uint8 a[n, 010], uint8 b[k, 0o17]);'],
  ['message m(uint8 a,);', 'syntax-expected'],
  ['message m(uint8 a) message k();', 'syntax-expected'],
  ['message m(in uint8 a);', 'direction-in-message'],
  ['rpc m(uint8 a);', 'direction-missing'],
  ['message in();', 'name-reserved'],
  ['message m(uint8 Message);', 'name-reserved'],
  ['message _m();', 'name-malformed'],
  ['message m(uint8 _a);', 'name-malformed'],
  ["message m'(uint8 a);", 'name-with-quote'],
  ['message m(); typedef uint8 late;', 'type-after-message'],
  ['typedef uint8 t1;', 'no-message'],
  ['', 'no-message'],
  ['typedef struct { } s1; message m();', 'struct-empty'],
  ['typedef enum { } e; message m();', 'syntax-expected'],
  ['typedef enum { A, B = 2 } e; message m();', 'constant-with-value'],
  ['typedef struct s1 { uint8 a; }; message m();', 'name-first'],
  ['typedef struct { uint8 a[4]; } s1; message m();', 'array-in-struct'],
  ['typedef uint8 a[-3]; message m();', 'array-length'],
  ['typedef nothing t1; message m();', 'unknown-type'],
  ['typedef t1 t1; message m();', 'type-in-itself'],
  ['typedef t2 t1; typedef uint8 t2; message m();', 'type-declared-later'],
  ['alias t1 coreid; message m();', 'not-builtin'],
  ['typedef struct { uint8 a; } t1; typedef uint8 t1; message m(t1 a);', 'name-taken', 'type-ambiguous'],
  ['alias t1 uint8; alias t1 uint8; message m(t1 a);', 'name-taken'],
  ['alias coreid uint8; message m(coreid a);'],
  ['alias coreid uint16; message m(coreid a);', 'name-taken'],
  ['typedef uint16 coreid; message m(coreid a);', 'name-taken', 'type-ambiguous'],
  ['message m(); message m();', 'name-taken'],
  ['message r_call(); rpc r();', 'name-taken'],
  ['message m(uint8 a, uint8 a);', 'name-taken'],
  ['message m(uint8 default);', 'name-in-c'],
  ['typedef enum { A, A } e; message m();', 'name-taken'],
  ['message m(uint32 a[n, 10]);', 'array-of-wide'],
  ['typedef uint8 byte; message m(byte a[n, 10]);', 'array-of-wide'],
  ['message m(size a);', 'not-over-ump'],
  ['typedef struct { uintptr p; } s1; message m(s1 a);', 'not-over-ump'],
  ['message m(ioport p);', 'type-somewhere'],
  ['@ata(command=0xC8, lba=a) rpc r(in uint8 a);'],
  ['@ ata() rpc r();', 'syntax-expected'],
  ['messge m(); message k();', 'no-declaration'],
  ['call c(); response r();', 'old-message', 'old-message'],
  ['message m(); /* /* */', 'syntax-expected', 'comment-not-closed'],
];

for (const [body, ...codes] of cases) {
  test(`${body === '' ? 'nothing' : body} → ${codes.join(', ') || 'fine'}`, () => {
    assert.deepEqual(codesOf(`interface t "x" { ${body} };`), codes);
  });
}

test('an interface is called like its file, and ends with a semicolon', () => {
  assert.deepEqual(codesOf('interface u "x" { message m(); };'), ['file-name']);
  assert.deepEqual(codesOf('interface t { message m(); }'), ['syntax-expected']);
  assert.deepEqual(codesOf('interface t { message m(); }; interface u'), ['ignored-text']);
  assert.deepEqual(codesOf('Interface t "a\\q" { message m(); };'), ['string-malformed']);
  assert.deepEqual(codesOf('interface t "a { message m(); };'), ['string-malformed', 'syntax-expected']);
  assert.deepEqual(codesOf('interface t "a\tb" { message m(); };'), ['string-malformed']);
});

test('an included file holds types only, and knows those that are included before it', () => {
  assert.deepEqual(codesOf('alias a uint8; typedef coreid b;', 'if/types.if'), ['unknown-type']);
  assert.deepEqual(codesOf('typedef genpaddr b;', 'if/arch/x86_64.if'), []);
  assert.deepEqual(codesOf('message m();', 'if/arch/x86_64.if'), ['message-in-include']);
  assert.deepEqual(codesOf('', 'if/arch/x86_64.if'), []);
});

test('what is in scope depends on the architectures that are built', () => {
  const text = 'interface t { message m(ioport p); };';
  assert.deepEqual(codesOf(text, 'if/t.if', ['x86_64']), []);
  assert.deepEqual(codesOf(text, 'if/t.if', ['armv7']), ['unknown-type']);
});

test('a file outside of any tree is not told that common types are unknown', () => {
  assert.deepEqual(codesOf('interface t { message m(coreid p); };', 'elsewhere/t.if'), []);
});
