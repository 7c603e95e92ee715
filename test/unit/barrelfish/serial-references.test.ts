import assert from 'node:assert/strict';
import { test } from 'node:test';
import { referencesIn } from '../../../src/barrelfish/serial-references.ts';
import { SerialScanner } from '../../../src/barrelfish/serial-scanner.ts';

const files = (text: string): (string | number)[][] =>
  referencesIn(text).flatMap((each) => (each.kind === 'file' ? [[each.path, each.pathLine]] : []));

test('files and lines are found in whatever surrounds them', () => {
  assert.deepEqual(files('ERROR: a.0 in main() ../source/usr/ahcid/ahcid.c:77'), [['../source/usr/ahcid/ahcid.c', 77]]);
  assert.deepEqual(files('SUCCESS: a.0 in main() ../a.c:60'), [['../a.c', 60]]);
  assert.deepEqual(files('function f, file /usr/src/skb.c, line 12.'), [['/usr/src/skb.c', 12]]);
  assert.deepEqual(files('kernel assertion "a" failed at kernel/x.c:12'), [['kernel/x.c', 12]]);
  assert.deepEqual(files('(lib/a-b/c_d.h:1) [start.S:2]'), [
    ['lib/a-b/c_d.h', 1],
    ['start.S', 2],
  ]);
  assert.deepEqual(files('.c:1 /.c:2 a.cx:3 a.c: 4 a.c:5x http://x.html:80 12:30:45'), []);
});

test('columns are those of the name', () => {
  assert.deepEqual(referencesIn('at ../a.c:77 x'), [{ kind: 'file', path: '../a.c', pathLine: 77, from: 3, to: 12 }]);
  assert.deepEqual(referencesIn('Failure: ( kernel) text [   SYS_ERR_OK]'), [
    { kind: 'error', name: 'SYS_ERR_OK', from: 28, to: 38 },
  ]);
});

test('addresses are told with the program that they are of', () => {
  const code = (text: string): object[] => referencesIn(text).map(({ from: _from, to: _to, ...rest }) => rest);
  assert.deepEqual(code('e1000n.0: unhandled page fault (error code 0x14) on 7f at IP 4012ab'), [
    { kind: 'code', program: 'e1000n', address: '0x4012ab' },
  ]);
  assert.deepEqual(code('  => i.e. unrelocated kernel address 0x105234'), [
    { kind: 'code', program: 'cpu', address: '0x105234' },
  ]);
  assert.deepEqual(code('skb.0.5: return address = 0x401000'), [{ kind: 'code', program: 'skb', address: '0x401000' }]);
  assert.deepEqual(code('Address that caused the fault: 0x105234'), []);
});

test('in a log they have the columns of their line, escape sequences included', () => {
  const found: unknown[] = [];
  const scanner = new SerialScanner(() => undefined, { onReference: (reference) => found.push(reference) });
  scanner.pushText('x\r\n\u001b[34me1000n.\u001b[31m0.5\u001b[0m: at a.c:7\r\n');
  assert.deepEqual(found, [{ kind: 'file', path: 'a.c', pathLine: 7, line: 1, from: 29, to: 34 }]);
});

test('a line of nothing but beginnings takes no longer', () => {
  for (const part of ['a.c', 'a.c:', '[A_', 'a/', 'x.0: unhandled ', ' at IP ', 'a.c:1 '])
    referencesIn(part.repeat(Math.ceil(50_000 / part.length)));
});
