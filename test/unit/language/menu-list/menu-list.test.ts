import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { MarkupContent } from 'vscode-languageserver-types';
import type { ParsedFile } from '../../../../src/language/language.ts';
import { menuList } from '../../../../src/language/menu-list/menu-list.ts';
import type { MenuTree } from '../../../../src/language/menu-list/syntax.ts';
import { assertGolden } from '../../../fixtures/golden.ts';
import { askAll, fuzzRounds, prefixesOf, randomEdits } from '../../../fixtures/random-edits.ts';
import { MADE_ROOT, MadeWorkspace } from '../../../fixtures/made-workspace.ts';

const samples = path.join(import.meta.dirname, '../../../fixtures/languages/menu-list');
const sample = readFileSync(path.join(samples, 'menu.lst.x86_64'), 'utf8');
const wrong = readFileSync(path.join(samples, 'menu.lst.wrong'), 'utf8');
const DATABASE = `
pci_driver{
  binary: "sample_nic", module: "sample_module",
  supported_cards: [ pci_card{ vendor: 16'1af4, device: 16'1000, function: _, subvendor: _, subdevice: _ } ],
  interrupt_model: [ legacy ], core_hint: 0, multi_instance: 0, platforms: ['x86_64']
}.
pci_driver{
  binary: "other_nic", module: "other_module",
  supported_cards: [ pci_card{ vendor: 16'1af4, device: 16'1000, function: _, subvendor: _, subdevice: _ } ],
  interrupt_model: [ legacy ], core_hint: 0, multi_instance: 0, platforms: ['x86_64'], priority: 5
}.
`;
const EXTRA = 'hake/menu.lst.test';
const URI = MADE_ROOT + EXTRA;

function open(
  text: string,
  build?: ConstructorParameters<typeof MadeWorkspace>[1],
): { file: ParsedFile<MenuTree>; workspace: MadeWorkspace } {
  const workspace = new MadeWorkspace(
    { [EXTRA]: text, 'usr/skb/programs/device_db.pl': DATABASE, 'usr/skb/programs/plat_sample.pl': '' },
    build,
  );
  const file = workspace.parsed(menuList, URI);
  assert.ok(file);
  return { file, workspace };
}

function found(text: string, build?: ConstructorParameters<typeof MadeWorkspace>[1]): string[] {
  const { file, workspace } = open(text, build);
  return menuList.diagnose(file, workspace).map(({ start, end, severity, code, message }) => {
    const { line, character } = file.source.positionAt(start);
    const at = `${String(line + 1)}:${String(character + 1)}`;
    return `${at} ${severity} ${code} [${file.source.slice({ start, end })}] ${message}`;
  });
}

function codes(text: string, build?: ConstructorParameters<typeof MadeWorkspace>[1]): string[] {
  return found(text, build).map((each) => each.split(' ')[2] ?? '');
}

/** With `|` where the cursor is. */
function at(text: string): { file: ParsedFile<MenuTree>; workspace: MadeWorkspace; offset: number } {
  const offset = text.indexOf('|');
  const targets = ['x86_64/sbin/init', 'x86_64/sbin/sample_nic', 'skb_ramfs.cpio.gz', 'board_image.bin'];
  return { ...open(text.replace('|', ''), { built: ['x86_64/sbin/init'], targets }), offset };
}

function completed(text: string): string[] {
  const { file, workspace, offset } = at(text);
  return (menuList.complete?.(file, offset, workspace) ?? []).map(({ label }) => label);
}

function hovered(text: string): string | undefined {
  const { file, workspace, offset } = at(text);
  const hover = menuList.hover?.(file, offset, workspace);
  return (hover?.contents as MarkupContent | undefined)?.value;
}

test('a menu that boots has no findings', () => {
  assert.deepEqual(found(sample), []);
});

test('what is wrong is said at its place', () => {
  assertGolden(path.join(samples, 'golden/findings.txt'), found(wrong).join('\n'));
});

test('files that are not there are told from those that can be made', () => {
  const text = 'module /x86_64/sbin/a\nmodule /x86_64/sbin/b\nmodule /x86_64/sbin/c\nmodule /armv8/sbin/d\n';
  const build = { built: ['x86_64/sbin/a'], targets: ['x86_64/sbin/a', 'x86_64/sbin/b'] };
  assert.deepEqual(
    codes(text, build).filter((code) => code !== 'no-kernel'),
    ['not-built', 'no-such-target'],
  );
  // Without a list of targets nobody can say that there is none.
  assert.deepEqual(
    codes(text, { built: [] }).filter((code) => code !== 'no-kernel'),
    ['not-built', 'not-built', 'not-built'],
  );
  assert.deepEqual(codes(`root /elsewhere\n${text}`, build), ['no-kernel']);
});

test('what is missing can be built from here', () => {
  const text = 'kernel /x86_64/sbin/elver\nmodule /x86_64/sbin/b\nmodule /skb_ramfs.cpio.gz\n';
  const { file, workspace } = open(text, { built: ['x86_64/sbin/elver'] });
  const findings = menuList.diagnose(file, workspace).filter(({ code }) => code === 'not-built');
  const actions = menuList.actions?.(file, { start: 0, end: text.length }, findings.slice(0, 1), workspace) ?? [];
  assert.deepEqual(
    actions.map(({ command }) => command?.arguments),
    [
      [{ menu: '/build/menu.lst', targets: ['x86_64/sbin/b'] }],
      [{ menu: '/build/menu.lst', targets: ['x86_64/sbin/b', 'skb_ramfs.cpio.gz'] }],
    ],
  );
  assert.ok(actions.every(({ command }) => command?.command === 'barrelfish.buildMissing'));
});

test('a driver gets its auto by an action', () => {
  const text = sample.replace('sample_nic auto', 'sample_nic nospawn core=1');
  const { file, workspace } = open(text);
  const findings = menuList.diagnose(file, workspace);
  assert.deepEqual(
    findings.map(({ code }) => code),
    ['driver-without-auto'],
  );
  const [action] = menuList.actions?.(file, { start: 0, end: text.length }, findings, workspace) ?? [];
  assert.deepEqual(
    action?.edit?.changes?.[URI]?.map(({ newText }) => newText),
    ['module /x86_64/sbin/sample_nic auto core=1'],
  );
});

test('words are completed by what can stand at their place', () => {
  assert.ok(completed('mod|').includes('modulenounzip'));
  assert.deepEqual(completed('# mod|'), []);
  assert.deepEqual(completed('module /x86|'), ['/x86_64/sbin/init', '/x86_64/sbin/sample_nic', '/skb_ramfs.cpio.gz']);
  assert.deepEqual(completed('module |').length, 3);
  assert.deepEqual(completed('module /x86_64/sbin/pci |').slice(0, 3), ['boot', 'auto', 'nospawn']);
  assert.ok(completed('module /x86_64/sbin/pci auto num|').includes('numvfs='));
  assert.ok(!completed('module /x86_64/sbin/pci auto num|').includes('boot'));
  assert.deepEqual(completed('kernel /x86_64/sbin/elver loglevel=|').slice(0, 2), ['loglevel=0', 'loglevel=1']);
  assert.ok(completed('cpudriver /armv8/sbin/cpu_a57_qemu |').includes('gicredist='));
  assert.deepEqual(completed('module /x86_64/sbin/kaluga boot add_device_db=|'), ['add_device_db=plat_sample']);
  assert.deepEqual(completed('mmap map 0 1 |'), ['1', '13']);
  assert.deepEqual(completed('title |'), []);
});

test('hovers say what a word does', () => {
  assert.match(hovered('ker|nel /x86_64/sbin/elver') ?? '', /command line of the kernel/);
  assert.match(hovered('module /x86_64/sbin/sample_n|ic auto') ?? '', /Driver of `1af4:1000`/);
  assert.match(hovered('module /x86_64/sbin/sample_nic au|to') ?? '', /Kaluga/);
  assert.match(hovered('kernel /x86_64/sbin/elver logl|evel=4') ?? '', /debugging messages/);
  assert.match(hovered('mmap map 0x8000|0000 0x40000000 1') ?? '', /1 GiB/);
  assert.equal(hovered('module /x86_64/sbin/x constr|uctor'), undefined);
});

test('words that every object has mean nothing', () => {
  for (const word of ['constructor', '__proto__', 'toString']) {
    const text = `${word} x\nkernel /${word}/sbin/cpu ${word} loglevel=${word}\nmmap map 0 0 ${word}\n`;
    const { file, workspace } = open(text);
    assert.ok(menuList.diagnose(file, workspace).some(({ code }) => code === 'unknown-kernel-argument'));
    assert.equal(menuList.tokens?.(file, workspace).filter(({ type }) => type === 'keyword').length, 2);
    assert.equal(menuList.hover?.(file, text.length - 2, workspace), undefined);
    assert.equal(hovered(`kernel /x86_64/sbin/elver loglevel=|${word}`), 'How much the kernel says.');
    assert.deepEqual(completed(`${word} x|`), []);
    assert.ok(completed(`kernel /${word}/sbin/cpu |`).includes('loglevel='));
  }
});

test('only startd starts programs on cores', () => {
  const program = 'module /x86_64/sbin/x';
  const about = (args: string): boolean => hovered(`${program} ${args}`)?.includes('startd') === true;
  assert.deepEqual(['co|re=1', 'dist-serv co|re=1', 'spawnflags=1 co|re=1'].map(about), [true, true, true]);
  assert.deepEqual(['boot co|re=1', 'auto co|re=1', 'a b co|re=1'].map(about), [false, false, false]);
  const isWrong = (args: string): boolean => codes(`${program} ${args}\n`).includes('not-a-core');
  assert.deepEqual(['core=1,x', 'dist-serv core=x'].map(isWrong), [true, true]);
  assert.deepEqual(['auto core=x', 'a b core=x', 'core=0-3,5'].map(isWrong), [false, false, false]);
});

test('a line may have any number of arguments', () => {
  const count = 150_000;
  const { file, workspace } = open(`kernel /x86_64/sbin/elver${' a'.repeat(count)}\n`);
  assert.ok(menuList.diagnose(file, workspace).length > count);
});

test('selections are around the place that they are asked for', () => {
  const text = 'module /x86_64/sbin/a boot   \n';
  for (let offset = 0; offset < text.length; offset++) {
    const { file } = open(text);
    const spans = menuList.selections?.(file, offset) ?? [];
    assert.ok(spans.length > 0 && spans.every(({ start, end }) => start <= offset && offset <= end), String(offset));
  }
});

test('a link leads to the Hakefile that makes the program, and to nothing else', () => {
  const workspace = new MadeWorkspace({
    [EXTRA]: 'module /x86_64/sbin/init\nmodule /x86_64/sbin/other\n',
    'usr/init/Hakefile': '[\n build application { target = "init" } ]',
  });
  const file = workspace.parsed(menuList, URI);
  assert.ok(file);
  assert.deepEqual(
    menuList.links?.(file, workspace).map(({ target }) => target),
    [`${MADE_ROOT}usr/init/Hakefile#2,32`],
  );
});

test('a database that is named though it is loaded anyway counts once', () => {
  const text = 'module /x86_64/sbin/kaluga boot add_device_db=device_db\nmodule /x86_64/sbin/sample_nic auto\n';
  const { file, workspace } = open(text);
  const offset = text.indexOf('sample_nic');
  assert.equal(menuList.definitions?.(file, offset, workspace).length, 1);
  const { value } = (menuList.hover?.(file, offset, workspace)?.contents ?? { value: '' }) as MarkupContent;
  assert.match(value, /Driver of `1af4:1000`\./);
});

test('a module leads to its entry, and to the other menus', () => {
  const { file, workspace } = open(sample);
  const offset = sample.indexOf('sample_nic');
  const [entry] = menuList.definitions?.(file, offset, workspace) ?? [];
  assert.equal(entry?.uri, `${MADE_ROOT}usr/skb/programs/device_db.pl`);
  assert.equal(menuList.references?.(file, offset, { declaration: true }, workspace).length, 1);
  assert.equal(menuList.symbols?.(file).length, 18);
});

test('prefixes and random edits of a menu harm nothing', () => {
  const ask = (text: string, offset: number): void => {
    const { file, workspace } = open(text);
    askAll(menuList, file, offset, workspace);
  };
  for (const prefix of prefixesOf(sample, 20)) ask(prefix, prefix.length);
  const options = { seed: 7, rounds: fuzzRounds(80), inARow: 20, words: ['kernel ', 'mmap ', 'auto', '/'] };
  for (const { text, at } of randomEdits([sample, wrong], options)) ask(text, at);
});
