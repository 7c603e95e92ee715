// gdb at the real system, where BARRELFISH_BUILD names a build directory.

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { after, test } from 'node:test';
import { readBuildDirectory } from '../../src/barrelfish/build-directory.ts';
import { parseMenuList } from '../../src/barrelfish/menu-list.ts';
import { readDomains } from '../../src/debug/barrelfish-request.ts';
import { planBoot } from '../../src/guest/boot-plan.ts';
import { emulatedNic } from '../../src/guest/emulated-wish.ts';
import { Guest } from '../../src/guest/guest.ts';
import { readFacts } from '../../src/host/facts.ts';
import { LocalConnection } from '../../src/host/local-connection.ts';
import { gdbAt, script } from './gdb.ts';

const build = process.env['BARRELFISH_BUILD'];
/** Under emulation, with a debugger. */
const BOOT_MS = 300_000;

const state = await mkdtemp(path.join(tmpdir(), 'real-gdb-'));
process.env['XDG_STATE_HOME'] = state;
after(() => rm(state, { recursive: true, force: true }));

async function paused(): Promise<Guest> {
  const directory = await readBuildDirectory(build ?? '');
  assert.ok(directory);
  const menuPath = path.join(directory.path, 'platforms/x86/menu.lst.x86_64');
  const menu = parseMenuList(await readFile(menuPath, 'utf8'));
  const options = { accelerator: 'tcg' as const, memoryMiB: 2048, emulated: [emulatedNic('e1000')] };
  const { spec } = await planBoot({ build: directory, menu, menuPath, devices: [], options });
  const here = new LocalConnection('here');
  return Guest.start(here, await readFacts(here), { ...spec, cores: 2, paused: true });
}

/** What stands after `MARK=` on lines, as JSON. */
function answers(said: string, mark: string): Record<string, unknown>[] {
  return [...said.matchAll(new RegExp(`^${mark}=(.*)$`, 'gm'))].map(([, json]) => JSON.parse(json ?? '') as never);
}

test(
  'it stops in both kernels’ functions, and in e1000n’s init and in no other domain’s; values are right',
  { skip: build === undefined, timeout: BOOT_MS },
  async () => {
    const sbin = path.join(build ?? '', 'x86_64/sbin');
    const program = (name: string): string => path.join(sbin, `${name}.full`);
    const guest = await paused();
    try {
      const barrelfish = {
        script,
        kernel: program('cpu'),
        loader: program('elver'),
        programs: sbin,
        debugged: [{ name: 'e1000n', file: program('e1000n') }],
      };
      const look = ['continue', 'barrelfish settle', 'echo stop=', 'barrelfish current', 'bt 1'];
      const gdb = await gdbAt(guest, { barrelfish }, [
        ...['barrelfish settle', 'break arch_init', 'break kernel_startup', 'break e1000n.c:init'],
        ...[...look, 'print/x magic', ...look, 'print (int)my_core_id'],
        ...[...look, 'print/x magic', ...look, 'print (int)my_core_id'],
        // The first statements: a state is made, and filled in.
        ...[...look, 'set $driver = bfi', ...Array<string>(9).fill('next'), 'info locals', 'print eds->service_name'],
        ...['print eds->bfi == bfi', 'print bfi == $driver'],
        'print ((struct bfdriver *)&bfdrivers_start)->name',
        ...['echo domains=', 'barrelfish domains', 'echo walk=', 'barrelfish walk $sp', 'info breakpoints'],
        ...['delete', 'detach'],
      ]);
      const said = await gdb.said;
      const places = [...said.matchAll(/^#0 +(?:0x\w+ in )?(\w+) \(/gm)].map(([, name]) => name);
      assert.deepEqual(places, ['arch_init', 'kernel_startup', 'arch_init', 'kernel_startup', 'init'], said);
      const stops = answers(said, 'stop');
      assert.deepEqual(
        stops.map(({ mode, name }) => `${String(mode)} ${String(name)}`),
        [...Array<string>(4).fill('kernel null'), 'user e1000n'],
        said,
      );
      assert.deepEqual([stops[2]?.['core'], stops[3]?.['core']], [1, 1]);
      // Multiboot’s magic for the first core; that of Barrelfish’s own for the second.
      assert.match(said, /\$1 = 0x2badb002\n/);
      assert.doesNotMatch(said, /\$3 = 0x2badb002\n/);
      assert.match(said, /\$2 = 0\n[^]*\$4 = 1\n/);
      assert.match(said, /"e1000"\n\$\d+ = 1\n\$\d+ = 1\n\$\d+ = "e1000n_module/);
      const domains = readDomains(answers(said, 'domains')[0]);
      const running = domains
        .filter((each) => each.state === 'running')
        .map(({ core, name }) => `${String(core)} ${name}`);
      assert.ok(running.includes('0 e1000n'), said);
      for (const name of ['init', 'monitor', 'kaluga', 'skb'])
        assert.ok(
          domains.some((each) => each.name === name),
          name,
        );
      assert.ok(answers(said, 'walk')[0], said);
      assert.match(said, /breakpoint already hit 1 time/);
      assert.doesNotMatch(said, /^Barrelfish: /m);
    } finally {
      await guest.stop();
    }
  },
);
