import assert from 'node:assert/strict';
import { appendFileSync, chmodSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { copyOfGuest } from '../guest/build.ts';
import { outputRoot } from '../vscode/paths.ts';
import { until } from '../vscode/until.ts';
import { emptyFolder, openWorkbench } from './fixture.ts';

// The loop of editing, building and booting, on a copy of the test guest's tree.
const PATIENCE_MS = 60_000;

const root = emptyFolder();
const { buildDirectory, sourceDirectory } = await copyOfGuest(root);
const inBuild = (name: string): string => path.join(buildDirectory, name);
const source = path.join(sourceDirectory, 'cpu/main.c');
const original = readFileSync(source, 'utf8');

// As a container would: it knows the two directories by other names, and says so in what it prints.
const wrapper = path.join(root, 'wrapper');
const log = path.join(root, 'wrapper.log');
writeFileSync(
  wrapper,
  `#!/bin/sh
src=$1 build=$2; shift 2
echo "$*" >> ${log}
for word; do
  shift
  case $word in /elsewhere/build) word=$build ;; esac
  set -- "$@" "$word"
done
"$@" > "$build/.output" 2>&1; code=$?
sed -e "s|$build|/elsewhere/build|g" -e "s|$src|/elsewhere/source|g" -e 's|\\.\\./source/|/elsewhere/source/|g' "$build/.output"
exit $code
`,
);
chmodSync(wrapper, 0o755);

const workbench = await openWorkbench({
  folder: root,
  width: 1440,
  height: 1000,
  settings: {
    'barrelfish.buildDirectory': buildDirectory,
    'barrelfish.build.wrapper': [wrapper, '${source}', '${build}'],
    'barrelfish.build.pathMap': { '/elsewhere/source': '${source}', '/elsewhere/build': '${build}' },
    'barrelfish.qemu.memory': 64,
    'barrelfish.qemu.accelerator': 'tcg',
  },
  env: { XDG_STATE_HOME: emptyFolder() },
});
const { page, quickInput, terminal } = workbench;
const guests = workbench.view('Guests');
await workbench.openContainer('Barrelfish');

const commands = (): string[] => readFileSync(log, 'utf8').trim().split('\n');
const picture = (name: string): Promise<void> =>
  workbench.screenshot(path.join(outputRoot, 'pictures', `build-${name}.png`));

/** Newer than what was made of it, whatever the clock's steps. */
function edit(text: string): void {
  writeFileSync(source, text);
  const later = Date.now() / 1000 + 2;
  utimesSync(source, later, later);
}

/** A window that has just been loaded offers commands that change something once it knows that the folder is trusted. */
async function ready(): Promise<void> {
  const offered = async (): Promise<boolean> =>
    (await quickInput.commands('Barrelfish: Build')).includes('Barrelfish: Build…');
  await until('the commands', offered, PATIENCE_MS);
}

test('the status bar names the build directory, and its tooltip the rest', async () => {
  const item = workbench.statusBarItem(/^\s*build\s*$/);
  await item.waitFor();
  assert.match((await item.getAttribute('aria-label')) ?? '', /build/);
});

test('a module is built from the palette, through the wrapper', async () => {
  await ready();
  rmSync(inBuild('x86_64/sbin/cpu'));
  await workbench.run('Barrelfish: Build…');
  await quickInput.waitFor(/^Build in /);
  await picture('targets');
  await quickInput.type('sbin/cpu');
  await quickInput.choose(/^x86_64\/sbin\/cpu\b/);
  await until(
    'the module',
    () => Promise.resolve(statSync(inBuild('x86_64/sbin/cpu'), { throwIfNoEntry: false })),
    PATIENCE_MS,
  );
  await terminal.waitForText(/> \/[\s\S]*make[\s\S]*-C/);
  await picture('module');
  assert.match(commands().at(-1) ?? '', /^make -C \/elsewhere\/build -j\d+ x86_64\/sbin\/cpu$/);
});

test('a compile error is a problem of the file here, and Build Again repeats the last', async () => {
  edit(`${original}int broken(void) { return no_such_name; }\n`);
  await workbench.run('Barrelfish: Build Again');
  await workbench.notifications.waitFor(/no_such_name/, PATIENCE_MS);
  await workbench.notifications.press(/no_such_name/, 'Show Problems');
  const row = page.locator('.markers-panel .monaco-list-row', { hasText: /no_such_name/ }).first();
  await row.waitFor({ timeout: PATIENCE_MS });
  await picture('problems');
  await row.dblclick();
  await workbench.editor.waitForTitle('main.c');
  await workbench.editor.waitForText(/no_such_name/);
});

test('the module of the file in the editor is built', async () => {
  edit(original);
  const before = commands().length;
  await workbench.run('Barrelfish: Build Module of This File');
  await until('the build', () => Promise.resolve(commands().length > before), PATIENCE_MS);
  assert.match(commands().at(-1) ?? '', / x86_64\/sbin\/cpu$/);
});

test('an edited module is in the next boot, which builds what it lacks first', async () => {
  edit(original.replace('print("fish v0.2 ', 'print("fish v0.2 edited '));
  assert.notEqual(readFileSync(source, 'utf8'), original);
  rmSync(inBuild('x86_64/sbin/fish'));
  await guests.setExpanded(true);
  await guests.pressWelcomeButton('Boot');
  await terminal.waitForText('fish v0.2 edited', PATIENCE_MS);
  assert.ok(statSync(inBuild('x86_64/sbin/fish')).size > 0);
  await picture('booted');
});

test('when the build of a boot fails, what is there can be booted anyway', async () => {
  await guests.pressInlineButton(/fish/, 'Stop Guest');
  await guests.find(/ended/, PATIENCE_MS);
  edit(`${original}int broken(void) { return no_such_name; }\n`);
  await workbench.run('Barrelfish: Boot');
  await workbench.notifications.waitFor(/could not be built/, PATIENCE_MS);
  await workbench.notifications.press(/could not be built/, 'Boot Anyway');
  await guests.find(/ fish/, PATIENCE_MS);
  await guests.pressInlineButton(/ fish/, 'Stop Guest');
  await until(
    'no guest to be left',
    async () => !(await guests.rows()).some(({ name }) => name.includes(' fish')),
    PATIENCE_MS,
  );
});

test('a tool that is missing is named, with the way out', async () => {
  await workbench.useSettings({ 'barrelfish.build.wrapper': [], 'barrelfish.build.pathMap': {} });
  await ready();
  appendFileSync(inBuild('Makefile'), '\nx86_64/sbin/odd:\n\t@echo "bash: line 1: ghc: command not found"; exit 127\n');
  await workbench.run('Barrelfish: Build…');
  await quickInput.waitFor(/^Build in /);
  await quickInput.type('x86_64/sbin/odd');
  await quickInput.choose(/^x86_64\/sbin\/odd\b/);
  await workbench.notifications.waitFor(/ghc is not there/, PATIENCE_MS);
  await picture('tool-missing');
  await workbench.notifications.press(/ghc is not there/, 'Use a Container…');
  await page
    .locator('.settings-editor .setting-item-label', { hasText: 'Wrapper' })
    .first()
    .waitFor({ timeout: PATIENCE_MS });
});
