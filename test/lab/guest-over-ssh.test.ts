// Guests on a host behind ssh: connections come and go, devices too.

import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { readBuildDirectory } from '../../src/barrelfish/build-directory.ts';
import { parseMenuList } from '../../src/barrelfish/menu-list.ts';
import { deliverFiles, planBoot } from '../../src/guest/boot-plan.ts';
import { Guest } from '../../src/guest/guest.ts';
import { attachedDevices, plug, unplug } from '../../src/guest/hot-plug.ts';
import { saveMemory } from '../../src/guest/memory-dump.ts';
import type { MachineSpec } from '../../src/guest/machine.ts';
import { recordedPast, SerialRecord } from '../../src/guest/serial-record.ts';
import { listGuests } from '../../src/guest/session.ts';
import { bindPlan } from '../../src/host/bind-plan.ts';
import { runPlan } from '../../src/host/elevation.ts';
import { readFacts } from '../../src/host/facts.ts';
import { Failure } from '../../src/host/failure.ts';
import { pciAddress } from '../../src/host/pci-address.ts';
import { readSnapshot } from '../../src/host/snapshot-reader.ts';
import { SshConnection } from '../../src/host/ssh-connection.ts';
import { buildGuest } from '../guest/build.ts';
import { flood, floodEnd } from '../guest/flood.ts';
import { temporaryDirectory } from '../temporary-directory.ts';
import { startLab, type Lab } from './lab.ts';

const NIC = pciAddress('01:00.0');
const KIB = 1024;
const records = temporaryDirectory('records-');
let lab: Lab;
let connection: SshConnection;
let spec: MachineSpec;

function connect(): SshConnection {
  return new SshConnection('lab', lab.hosts.root, { configFile: lab.sshConfig });
}

before(async () => {
  lab = await startLab({ name: `guests-${String(process.pid)}` });
  connection = connect();
  const { buildDirectory } = await buildGuest();
  const build = await readBuildDirectory(buildDirectory);
  assert.ok(build);
  const menuPath = path.join(buildDirectory, 'platforms/x86/menu.lst.x86_64');
  const menu = parseMenuList(await readFile(menuPath, 'utf8'));
  const extraArguments = ['-device', 'pcie-root-port,id=spare0,chassis=9,slot=9,addr=0x9'];
  const options = { accelerator: 'tcg' as const, memoryMiB: 64, extraArguments };
  spec = await deliverFiles(connection, await planBoot({ build, menu, menuPath, devices: [], options }));
});

after(async () => {
  await connection[Symbol.asyncDispose]();
  await lab.stop();
});

async function said(guest: Guest, wanted: string): Promise<string> {
  let text = '';
  const found = Promise.withResolvers<undefined>();
  using _listening = guest.serial.listen(
    (chunk) => {
      text += chunk.toString('latin1');
      if (text.includes(wanted)) found.resolve(undefined);
    },
    { replay: true },
  );
  await found.promise;
  return text;
}

test('more programs run at once than one connection of ssh carries', { timeout: 120_000 }, async () => {
  const echoes = Array.from({ length: 10 }, async (_, number) => {
    await using program = await connection.open(['cat']);
    program.stdin.write(`${String(number)}\n`);
    for await (const line of program.lines) {
      await delay(500); // all at once
      return line;
    }
    return undefined;
  });
  assert.deepEqual(
    await Promise.all(echoes),
    Array.from({ length: 10 }, (_, number) => String(number)),
  );
});

test(
  'the memory of a guest comes to the editor’s side, and nothing of it stays on the host',
  { timeout: 120_000 },
  async () => {
    const guest = await Guest.start(connection, await readFacts(connection), spec);
    await said(guest, 'fish v0.2');
    const file = path.join(records, 'guest.core');
    const steps = new Set<string>();
    const onProgress = (step: string): void => void steps.add(step);
    await saveMemory(guest, file, { signal: new AbortController().signal, onProgress });
    assert.ok(steps.has('copied'));
    const memory = await readFile(file);
    assert.equal(memory.toString('latin1', 0, 4), '\x7fELF');
    assert.ok(memory.length > spec.memoryMiB * KIB * KIB, String(memory.length));
    assert.ok(memory.includes('fish v0.2'));

    const controller = new AbortController();
    const copied = Promise.withResolvers<undefined>();
    const again = saveMemory(guest, path.join(records, 'called-off.core'), {
      signal: controller.signal,
      onProgress: (step) => {
        if (step === 'copied') copied.resolve(undefined);
      },
    });
    await copied.promise;
    controller.abort();
    await assert.rejects(again, (error) => Failure.is(error, 'cancelled'));
    assert.deepEqual(
      (await readdir(records)).filter((name) => name.includes('called-off')),
      [],
    );
    const { stdout } = await connection.run(['ls', guest.session.directory]);
    assert.doesNotMatch(stdout.toString(), /core/);
    await guest.stop();
  },
);

test('a connection is lost while the guest talks, and the next one misses nothing', { timeout: 240_000 }, async () => {
  const facts = await readFacts(connection);
  const first = await Guest.start(connection, facts, spec);
  const record = SerialRecord.start(records, first.session, first.serial, { kept: 9 });
  await said(first, '\n> ');
  await first.serial.write('flood 64k\r');
  await said(first, 'flood begins');
  await connection[Symbol.asyncDispose]();
  const { kind } = await first.ended;
  assert.equal(kind, 'unreachable');
  await record.written;

  connection = connect();
  const [session] = await listGuests(connection);
  assert.ok(session);
  const past = await recordedPast(records, session);
  assert.ok(past && past.bytes > 0);
  const second = await Guest.attach(connection, session, { past: () => Promise.resolve(past) });
  const text = await said(second, floodEnd(64 * KIB));
  assert.ok(text.includes(`flood 64k\r\n${flood(64 * KIB)}`));
  await second.serial.write('echo again\r');
  await said(second, '\r\nagain\r\n');
  await second.stop();
});

test(
  'a device comes to a running guest, and goes at the next reset when the guest keeps it',
  { timeout: 240_000 },
  async () => {
    const facts = await readFacts(connection);
    await runPlan(connection, facts, bindPlan(await readSnapshot(connection), facts, NIC, 'desk'));
    const guest = await Guest.start(connection, facts, spec);
    await said(guest, '\n> ');
    assert.deepEqual(await attachedDevices(guest), []);
    await plug(guest, NIC);
    const [device, ...more] = await attachedDevices(guest);
    assert.deepEqual(more, []);
    assert.ok(device);
    assert.deepEqual([device.host, device.removable], [NIC, true]);
    await assert.rejects(plug(guest, pciAddress('02:00.0')), (error) => Failure.is(error, 'no-free-port'));
    // The test guest knows nothing of hot-plugging.
    await assert.rejects(unplug(guest, device), (error) => Failure.is(error, 'device-kept'));
    await guest.reset();
    while ((await attachedDevices(guest)).length > 0) await delay(200);
    await guest.stop();
  },
);
