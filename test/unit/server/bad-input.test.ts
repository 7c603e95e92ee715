// Every language on every kind of file that nobody meant to write: there is an answer, and never an exception.
import assert from 'node:assert/strict';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { Language, ParsedFile } from '../../../src/language/language.ts';
import { readText, stampOf } from '../../../src/server/disk-files.ts';
import { OpenDocument } from '../../../src/server/documents.ts';
import { languageOf, languages } from '../../../src/server/languages.ts';
import { MadeTree } from '../../fixtures/made-tree.ts';
import { MADE_ROOT, MadeWorkspace } from '../../fixtures/made-workspace.ts';
import { askAll, randomNumbers } from '../../fixtures/random-edits.ts';

const fixtures = path.join(import.meta.dirname, '../../fixtures/languages');

/** A sample of each language, by where it would be in a source tree. */
const SAMPLES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({
    'devices/uart16550.dev': 'mackerel/uart16550.dev',
    'if/disk_queue.if': 'flounder/if/disk_queue.if',
    'hake/menu.lst.x86_64': 'menu-list/menu.lst.x86_64',
    'usr/drivers/disk/Hakefile': 'hakefile/usr/drivers/disk/Hakefile',
    'socs/samples.soc': 'sockeye/samples.soc',
    'schemas/samples.sks': 'skate/samples.sks',
    'errors/samples.fugu': 'fugu/samples.fugu',
    'capabilities/samples.hl': 'hamlet/samples.hl',
    'trace_definitions/samples.pleco': 'pleco/samples.pleco',
    'usr/skb/programs/device_db.pl': 'device-db/device_db.pl',
  }).map(([where, sample]) => [where, readFileSync(path.join(fixtures, sample), 'utf8')]),
);

interface Read {
  readonly language: Language<unknown>;
  readonly file: ParsedFile<unknown>;
  readonly workspace: MadeWorkspace;
}

function read(where: string, texts: Readonly<Record<string, string>>): Read {
  const workspace = new MadeWorkspace(texts);
  const language = languageOf(where);
  const file = language && workspace.parsed(language, MADE_ROOT + where);
  assert.ok(language && file, where);
  return { language, file, workspace };
}

/** Codes of what is wrong with a file. */
function codesOf(where: string, texts: Readonly<Record<string, string>>): string[] {
  const { language, file, workspace } = read(where, texts);
  return language.diagnose(file, workspace).map(({ code }) => code);
}

/** Asks for everything at a few places of a file. */
function askAbout(where: string, texts: Readonly<Record<string, string>>): void {
  const { language, file, workspace } = read(where, texts);
  const { length } = file.source.text;
  for (const offset of [0, length >> 1, length]) askAll(language, file, offset, workspace);
}

test('there is a sample of every language', () => {
  const sampled = new Set(Object.keys(SAMPLES).map((where) => languageOf(where)?.id));
  assert.deepEqual(
    languages.filter(({ id }) => !sampled.has(id)).map(({ id }) => id),
    [],
  );
});

test('line ends, a byte order mark and tabs mean nothing', () => {
  for (const [where, text] of Object.entries(SAMPLES)) {
    const plain = codesOf(where, { [where]: text });
    for (const [what, changed] of [
      ['CR LF', text.replaceAll('\n', '\r\n')],
      ['a byte order mark', `\uFEFF${text}`],
      ['tabs', text.replaceAll(/^ +/gm, '\t')],
    ] as const) {
      // What reads a menu does mind them.
      const codes = codesOf(where, { [where]: changed });
      if (!where.includes('menu.lst')) assert.deepEqual(codes, plain, `${what} in ${where}`);
    }
  }
});

test('what is not UTF-8 is read with marks in its place', () => {
  using made = new MadeTree({});
  for (const [where, text] of Object.entries(SAMPLES)) {
    const bytes = Buffer.from(text, 'utf8');
    for (let at = 50; at < bytes.length; at += 97) bytes[at] = 0xe9;
    const file = made.path(path.basename(where));
    writeFileSync(file, bytes);
    const stamp = stampOf(file);
    assert.ok(stamp);
    const decoded = readText(file, stamp);
    assert.ok(typeof decoded === 'string' && decoded.includes('\uFFFD'), where);
    askAbout(where, { [where]: decoded });
  }
});

test('binary and huge files are left out, whatever they are called', () => {
  using made = new MadeTree({});
  for (const where of Object.keys(SAMPLES)) {
    const file = made.path(path.basename(where));
    const refused = (): unknown => {
      const stamp = stampOf(file);
      return stamp && readText(file, stamp);
    };
    writeFileSync(file, Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0]));
    assert.deepEqual(refused(), { refused: 'it is a binary file' });
    truncateSync(file, 50_000_000);
    assert.deepEqual(refused(), { refused: 'it has 50.0 MB' });
    for (const text of ['x\0y', 'x'.repeat(50_000_000)]) {
      const language = languageOf(where);
      const what = { languageId: '', language, version: 1, text };
      assert.equal(new OpenDocument({ uri: where, clientUri: where }, what).parsed(), undefined);
    }
  }
});

test('bytes of a program harm no language', () => {
  const below = randomNumbers(3);
  const bytes = Buffer.from(Array.from({ length: 4096 }, () => below(256)));
  for (const where of Object.keys(SAMPLES)) askAbout(where, { [where]: bytes.toString('latin1') });
});

test('nesting 10,000 deep is answered', () => {
  // What nests in one language only is in its own tests.
  for (const [where, text] of Object.entries(SAMPLES)) {
    for (const opening of ['{', '(', '[', '/*', '{-']) {
      const { language, file, workspace } = read(where, { [where]: text + opening.repeat(10_000) });
      language.diagnose(file, workspace);
      language.symbols?.(file);
      language.complete?.(file, file.source.text.length, workspace);
      language.selections?.(file, file.source.text.length - 5000);
    }
  }
});

test('imports in a circle, and of what is not there', () => {
  const files = {
    'devices/one.dev': 'import two; device one (addr b) "" { register r addr(b, 0) { f 8 type(two.c) ""; }; };',
    'devices/two.dev': 'import one; import two; device two (addr b) "" { constants c "" { x = 1 ""; }; };',
    'socs/one.soc': 'import two\nmodule One { instance T of Two }',
    'socs/two.soc': 'import one\nimport two\nmodule Two { instance T of One }',
    'schemas/one.sks': 'import two;\nschema one "" { fact f "" { uint8 a ""; }; };',
    'schemas/two.sks': 'import one;\nschema two "" { fact f "" { uint8 a ""; }; };',
  };
  for (const where of Object.keys(files)) {
    assert.deepEqual(codesOf(where, files), [], where);
    askAbout(where, files);
  }
  const lost = (where: string, text: string): string[] => codesOf(where, { [where]: text });
  assert.deepEqual(lost('devices/a.dev', 'import no; device a (addr b) "" { register r addr(b, 0) type(uint8); };'), [
    'import-missing',
  ]);
  assert.deepEqual(lost('socs/a.soc', 'import no\nmodule A { instance T of No }'), ['unknown-import']);
});

test('two of one name are both there, and neither is in the way of the other', () => {
  const text = 'device same (addr b) "" { register r rw addr(b, 0) type(uint8); };';
  const files = { 'devices/a/same.dev': text, 'devices/b/same.dev': text };
  for (const where of Object.keys(files)) assert.deepEqual(codesOf(where, files), []);
  const workspace = new MadeWorkspace(files);
  assert.equal(workspace.declaring('barrelfish-mackerel', 'same').length, 2);
  const found = languageOf('same.dev')?.inC?.resolve('same_r_rd', ['dev/same_dev.h'], workspace);
  assert.match(found?.location.uri ?? '', /same\.dev$/);
  assert.deepEqual(codesOf('devices/same.dev', { 'devices/same.dev': `${text}\n${text}` }), ['text-after-device']);
});
