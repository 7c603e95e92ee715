import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { hakefile } from '../../../../src/language/hakefile/hakefile.ts';
import { readHakefile } from '../../../../src/language/hakefile/reader.ts';
import { askAll, fuzzRounds, prefixesOf, randomEdits } from '../../../fixtures/random-edits.ts';
import { FIXTURES, marked, plainText, ROOT, samples, SourceTree } from '../flounder/source-tree.ts';

const PATH = 'usr/drivers/disk/Hakefile';
const text = readFileSync(join(FIXTURES, 'hakefile', PATH), 'utf8');

const INTERFACES = samples();

function treeWith(changed: string): SourceTree {
  const sources = ['disk.c', 'sub/ring.c', 'client.c', 'client_armv7.c', 'notes.txt', 'README'];
  return new SourceTree({
    ...INTERFACES,
    ...Object.fromEntries(sources.map((name) => [`usr/drivers/disk/${name}`, ''])),
    'devices/disk_regs.dev': '',
    'devices/more/other.dev': '',
    'usr/shell/Hakefile':
      '[ build application { target = "shell", addLibraries = [ "disk_client" ], flounderDefs = ["sensor"] } ]',
    [PATH]: changed,
  });
}

const tree = treeWith(text);
const file = tree.hakefile(PATH);

function after(word: string, from = 0): number {
  return text.indexOf(word, from) + 2;
}

function places(locations: readonly { uri: string; range: { start: { line: number } } }[] | undefined): string[] {
  return (locations ?? []).map(({ uri, range }) => `${uri.slice(ROOT.length)}:${String(range.start.line + 1)}`);
}

function labelsAt(textWithMark: string): string[] {
  const { text: changed, offset } = marked(textWithMark);
  const other = treeWith(changed);
  return (hakefile.complete?.(other.hakefile(PATH), offset, other) ?? []).map(({ label }) => label);
}

test('what is not there is told, where the name is certain', () => {
  assert.deepEqual(
    hakefile.diagnose(file, tree).map(({ code, start, end }) => `${code} ${text.slice(start, end)}`),
    [
      'unknown-file "missing.c"',
      'unknown-interface "nothing_such"',
      'unknown-device "no_regs"',
      'unknown-device "gone"',
    ],
  );
});

test('a summary has the targets and what they use', () => {
  const { declared, used } = hakefile.summarize(file);
  assert.deepEqual(
    declared.map(({ name, container }) => `${container ?? ''} ${name}`),
    ['library disk_client', 'drivermodule disk_module', 'driverdomain disk', 'platform Disk_Only'],
  );
  assert.deepEqual(used, [
    'if/disk_queue.if',
    'if/nothing_such.if',
    'devices/disk_regs.dev',
    'devices/no_regs.dev',
    'disk_client',
    'disk_module',
    'devices/gone.dev',
    '/sbin/disk',
  ]);
});

test('definitions lead to sources, interfaces, devices, libraries and modules', () => {
  const at = (word: string): string[] => places(hakefile.definitions?.(file, after(word), tree));
  assert.deepEqual(at('"sub/ring.c"'), ['usr/drivers/disk/sub/ring.c:1']);
  assert.deepEqual(at('"disk_queue", "noth'), ['if/disk_queue.if:5']);
  assert.deepEqual(at('"disk_regs", "no'), ['devices/disk_regs.dev:1']);
  assert.deepEqual(at('"disk_client" ]'), [`${PATH}:8`]);
  assert.deepEqual(at('"disk_module" ]'), [`${PATH}:16`]);
  assert.deepEqual(at('"missing.c"'), []);
  assert.deepEqual(at('"x86_64", "armv8"'), []);
});

test('a platform’s programs, and sources in a list with a name, lead to where they are', () => {
  const platforms = `let modules = [ "/sbin/" ++ f | f <- [ "shell", "disk_client", "nothing" ] ]
    sources = [ "disk.c", "nowhere.c", "ump.idc" ]
in [ platform "Small" [ "x86_64" ] ([ ("x86_64", "/sbin/shell") ] ++ modules) "Hardly anything" ]`;
  const other = new SourceTree({
    'usr/shell/Hakefile': '[ build application { target = "shell" } ]',
    'lib/shell/Hakefile':
      '[ build library { target = "shell" }, build application { target = "x", addLibraries = [ "shell" ] } ]',
    'lib/disk/Hakefile': '[ build library { target = "disk_client" } ]',
    'platforms/Hakefile': platforms,
    'platforms/disk.c': '',
  });
  const from = (path: string, word: string): string[] => {
    const read = other.hakefile(path);
    return places(hakefile.definitions?.(read, read.source.text.indexOf(word) + 2, other));
  };
  const uses = (path: string): string[] => {
    const read = other.hakefile(path);
    return places(hakefile.references?.(read, read.source.text.indexOf('"shell"') + 2, { declaration: false }, other));
  };
  assert.deepEqual(from('platforms/Hakefile', '"shell"'), ['usr/shell/Hakefile:1']);
  assert.deepEqual(from('platforms/Hakefile', '"/sbin/shell"'), ['usr/shell/Hakefile:1']);
  assert.deepEqual(from('platforms/Hakefile', '"nothing"'), []);
  assert.deepEqual(from('lib/shell/Hakefile', '"shell" ]'), ['lib/shell/Hakefile:1']);
  assert.deepEqual(from('platforms/Hakefile', '"disk.c"'), ['platforms/disk.c:1']);
  assert.deepEqual(uses('usr/shell/Hakefile'), ['platforms/Hakefile:1', 'platforms/Hakefile:3']);
  assert.deepEqual(uses('lib/shell/Hakefile'), ['lib/shell/Hakefile:1']);
  const read = other.hakefile('platforms/Hakefile');
  assert.deepEqual(hakefile.diagnose(read, other), []);
  assert.equal(hakefile.hover?.(read, platforms.indexOf('nowhere.c'), other), undefined);
  assert.equal(hakefile.links?.(read, other).length, 1);
});

test('a name with half of a character is none of a file', () => {
  const broken = treeWith('[ build application { target = "a", cFiles = [ "a\uD800.c" ] } ]');
  assert.deepEqual(hakefile.diagnose(broken.hakefile(PATH), broken), []);
  assert.deepEqual(hakefile.links?.(broken.hakefile(PATH), broken), []);
});

test('references to a target are in all Hakefiles', () => {
  const found = places(hakefile.references?.(file, after('"disk_client"'), { declaration: true }, tree));
  assert.deepEqual(found.sort(), [
    'usr/drivers/disk/Hakefile:22',
    'usr/drivers/disk/Hakefile:8',
    'usr/shell/Hakefile:1',
  ]);
});

test('hovers explain the vocabulary, and what a string names', () => {
  const at = (word: string): string => plainText(hakefile.hover?.(file, after(word), tree)?.contents ?? { value: '' });
  assert.match(at('addModules'), /driver domain/);
  assert.match(at('mackerel2'), /header of a device/);
  assert.match(at('"disk_queue"'), /interface/);
  assert.match(at('"disk_client",'), /Used by 2 others/);
  assert.match(at('"missing.c"'), /Not found/);
  assert.equal(at('"-DNAME'), '');
});

test('completion is of the vocabulary, and in strings of what there is', () => {
  const fields = labelsAt('[ build application { target = "a", ▮ } ]');
  assert.ok(fields.includes('cFiles') && fields.includes('libDeps') && !fields.includes('target'));
  const values = labelsAt('[ build application { architectures = al▮ } ]');
  assert.ok(values.includes('allArchitectures') && !values.includes('cFiles'));
  const top = labelsAt('[ ▮ ]');
  assert.ok(top.includes('build') && top.includes('driverdomain') && !top.includes('cFiles'));
  assert.deepEqual(labelsAt('[ build application { cFiles = [ "d▮" ] } ]'), [
    'client.c',
    'client_armv7.c',
    'disk.c',
    'sub/',
  ]);
  assert.deepEqual(labelsAt('[ build application { cFiles = [ "sub/▮'), ['sub/ring.c']);
  assert.deepEqual(labelsAt('[ build application { flounderDefs = [ "▮'), [
    'arch/',
    'disk_queue',
    'half_typed',
    'platform/',
    'sensor',
  ]);
  assert.deepEqual(labelsAt('[ build application { mackerelDevices = [ "more/▮" ] } ]'), ['more/other']);
  assert.deepEqual(
    labelsAt('[ build application { addLibraries = libDeps [ "▮" ], x = [ build library { target = "y" } ] } ]'),
    ['y'],
  );
  assert.deepEqual(labelsAt('[ build application { flounderExtraDefs = [ ("sensor", [ "▮" ]) ] } ]')[0], 'lmp');
  assert.deepEqual(labelsAt('[ build application { architectures = [ "x▮" ] } ]'), [
    'x86_64',
    'armv7',
    'armv8',
    'k1om',
  ]);
  assert.deepEqual(labelsAt('[ "/sbin/" ++ f | f <- [ "▮" ] ] -- [ build'), ['shell']);
  assert.deepEqual(labelsAt('[ ("x86_64", "/sbin/▮") ]'), ['/sbin/shell']);
  assert.deepEqual(labelsAt('-- ▮'), []);
  assert.deepEqual(labelsAt('[ build application { addCFlags = [ "-▮" ] } ]'), []);
});

test('a completed name replaces what was typed of it, and no more', () => {
  const { text: changed, offset } = marked('[ build application { mackerelDevices = [ "disk▮ ] } ]');
  const other = treeWith(changed);
  const item = hakefile.complete?.(other.hakefile(PATH), offset, other).find(({ label }) => label === 'disk_regs');
  assert.deepEqual(item?.textEdit, {
    range: { start: { line: 0, character: 43 }, end: { line: 0, character: 47 } },
    newText: 'disk_regs',
  });
});

test('symbols, folds, links and colours', () => {
  assert.deepEqual(
    hakefile.symbols?.(file).map(({ name, detail }) => `${name} ${detail ?? ''}`),
    ['disk_client library', 'disk_module drivermodule', 'disk driverdomain', 'Disk_Only platform'],
  );
  const folds = hakefile.folds?.(file).map(({ startLine, endLine }) => `${String(startLine)}-${String(endLine)}`);
  assert.deepEqual(folds, ['0-2', '32-33', '13-29', '26-28', '14-23', '6-10']);
  const links = hakefile.links?.(file, tree).map(({ target }) => target?.slice(ROOT.length));
  assert.ok(links?.includes('usr/drivers/disk/notes.txt') && links.includes('if/disk_queue.if'));
  const tokens = hakefile.tokens?.(file, tree).map(({ start, end, type }) => `${text.slice(start, end)}:${type}`);
  for (const each of ['let:keyword', 'target:property', 'drivermodule:type', '"disk":string', 'mackerel2:function'])
    assert.ok(tokens?.includes(each), each);
});

test('whatever the text, there is an answer and no syntax error', () => {
  const words = ['{-', '-}', '<-', 'build x {', 'target = "'];
  const ask = (changed: string, offset: number): void => {
    const other = treeWith(changed);
    for (const { code } of askAll(hakefile, other.hakefile(PATH), offset, other)) assert.match(code, /^unknown-/);
  };
  for (const prefix of prefixesOf(text, 20)) ask(prefix, prefix.length);
  const options = { seed: 11, rounds: fuzzRounds(30), inARow: 3, words };
  for (const { text: changed, at } of randomEdits([text], options)) ask(changed, at);
  for (const piece of ['[', '{', 'x {', '("', '[ f x | x <- [', '{-', 'target = ', '["a",'])
    readHakefile(piece.repeat(10_000));
});
