// Guests in a real QEMU on this machine, by the emulator.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { chooseAccelerator } from '../../src/guest/accelerator.ts';
import { qemuVersion } from '../../src/guest/qemu-version.ts';
import { Findings } from '../../src/guest/findings.ts';
import { Guest } from '../../src/guest/guest.ts';
import { attachedDevices, plug } from '../../src/guest/hot-plug.ts';
import { Qmp } from '../../src/guest/qmp.ts';
import { screenshot } from '../../src/guest/screenshot.ts';
import { listGuests } from '../../src/guest/session.ts';
import { Failure } from '../../src/host/failure.ts';
import { pciAddress } from '../../src/host/pci-address.ts';
import { commandLineOf, markedProcesses } from '../vscode/marked-processes.ts';
import { facts, here, limit, spec, start, state, textUntil } from './emulated.ts';

test('a guest starts, shows everything from its first byte on, answers, and stops', limit, async () => {
  const seen: string[] = [];
  const guest = await start({
    onChange: ({ state: { kind } }) => seen.push(kind),
    onProgress: (what) => seen.push(what),
  });
  const text = await textUntil(guest, '\n> ');
  assert.match(text, /x86_64\/sbin\/elver loglevel=3\]/);
  assert.ok(
    text.includes('x86_64/sbin/awkward core=0 list=a,b,,c "two words" name="quoted, with comma" x==y  two  blanks'),
  );
  assert.match(text, /Kaluga: Starting "e1000n" .* for \(bus=0,dev=2,fun=0\)/);
  await guest.serial.write('echo hello\r');
  await textUntil(guest, '\r\nhello\r\n');
  const said = await readFile(path.join(guest.session.directory, 'serial.out'), 'latin1');
  assert.ok(said.startsWith(text));
  const buses = await guest.qmp.execute('query-pci');
  assert.equal(buses[0]?.devices.find((each) => each.qdev_id === 'nic0')?.slot, 2);

  await guest.pause();
  await guest.resume();
  const [found] = await listGuests(here);
  assert.deepEqual(found, guest.session);
  await guest.stop();
  assert.deepEqual(await guest.ended, { kind: 'stopped', exitCode: 0, output: '', cause: 'host-qmp-quit' });
  assert.deepEqual(seen, ['preparing', 'starting-qemu', 'connecting', 'running', 'paused', 'running', 'stopped']);
  assert.deepEqual(await listGuests(here), []);
});

test('QEMU that ends at once tells why, and leaves nothing behind', limit, async () => {
  const known = await readdir(path.join(state, 'barrelfish/guests'));
  const machine = { ...spec, extraArguments: ['-device', 'no-such-device'] };
  await assert.rejects(start({}, machine), (error) => {
    assert.ok(Failure.is(error, 'guest-start-failed'));
    assert.equal(error.facts.exitCode, 1);
    assert.match(error.facts.output, /'no-such-device' is not a valid device model name/);
    return true;
  });
  await assert.rejects(start({}, { ...spec, program: 'no-such-qemu' }), (error) =>
    Failure.is(error, 'program-missing'),
  );
  const beforeRun = (): void => {
    throw new Error('late');
  };
  await assert.rejects(start({ beforeRun }), /late/);
  assert.deepEqual(await readdir(path.join(state, 'barrelfish/guests')), known);
});

test('a limit that can not be raised ends the start', limit, async () => {
  const known = await readdir(path.join(state, 'barrelfish/guests'));
  const device = { host: pciAddress('00:01.0'), id: 'passed0', slot: 5, hotpluggable: false, rom: false };
  const poor = { ...facts, uid: facts.uid + 1, memlock: 8 * 1024 * 1024 };
  await assert.rejects(Guest.start(here, poor, { ...spec, passed: [device] }), (error) =>
    ['elevation-failed', 'plan-failed', 'cancelled'].some((code) => error instanceof Failure && error.code === code),
  );
  assert.deepEqual(await readdir(path.join(state, 'barrelfish/guests')), known);
});

test('a start can be called off', limit, async () => {
  const known = await readdir(path.join(state, 'barrelfish/guests'));
  for (const stage of ['preparing', 'starting-qemu', 'connecting']) {
    const cancel = new AbortController();
    const options = {
      signal: cancel.signal,
      onProgress: (what: string) => {
        if (what === stage) cancel.abort();
      },
    };
    await assert.rejects(start(options), (error) => Failure.is(error, 'cancelled'), stage);
  }
  assert.deepEqual(await listGuests(here), []);
  assert.deepEqual(await readdir(path.join(state, 'barrelfish/guests')), known);
});

test('a start that is called off before its keeper runs leaves nothing that starts QEMU later', limit, async () => {
  const late = path.join(state, 'late');
  await mkdir(late);
  await writeFile(path.join(late, 'setsid'), '#!/bin/sh\nsleep 0.5\nexec /usr/bin/setsid "$@"\n', { mode: 0o755 });
  const usual = process.env['PATH'] ?? '';
  process.env['PATH'] = `${late}:${usual}`;
  try {
    const cancel = new AbortController();
    const onProgress = (what: string): void => {
      if (what === 'preparing') cancel.abort();
    };
    const started = start({ signal: cancel.signal, onProgress });
    await assert.rejects(started, (error) => Failure.is(error, 'cancelled'));
  } finally {
    process.env['PATH'] = usual;
  }
  const left = markedProcesses({ name: 'XDG_STATE_HOME', value: state }).map(commandLineOf);
  assert.deepEqual(
    left.filter((each) => each.includes('keeper')),
    [],
  );
});

test('QEMU that is killed is seen to have ended', limit, async () => {
  const guest = await start({}, { ...spec, paused: true });
  assert.equal(guest.state.kind, 'paused');
  process.kill(guest.session.pid, 'SIGKILL');
  const end = await guest.ended;
  assert.ok(end.kind === 'stopped');
  assert.equal(end.exitCode, 137);
});

test('a guest can be reset, its power button pressed, and be killed', limit, async () => {
  const guest = await start();
  await textUntil(guest, '\n> ');
  const events: string[] = [];
  using _events = guest.qmp.onEvent(({ event }) => events.push(event));
  const before = guest.serial.received;
  await guest.reset();
  while (!events.includes('RESET') || guest.serial.received < before + 500) await delay(20);
  await guest.powerDown();
  while (!events.includes('POWERDOWN')) await delay(20);
  assert.deepEqual(guest.state, { kind: 'running' });
  await guest.kill();
  const end = await guest.ended;
  assert.ok(end.kind === 'stopped');
  assert.equal(end.cause, 'host-signal');
  assert.match(end.output, /terminating on signal 15/);
});

test('what the display shows can be seen, where there is one', limit, async () => {
  const blind = await start({}, { ...spec, paused: true });
  await assert.rejects(screenshot(blind), (error) => Failure.is(error, 'no-display'));
  await blind.stop();
  const guest = await start({}, { ...spec, extraArguments: ['-device', 'VGA'] });
  await textUntil(guest, '\n> ');
  const png = await screenshot(guest);
  assert.equal(png.subarray(1, 4).toString(), 'PNG');
  assert.ok(png.length > 100);
  assert.ok(!(await readdir(guest.session.directory)).includes('screen.png'));
  await guest.stop();
});

test('a device of the host goes only where there is a free port', limit, async () => {
  const guest = await start();
  await assert.rejects(plug(guest, pciAddress('00:01.0')), (error) => Failure.is(error, 'no-free-port'));
  assert.deepEqual(await attachedDevices(guest), []);
  await guest.stop();
  const ports = ['-device', 'pcie-root-port,id=spare0,chassis=9,slot=9,addr=0x9'];
  const ready = await start({}, { ...spec, extraArguments: ports });
  // There is no such device on this machine's vfio-pci: QEMU itself says so.
  await assert.rejects(plug(ready, pciAddress('7f:1f.7')), (error) => {
    assert.ok(Failure.is(error, 'qmp-error'), String(error));
    assert.match(error.facts.description, /vfio|0000:7f:1f\.7/);
    return true;
  });
  await ready.stop();
});

test('a QEMU that does not answer is ended by force', limit, async () => {
  const guest = await start({}, { ...spec, paused: true });
  process.kill(guest.session.pid, 'SIGSTOP');
  await guest.stop();
  assert.equal(guest.state.kind, 'stopped');
});

test('what the guest says is understood while it runs', limit, async () => {
  await using guest = await start();
  let changes = 0;
  await using findings = new Findings(guest, () => (changes += 1));
  await textUntil(guest, '> ');
  assert.deepEqual(findings.all(), []);
  await guest.serial.write('echo Not auto e1000n\r');
  while (findings.all().length === 0) await delay(20);
  const [found] = findings.all();
  assert.ok(changes > 0);
  assert.deepEqual(found?.diagnosis, { code: 'device-undriven', driver: 'e1000n', why: 'not-auto' });
  assert.ok(found.line > 10, String(found.line));
});

test('a guest that says nothing is found out, and why', limit, async () => {
  await using guest = await start({}, { ...spec, modules: [] });
  const changed = Promise.withResolvers<undefined>();
  await using findings = new Findings(
    guest,
    () => {
      changed.resolve(undefined);
    },
    { silentSeconds: 2 },
  );
  await changed.promise;
  assert.deepEqual(
    findings.all().map(({ diagnosis }) => diagnosis),
    [{ code: 'serial-silent', seconds: 2, why: 'no-cpu-driver' }],
  );
});

test('gdb has a socket of its own', limit, async () => {
  const guest = await start({}, { ...spec, paused: true });
  await using socket = await guest.gdbSocket();
  // gdb's remote protocol, "why have you stopped": the packet `?` with its check sum.
  const client = connect(socket.path);
  client.write('+$?#3f');
  const [answer] = (await once(client, 'data')) as [Buffer];
  assert.match(answer.toString('latin1'), /^\+/);
  client.destroy();
  await guest.stop();
});

test('QEMU is known, and so is whether KVM runs here', limit, async () => {
  const version = await qemuVersion(here, spec.program);
  assert.ok(version.major >= 4, JSON.stringify(version));
  const guest = await start();
  assert.deepEqual(guest.qmp.version, version);
  await guest.stop();
  const choice = await chooseAccelerator(here, spec.program);
  assert.equal(choice.accelerator === 'kvm', choice.reason.code === 'kvm-works');
  await assert.rejects(Qmp.connect('/no/such/socket', { guest: 'none' }), (error) => Failure.is(error, 'guest-gone'));
});
