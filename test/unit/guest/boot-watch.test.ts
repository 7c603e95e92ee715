import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Diagnosis } from '../../../src/diagnosis/diagnosis.ts';
import { BootWatch, type BootWatchOptions } from '../../../src/guest/boot-watch.ts';
import type { Guest } from '../../../src/guest/guest.ts';
import type { PassedDevice } from '../../../src/guest/machine.ts';
import { pciAddress } from '../../../src/host/pci-address.ts';

const NIC: PassedDevice = { host: pciAddress('01:00.0'), id: 'nic', slot: 5, hotpluggable: false, rom: false };
const KERNEL_UP = 'Barrelfish CPU driver starting on x86_64 apic_id 0\r\n';
const FISH = 'fish v0.2\r\n';
const STARTING = 'Kaluga: Starting "e1000n" ("e1000n_module") for (bus=0,dev=5,fun=0), int: x, on core 0\r\n';

/** A watch with no time to wait, and what it has found. */
function made(
  options: Partial<BootWatchOptions> = {},
  guest: { linesBefore?: number; modules?: readonly { path: string; arguments: string }[]; paused?: boolean } = {},
): { watch: BootWatch; found: [Diagnosis, number][]; say: (text: string) => void; state: { kind: string } } {
  const found: [Diagnosis, number][] = [];
  const state = { kind: guest.paused ? 'paused' : 'running' };
  const it = {
    spec: { passed: [NIC], modules: guest.modules ?? [] },
    serial: { linesBefore: guest.linesBefore ?? 0 },
    state,
  };
  const watch = new BootWatch(it as unknown as Guest, {
    onFinding: (diagnosis, line) => found.push([diagnosis, line]),
    onKernelAddress: () => undefined,
    onProgress: () => undefined,
    dhcpSeconds: 0.001,
    undrivenSeconds: 0.001,
    ...options,
  });
  return {
    watch,
    found,
    state,
    say: (text) => {
      watch.push(Buffer.from(text));
    },
  };
}

const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 30));

test('a device that a driver has taken is left alone', async () => {
  const { watch, found, say } = made();
  say(KERNEL_UP + STARTING + FISH);
  await soon();
  assert.deepEqual(found, []);
  assert.equal(watch.progress.stage, 'usable');
});

test('a device without a driver is told with the reason, once the shell is there', async () => {
  const modules = [{ path: 'x86_64/sbin/e1000n', arguments: 'nospawn' }];
  const { found, say } = made({ driverFor: () => Promise.resolve('e1000n') }, { modules });
  say(KERNEL_UP);
  await soon();
  assert.deepEqual(found, []);
  say(FISH);
  await soon();
  assert.deepEqual(found, [[{ code: 'device-undriven', address: '00:05.0', driver: 'e1000n', why: 'not-auto' }, 1]]);
});

test('without a database, or with one that fails, the reason stays unknown', async () => {
  for (const driverFor of [undefined, () => Promise.reject(new Error('none'))]) {
    const { found, say } = made({ driverFor });
    say(KERNEL_UP + FISH);
    await soon();
    assert.deepEqual(found, [[{ code: 'device-undriven', address: '00:05.0', why: 'unknown' }, 1]]);
  }
});

test('a network that has no address after a while is stuck, unless the guest stands still', async () => {
  const stuck: Diagnosis = { code: 'dhcp-stuck', seconds: 0.001 };
  const waiting = made();
  waiting.say('waiting for DHCP to complete\r\n');
  await soon();
  assert.deepEqual(waiting.found, [[stuck, 0]]);
  const up = made();
  up.say('waiting for DHCP to complete\r\n# IP Addr 10.0.2.15\r\n');
  await soon();
  assert.deepEqual(up.found, []);
  const paused = made({}, { paused: true });
  paused.say('waiting for DHCP to complete\r\n');
  await soon();
  assert.deepEqual(paused.found, []);
  paused.state.kind = 'running';
  await soon();
  assert.deepEqual(paused.found, [[stuck, 0]]);
  paused.watch[Symbol.dispose]();
});

test('of a guest that was found late lines are counted on, and its prompt tells that it is usable', async () => {
  const { watch, found, say } = made({}, { linesBefore: 1000 });
  say('x\r\ne1000n.0: unhandled page fault (error code 0x14) on 0 at IP 401000\r\n> ls\r\n');
  await soon();
  assert.deepEqual(found, [[{ code: 'domain-fault', domain: 'e1000n', core: 0, at: '0x0', ip: '0x401000' }, 1001]]);
  assert.equal(watch.progress.stage, 'usable');
});

test('of a guest that was found late the boot is recalled, with its own lines', async () => {
  const { watch, found, say } = made({}, { linesBefore: 1000 });
  watch.recall(Buffer.from(`${KERNEL_UP}${STARTING}${FISH}cut off in the mid`));
  say('nothing new\r\n');
  await soon();
  assert.equal(watch.progress.stage, 'usable');
  assert.deepEqual(
    watch.progress.drivers.map(({ binary, line }) => [binary, line < 1000]),
    [['e1000n', true]],
  );
  assert.deepEqual(found, []);
});

test('a reset begins anew', async () => {
  const { watch, found, say } = made();
  say(`${KERNEL_UP}waiting for DHCP to complete\r\n`);
  watch.restart();
  assert.equal(watch.progress.stage, 'nothing');
  await soon();
  assert.deepEqual(found, []);
});
