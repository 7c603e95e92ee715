// Guests outlive windows, and are found again.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { buildGuest } from '../guest/build.ts';
import { flood, floodEnd } from '../guest/flood.ts';
import { outputRoot } from '../vscode/paths.ts';
import { until } from '../vscode/until.ts';
import { emptyFolder, openWorkbench } from './fixture.ts';

const PATIENCE_MS = 60_000;
/** More can be wished for by hand; the guest talks for long enough. */
const RELOADS = Number(process.env['RELOADS'] ?? 3);
const FLOOD_MIB = RELOADS <= 3 ? 4 : 3 * RELOADS;

const guest = await buildGuest();
const state = emptyFolder();
const workbench = await openWorkbench({
  folder: emptyFolder(),
  width: 1440,
  height: 1000,
  colorTheme: 'dark',
  settings: {
    'barrelfish.buildDirectory': guest.buildDirectory,
    'barrelfish.qemu.memory': 64,
    'barrelfish.qemu.accelerator': 'tcg',
    'barrelfish.qemu.extraArguments': ['-device', 'VGA'],
    // A shell would come in front of what comes back.
    'terminal.integrated.hideOnStartup': 'whenEmpty',
  },
  env: { XDG_STATE_HOME: state },
});
const guests = workbench.view('Guests');
const { terminal } = workbench;
await workbench.openContainer('Barrelfish');
await guests.setExpanded(true);

const sessions = path.join(state, 'barrelfish/guests');
const records = path.join(workbench.server.directory, 'data/User/globalStorage/barrelfish.barrelfish/serial');

function living(): { directory: string; pid: number }[] {
  return readdirSync(sessions).flatMap((name) => {
    const directory = path.join(sessions, name);
    const pid = Number(readFileSync(path.join(directory, 'pid'), 'utf8'));
    return existsSync(path.join(directory, 'exit')) ? [] : [{ directory, pid }];
  });
}

function recordOf(directory: string): string {
  const name = readdirSync(records).find((each) => each.startsWith(path.basename(directory)) && each.endsWith('.log'));
  assert.ok(name, directory);
  return path.join(records, name);
}

after(() => {
  for (const { pid } of existsSync(sessions) ? living() : []) process.kill(pid, 'SIGKILL');
});

async function boot(): Promise<void> {
  await guests.pressTitleButton('Boot');
  await terminal.waitForText('fish v0.2', PATIENCE_MS);
  await guests.find(/^Barrelfish fish · /, PATIENCE_MS);
}

test('a guest that talks without a pause is found again after each reload, with nothing lost', async () => {
  await boot();
  const [first] = living();
  assert.ok(first);
  const bytes = FLOOD_MIB * 1024 * 1024;
  await terminal.enter(`flood ${String(FLOOD_MIB)}`);
  for (let reload = 0; reload < RELOADS; reload += 1) {
    await delay(1000);
    await workbench.reload();
    await terminal.waitForText(/^\d{8} [0-9A-Za-z]{53}$/m, PATIENCE_MS); // comes by itself
    await guests.find(/^Barrelfish fish · /, PATIENCE_MS);
  }
  assert.deepEqual(living(), [first]);
  await terminal.waitForText(floodEnd(bytes).trim(), RELOADS * PATIENCE_MS);
  const record = recordOf(first.directory);
  const out = path.join(first.directory, 'serial.out');
  await until('the record to be whole', () => Promise.resolve(statSync(record).size === statSync(out).size));
  const said = readFileSync(record, 'latin1');
  assert.ok(said === readFileSync(out, 'latin1'));
  assert.ok(said.includes(`flood ${String(FLOOD_MIB)}\r\n${flood(bytes)}`));
  await terminal.enter('echo still the same');
  await terminal.waitForText(/\nstill the same\n/, PATIENCE_MS);
});

test('a window that goes without a word leaves its guests to the next', async () => {
  const [first] = living();
  await workbench.reloadWithoutAWord();
  await guests.find(/^Barrelfish fish · /, PATIENCE_MS);
  await terminal.enter('echo in the next window');
  await terminal.waitForText('\nin the next window\n', PATIENCE_MS);
  assert.deepEqual(living(), [first]);
});

test('an extension host that crashes loses no guest either', async () => {
  const [first] = living();
  workbench.server.killExtensionHosts();
  await guests.find(/^Barrelfish fish · /, PATIENCE_MS);
  // The terminal of the host that is gone is still in front for a moment, and hears nobody.
  let tries = 0;
  await until(
    'an answer',
    async () => {
      tries += 1;
      const answer = `after the crash ${String(tries)}`;
      await terminal.enter(`echo ${answer}`);
      return terminal.waitForText(`\n${answer}\n`, 3000).catch(() => undefined);
    },
    PATIENCE_MS,
  );
  await until('the other terminal to go', async () => (await terminal.names()).length <= 1, PATIENCE_MS);
  assert.deepEqual(living(), [first]);
});

test('a guest is paused, goes on, is reset, and shows its display', async () => {
  await guests.pressInlineButton(/^Barrelfish fish/, 'Pause Guest');
  await guests.find(/^Barrelfish paused · /);
  await workbench.screenshot(path.join(outputRoot, 'pictures', 'local-paused.png'));
  await guests.pressInlineButton(/^Barrelfish paused/, 'Continue Guest');
  await guests.find(/^Barrelfish fish · /);
  const pressed = await guests.pressInlineButtonsOften(['Pause Guest', 'Continue Guest'], 200);
  assert.ok(pressed > 20, String(pressed));
  assert.deepEqual(await workbench.notifications.all(), []);
  await workbench.run('Barrelfish: Continue Guest');
  await guests.find(/^Barrelfish fish · /);
  const [first] = living();
  assert.ok(first);
  const before = statSync(path.join(first.directory, 'serial.out')).size;
  await guests.chooseFromContextMenu(/^Barrelfish fish/, 'Reset Guest');
  await until('the guest to boot again', () => {
    const said = readFileSync(path.join(first.directory, 'serial.out'), 'latin1').slice(before);
    return Promise.resolve(said.includes('fish v0.2'));
  });
  await guests.find(/^Barrelfish fish · /);
  await guests.chooseFromContextMenu(/^Barrelfish fish/, 'Take Screenshot of Guest');
  await workbench.editor.waitForTitle(/\.png$/);
});

test('QEMU that is killed is said to be', async () => {
  const [first] = living();
  assert.ok(first);
  process.kill(first.pid, 'SIGKILL');
  await guests.find(/^Barrelfish killed · /, PATIENCE_MS);
});

test('a log is compared with that of the run before, and shown with times', async () => {
  await boot();
  await guests.chooseFromContextMenu(/^Barrelfish fish/, 'Compare Serial Log with the Run Before');
  await workbench.editor.waitForTitle(/^Serial line: /);
  await workbench.screenshot(path.join(outputRoot, 'pictures', 'local-compared.png'));
  await guests.chooseFromContextMenu(/^Barrelfish fish/, 'Show Serial Log with Time Stamps');
  await workbench.editor.waitForTitle(/with times\.log/);
  assert.match(await workbench.editor.wholeText(), /^\[ +\d+\.\d{3}\] .*fish v0\.2/m);
  await guests.chooseFromContextMenu(/^Barrelfish fish/, 'Kill Guest');
  await guests.find(/^Barrelfish ended/, PATIENCE_MS);
});
