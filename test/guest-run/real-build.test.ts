// The real system, where the environment names it: BARRELFISH_BUILD, a build directory; BARRELFISH_SRC, a source tree.

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { readBuildDirectory } from '../../src/barrelfish/build-directory.ts';
import { parseDeviceDatabase } from '../../src/barrelfish/device-db.ts';
import { Drivers } from '../../src/barrelfish/drivers.ts';
import { parseErrorNames } from '../../src/barrelfish/error-names.ts';
import { readMakeTargets } from '../../src/barrelfish/make-targets.ts';
import { parseMenuList } from '../../src/barrelfish/menu-list.ts';
import { planBoot } from '../../src/guest/boot-plan.ts';
import { emulatedNic } from '../../src/guest/emulated-wish.ts';
import { Findings } from '../../src/guest/findings.ts';
import { Guest } from '../../src/guest/guest.ts';
import { readFacts } from '../../src/host/facts.ts';
import { LocalConnection } from '../../src/host/local-connection.ts';

const build = process.env['BARRELFISH_BUILD'];
const source = process.env['BARRELFISH_SRC'];
const here = new LocalConnection('here');
/** Under emulation; its drivers alone take half a minute. */
const BOOT_MS = 300_000;

const state = await mkdtemp(path.join(tmpdir(), 'real-'));
process.env['XDG_STATE_HOME'] = state;
after(() => rm(state, { recursive: true, force: true }));

test('its device database and its errors are read without a problem', { skip: source === undefined }, async () => {
  const database = parseDeviceDatabase(
    await readFile(path.join(source ?? '', 'usr/skb/programs/device_db.pl'), 'utf8'),
  );
  assert.deepEqual(database.problems, []);
  const drivers = new Drivers(database.entries);
  assert.equal(drivers.for({ vendor: '15b3', device: '1003' })?.entry.binary, 'mlx4');
  assert.equal(drivers.for({ vendor: '8086', device: '100e' })?.entry.binary, 'e1000n');
  const errors = parseErrorNames(await readFile(path.join(source ?? '', 'errors/errno.fugu'), 'utf8'));
  assert.ok(errors.size > 500, String(errors.size));
  assert.equal(errors.get('LIB_ERR_MALLOC_FAIL')?.name, 'LIB_ERR_MALLOC_FAIL');
});

test('its targets are listed', { skip: build === undefined }, async () => {
  const targets = await readMakeTargets(path.join(build ?? '', 'Makefile'));
  assert.ok(targets.platforms.some(({ target }) => target === 'X86_64_Basic'));
  assert.ok(targets.bootTargets.some(({ target }) => target === 'qemu_x86_64'));
  assert.ok(targets.modules.some(({ target }) => target === 'x86_64/sbin/e1000n'));
});

test(
  'it boots to its shell; stages, drivers and addresses are known',
  { skip: build === undefined, timeout: BOOT_MS },
  async () => {
    const directory = await readBuildDirectory(build ?? '');
    assert.ok(directory);
    const menuPath = path.join(directory.path, 'platforms/x86/menu.lst.x86_64');
    const menu = parseMenuList(await readFile(menuPath, 'utf8'));
    const { spec } = await planBoot({
      build: directory,
      menu,
      menuPath,
      devices: [],
      options: { accelerator: 'tcg', emulated: [emulatedNic('e1000')] },
    });
    const usable = Promise.withResolvers<undefined>();
    await using guest = await Guest.start(here, await readFacts(here), spec);
    await using findings = new Findings(guest, () => {
      if (findings.progress.stage === 'usable') usable.resolve(undefined);
    });
    try {
      await Promise.race([
        usable.promise,
        guest.ended.then((end) => {
          throw new Error(JSON.stringify(end));
        }),
      ]);
      const { cores, drivers, failure } = findings.progress;
      assert.match(cores[0]?.base ?? '', /^0x[0-9a-f]+$/);
      assert.equal(failure, undefined);
      assert.ok(
        drivers.some(({ binary, address }) => binary === 'e1000n' && address === '00:02.0'),
        JSON.stringify(drivers),
      );
    } finally {
      await guest.stop();
    }
  },
);
