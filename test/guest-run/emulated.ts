// Guests of the emulator on this machine, with a state directory of the file's own; all end with its tests.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach } from 'node:test';
import { readBuildDirectory } from '../../src/barrelfish/build-directory.ts';
import { parseMenuList } from '../../src/barrelfish/menu-list.ts';
import { deliverFiles, planBoot } from '../../src/guest/boot-plan.ts';
import { emulatedNic } from '../../src/guest/emulated-wish.ts';
import { Guest, type StartOptions } from '../../src/guest/guest.ts';
import type { MachineSpec } from '../../src/guest/machine.ts';
import { endGuest, listGuests } from '../../src/guest/session.ts';
import { readFacts } from '../../src/host/facts.ts';
import { LocalConnection } from '../../src/host/local-connection.ts';
import { buildGuest } from '../guest/build.ts';
import { temporaryDirectory } from '../temporary-directory.ts';
import { atExit } from '../vscode/at-exit.ts';
import { signalMarked } from '../vscode/marked-processes.ts';

export const limit = { timeout: 60_000 };
export const here = new LocalConnection('here');
export const state = temporaryDirectory('guests-');
process.env['XDG_STATE_HOME'] = state;
// What a gdb leaves that is killed goes with the rest.
process.env['TMPDIR'] = state;
export const facts = await readFacts(here);
export const spec = await machine();

afterEach(async () => {
  for (const session of await listGuests(here)) await endGuest(here, session.directory);
});

// Guests have sessions of their own, and would go on when the tests are interrupted.
atExit(() => signalMarked({ name: 'XDG_STATE_HOME', value: state }, 'SIGKILL'));

async function machine(): Promise<MachineSpec> {
  const { buildDirectory } = await buildGuest();
  const build = await readBuildDirectory(buildDirectory);
  assert.ok(build);
  const menuPath = path.join(buildDirectory, 'platforms/x86/menu.lst.x86_64');
  const menu = parseMenuList(await readFile(menuPath, 'utf8'));
  const options = { accelerator: 'tcg' as const, memoryMiB: 256, emulated: [emulatedNic('e1000e')] };
  return deliverFiles(here, await planBoot({ build, menu, menuPath, devices: [], options }));
}

export async function start(options: StartOptions = {}, from: MachineSpec = spec): Promise<Guest> {
  return Guest.start(here, facts, from, { signal: AbortSignal.timeout(30_000), ...options });
}

/** Text of the line from its start until it contains `wanted`. */
export async function textUntil(guest: Guest, wanted: string): Promise<string> {
  const chunks: string[] = [];
  let recent = '';
  const found = Promise.withResolvers<undefined>();
  using _listening = guest.serial.listen(
    (chunk) => {
      const text = chunk.toString('latin1');
      chunks.push(text);
      recent = recent.slice(-wanted.length) + text;
      if (recent.includes(wanted)) found.resolve(undefined);
    },
    { replay: true },
  );
  const ended = guest.ended.then((end) => {
    throw new Error(`${JSON.stringify(end)}\n${chunks.join('')}`);
  });
  await Promise.race([found.promise, ended]);
  return chunks.join('');
}
