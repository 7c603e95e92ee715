import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Findings } from '../../../src/guest/findings.ts';
import type { Guest } from '../../../src/guest/guest.ts';
import type { PassedDevice } from '../../../src/guest/machine.ts';
import { pciAddress, type PciAddress } from '../../../src/host/pci-address.ts';

const NIC: PassedDevice = { host: pciAddress('01:00.0'), id: 'nic', slot: 5, hotpluggable: false, rom: false };
const map = `FlatView #0
 AS "memory", root: system
 Root memory region: system
  0000000000000000-000000000fffffff (prio 0, ram): pc.ram
`;

/** A guest of which only that is there which is listened to. */
function madeGuest(
  kernelLog: readonly string[] = [],
  past = '',
  hostDevices = kernelLog.length > 0 ? [NIC.host] : [],
): { guest: Guest; say: (text: string) => void; plug: (address: PciAddress) => void } {
  let plugged: (() => void) | undefined;
  let listener: ((chunk: Buffer) => void) | undefined;
  // eslint-disable-next-line @typescript-eslint/require-await -- a stream that has everything already
  async function* lines(): AsyncGenerator<string> {
    yield 'uptime 100.00 100.000000';
    for (const line of kernelLog) yield `[  100.000000] ${line}`;
  }
  const program = { lines: lines(), [Symbol.asyncDispose]: () => Promise.resolve() };
  const guest = {
    hostDevices,
    onPlugged: (tell: () => void) => {
      plugged = tell;
      return { [Symbol.dispose]: () => undefined };
    },
    spec: { passed: [], extraArguments: [], kernel: { path: 'elver' }, modules: [] },
    session: { startedAt: new Date() },
    connection: { open: () => Promise.resolve(program) },
    ended: new Promise(() => undefined),
    qmp: {
      execute: () => Promise.resolve(map),
      onEvent: () => ({ [Symbol.dispose]: () => undefined }),
    },
    state: { kind: 'running' },
    serial: {
      linesBefore: 0,
      head: Buffer.alloc(0),
      listen: (take: (chunk: Buffer) => void) => {
        listener = take;
        if (past !== '') take(Buffer.from(past));
        return { [Symbol.dispose]: () => undefined };
      },
    },
  };
  return {
    guest: guest as unknown as Guest,
    say: (text) => listener?.(Buffer.from(text)),
    plug: (address) => {
      hostDevices.push(address);
      plugged?.();
    },
  };
}

/** Faults as the kernel logs them. */
const fault = (device: string, at: string): string =>
  `DMAR: [DMA Read NO_PASID] Request device [${device}] fault addr 0x${at} [fault reason 0x06] PTE Read access is not set`;

/** Everything that is there has been read: promises are settled before the event loop turns. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

test('what is said is found on its line, however it is cut into pieces, and counted', async () => {
  const { guest, say } = madeGuest();
  await using findings = new Findings(guest, () => undefined);
  say('one\ntwo\nNot au');
  say('to e1000n\nfour\nNot auto e1000n\n');
  say('six\nNot auto mlx4\n');
  assert.deepEqual(
    findings.all().map(({ diagnosis, times, line }) => [diagnosis, times, line]),
    [
      [{ code: 'device-undriven', driver: 'e1000n', why: 'not-auto' }, 2, 2],
      [{ code: 'device-undriven', driver: 'mlx4', why: 'not-auto' }, 1, 6],
    ],
  );
});

test('a piece of the line is told of once, whatever is in it', async () => {
  const { guest, say } = madeGuest([], 'Not auto e1000n\n'.repeat(10));
  let told = 0;
  await using findings = new Findings(guest, () => (told += 1));
  assert.deepEqual([told, findings.all()[0]?.times], [0, 10]);
  say(`fish v0.2\n${'Not auto e1000n\nNot auto mlx4\n'.repeat(1000)}`);
  assert.deepEqual([told, findings.all()[0]?.times], [1, 1010]);
  say('nothing to tell\n');
  assert.equal(told, 1);
  say('Not auto e1000n\n');
  assert.equal(told, 2);
});

test('what was there when a guest was found again is old', async () => {
  const boot = 'waiting for DHCP to complete\nNot auto e1000n\n';
  for (const found of [true, false]) {
    const { guest, say } = madeGuest([fault('01:00.0', '1000')], boot);
    await using findings = new Findings(guest, () => undefined, { found, dhcpSeconds: 0.001 });
    say('Not auto mlx4\nNot auto e1000n\n');
    await settled();
    await new Promise((resolve) => setTimeout(resolve, 30));
    const old = findings.all().map(({ diagnosis, old: so }) => [diagnosis.code, so === true]);
    assert.deepEqual(old, [
      ['device-undriven', found],
      ['device-undriven', false],
      ['dma-fault', found],
      ['dhcp-stuck', found],
    ]);
  }
});

test('of a device that goes astray the first addresses are kept, and all are counted', async () => {
  const log = Array.from({ length: 60 }, (_, index) => fault('01:00.0', (0x10000000 + index * 4096).toString(16)));
  const { guest, say } = madeGuest(log);
  await using findings = new Findings(guest, () => undefined);
  await settled();
  say('Not auto e1000n\n');
  const faults = findings.all().filter(({ diagnosis }) => diagnosis.code === 'dma-fault');
  assert.equal(faults.length, 8);
  assert.equal(
    faults.reduce((sum, { times }) => sum + times, 0),
    60,
  );
  assert.equal(findings.all().length, 9);
});

test('only faults of its own devices are those of a guest, and what it has there is looked up', async () => {
  const { guest } = madeGuest([fault('02:00.0', '1000'), fault('01:00.0', '1000'), fault('01:00.0', 'fffff000')]);
  await using findings = new Findings(guest, () => undefined);
  await settled();
  assert.deepEqual(
    findings
      .all()
      .map(({ diagnosis, there }) => [
        diagnosis.code === 'dma-fault' && diagnosis.at,
        typeof there === 'string' ? there : there?.name,
      ]),
    [
      ['0x1000', 'pc.ram'],
      ['0xfffff000', 'nothing'],
    ],
  );
});

test('a device that comes while the guest runs is its own as well', async () => {
  const { guest, plug } = madeGuest([fault('02:00.0', '1000')], '', []);
  await using findings = new Findings(guest, () => undefined);
  await settled();
  assert.deepEqual(findings.all(), []);
  plug(pciAddress('02:00.0'));
  await settled();
  assert.deepEqual(
    findings.all().map(({ diagnosis }) => diagnosis.code),
    ['dma-fault'],
  );
});

test('a kernel exception is one finding, with where it was', async () => {
  const { guest, say } = madeGuest();
  const asked: string[][] = [];
  const places = [{ function: 'f', path: 'kernel/a.c', line: 7 }];
  await using findings = new Findings(guest, () => undefined, {
    placesOf: (_spec, program, address) => {
      asked.push([program, address]);
      return Promise.resolve(places);
    },
  });
  say('kernel 0: exception 13 (error code 0x0): general protection fault\r\n  => i.e. unrelocated kernel address 0x10');
  say(
    '5234\r\nkernel 0: Waiting for GDB connection...\r\ne1000n.0: unhandled trap (IRQ 6, error code 0x0) at IP 401000\r\n',
  );
  await settled();
  assert.deepEqual(asked, [
    ['cpu', '0x105234'],
    ['e1000n', '0x401000'],
  ]);
  assert.deepEqual(
    findings
      .all()
      .map(({ diagnosis, line, places: found }) => [diagnosis.code, line, found?.[0]?.line])
      .sort((a, b) => Number(a[1]) - Number(b[1])),
    [
      ['kernel-exception', 0, 7],
      ['kernel-waits-for-gdb', 2, undefined],
      ['domain-fault', 3, 7],
    ],
  );
});
