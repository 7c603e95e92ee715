import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fugu } from '../../../src/language/fugu/fugu.ts';
import { hamlet } from '../../../src/language/hamlet/hamlet.ts';
import type { Language } from '../../../src/language/language.ts';
import { pleco } from '../../../src/language/pleco/pleco.ts';
import { skate } from '../../../src/language/skate/skate.ts';
import { sockeye } from '../../../src/language/sockeye/sockeye.ts';
import { parsed, stage } from './outline-stage.ts';

const tree = process.env['BARRELFISH_SRC'];
const build = process.env['BARRELFISH_BUILD'];

function errorsIn(language: Language<unknown>, path: string): string[] {
  const file = parsed(language, readFileSync(join(tree ?? '', path), 'utf8'), `file:///tree/${path}`);
  const imports = new Set(['unknown-import', 'not-exported']);
  return language
    .diagnose(file, stage())
    .filter(({ severity, code }) => severity === 'error' && !imports.has(code))
    .map(({ message }) => message);
}

test('files of a source tree are taken as its own programs take them', { skip: tree === undefined }, () => {
  assert.deepEqual(errorsIn(fugu, 'errors/errno.fugu'), []);
  assert.deepEqual(errorsIn(pleco, 'trace_definitions/trace_defs.pleco'), []);
  assert.deepEqual(errorsIn(hamlet, 'capabilities/caps.hl'), []);
  assert.deepEqual(errorsIn(skate, 'schemas/acpimadt.sks'), []);
  assert.deepEqual(errorsIn(skate, 'schemas/pci.sks'), []);
  // skate refuses it.
  assert.notDeepEqual(errorsIn(skate, 'schemas/cpuid.sks'), []);
  for (const name of readdirSync(join(tree ?? '', 'socs')).filter((each) => each.endsWith('.soc'))) {
    assert.deepEqual(errorsIn(sockeye, `socs/${name}`), [], name);
  }
});

test('values are those of the generated headers', { skip: tree === undefined || build === undefined }, () => {
  const check = (language: Language<unknown>, path: string, header: string, pattern: RegExp, ours: RegExp): void => {
    const text = readFileSync(join(build ?? '', 'x86_64/include', header), 'utf8');
    const theirs = new Map([...text.matchAll(pattern)].map(([, name, value]) => [name, value]));
    const uri = `file:///tree/${path}`;
    const source = readFileSync(join(tree ?? '', path), 'utf8');
    const workspace = stage([{ language, uri, text: source }]);
    let count = 0;
    for (const [name, value] of theirs) {
      const contents = language.inC?.resolve(name ?? '', [], workspace)?.hover.contents;
      if (!contents || typeof contents !== 'object' || !('value' in contents)) continue;
      assert.equal(ours.exec(contents.value)?.[1], value, name);
      count++;
    }
    // One name in each header is a count, of which nothing is declared.
    assert.ok(count >= theirs.size - 1, `${String(count)} of ${String(theirs.size)} in ${header}`);
  };
  check(fugu, 'errors/errno.fugu', 'errors/errno.h', /^\s+([A-Z]\w+) = (\d+)/gm, /\*\* = (\d+)/);
  const trace = 'trace_definitions/trace_defs';
  check(pleco, `${trace}.pleco`, `${trace}.h`, /^#define (TRACE_\w+)\s+(\d+)/gm, /\*\* = (\d+)/);
  check(hamlet, 'capabilities/caps.hl', 'barrelfish_kpi/capbits.h', /(\w+) = (\d+)/g, / = (\d+)/);
});
