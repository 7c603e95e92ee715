import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { parseMenuList } from '../../../src/barrelfish/menu-list.ts';
import { deliverFiles, planBoot, type BootOptions, type BootPlan } from '../../../src/guest/boot-plan.ts';
import { Failure, type FailureCode } from '../../../src/host/failure.ts';
import { LocalConnection } from '../../../src/host/local-connection.ts';
import { pciAddress } from '../../../src/host/pci-address.ts';
import type { Holder, PciFunction, Snapshot } from '../../../src/host/snapshot.ts';

let root: string;
before(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'boot-'));
  await mkdir(path.join(root, 'sbin'));
  for (const name of ['elver', 'cpu']) await writeFile(path.join(root, 'sbin', name), '');
});
after(() => rm(root, { recursive: true }));

const MENU = 'title Test\nkernel /sbin/elver loglevel=3\nmodule /sbin/cpu a,b\nmodule /sbin/cpu again\n';
const nic = pciAddress('01:00.0');
const sibling = pciAddress('01:00.1');

function fn(more: Partial<PciFunction> & Pick<PciFunction, 'address'>): PciFunction {
  const base = {
    vendor: '8086',
    device: '10d3',
    classCode: '020000',
    bridge: false,
    group: 14,
    bars: [],
    bootVga: false,
    uses: [],
  };
  return { ...base, driver: 'vfio-pci', ...more };
}

function snapshot(functions: readonly PciFunction[], holders: readonly Holder[] = []): Snapshot {
  return {
    hasPci: true,
    iommus: ['dmar0'],
    functions: new Map(functions.map((each) => [each.address, each])),
    groups: new Map([[14, { id: 14, functions: functions.map((each) => each.address), holders, firmwareMemory: [] }]]),
  };
}

async function plan(
  functions: readonly PciFunction[],
  more: Partial<BootOptions> = {},
  menu = MENU,
  holders: readonly Holder[] = [],
): Promise<BootPlan> {
  const devices = functions.length === 0 ? [] : [nic];
  const options = { accelerator: 'tcg' as const, ...more };
  return planBoot({
    build: { path: root },
    menu: parseMenuList(menu),
    menuPath: 'm',
    snapshot: snapshot(functions, holders),
    devices,
    options,
  });
}

async function failsWith(code: FailureCode, facts: object, promise: Promise<unknown>): Promise<void> {
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof Failure);
    assert.equal(error.code, code);
    assert.deepEqual(error.facts as unknown, facts);
    return true;
  });
}

test('a menu and a device become a machine and the files it needs', async () => {
  const booted = await plan([fn({ address: nic })]);
  assert.deepEqual(
    booted.files.map((file) => file.target),
    ['sbin/elver', 'sbin/cpu'],
  );
  assert.deepEqual(booted.spec, {
    name: 'Test',
    program: 'qemu-system-x86_64',
    directory: root,
    accelerator: 'tcg',
    memoryMiB: 2048,
    cores: 1,
    kernel: { path: 'sbin/elver', arguments: 'loglevel=3' },
    modules: [
      { path: 'sbin/cpu', arguments: 'a,b' },
      { path: 'sbin/cpu', arguments: 'again' },
    ],
    passed: [{ host: nic, id: 'passed0', slot: 5, hotpluggable: false, rom: false }],
    emulated: [],
    sparePorts: 0,
    paused: false,
    extraArguments: [],
  });
  assert.equal((await deliverFiles(new LocalConnection('here'), booted)).directory, root);
});

test('what is emulated is beside what is passed, and where it came from is known', async () => {
  const origin = { buildDirectory: root, menuList: 'm', configuration: 'c' };
  const { spec } = await plan([fn({ address: nic })], {
    emulated: [
      { kind: 'edu', slot: 5, properties: {} },
      { kind: 'nic', model: 'e1000', properties: {}, forwards: [] },
    ],
    environment: { A: 'b' },
    hotplug: true,
    origin,
  });
  assert.deepEqual(
    spec.emulated.map(({ id, slot }) => [id, slot]),
    [
      ['edu0', 5],
      ['nic0', 2],
    ],
  );
  assert.deepEqual(
    spec.passed.map(({ slot }) => slot),
    [6],
  );
  assert.deepEqual([spec.environment, spec.origin, spec.sparePorts], [{ A: 'b' }, origin, 2]);
});

test('a display keeps its ROM', async () => {
  assert.equal((await plan([fn({ address: nic, classCode: '030000' })])).spec.passed[0]?.rom, true);
});

test('a group is viable when its other endpoints have no driver, or one that lets them be', async () => {
  const unbound = fn({ address: sibling });
  delete unbound.driver;
  for (const other of [
    unbound,
    fn({ address: sibling, driver: 'pci-stub' }),
    fn({ address: sibling, bridge: true, driver: 'shpchp' }),
  ]) {
    assert.equal((await plan([fn({ address: nic }), other])).spec.passed.length, 1);
  }
});

test('a device that can not be passed is refused with what stands in the way', async () => {
  await failsWith('no-device', { address: nic }, plan([fn({ address: sibling })]));
  const viable = { address: nic, group: 14 };
  await failsWith(
    'group-not-viable',
    { ...viable, member: nic, driver: 'e1000e' },
    plan([fn({ address: nic, driver: 'e1000e' })]),
  );
  const busy = [fn({ address: nic }), fn({ address: sibling, driver: 'snd' })];
  await failsWith('group-not-viable', { ...viable, member: sibling, driver: 'snd' }, plan(busy));
  const held = { address: nic, code: 'held', pid: 7, command: 'qemu' };
  await failsWith(
    'refused',
    { address: nic, reasons: [held] },
    plan([fn({ address: nic })], {}, MENU, [{ pid: 7, command: 'qemu' }]),
  );
});

test('a menu that can not be booted is refused', async () => {
  const bad = (line: number, problem: string): object => ({ path: 'm', line, problem });
  await failsWith('bad-file', bad(1, 'no-kernel'), plan([], {}, 'module /sbin/cpu'));
  await failsWith('bad-file', bad(1, 'not-x86'), plan([], {}, 'cpudriver /sbin/cpu'));
  await failsWith('bad-file', bad(2, 'outside-root'), plan([], {}, 'kernel /sbin/elver\nmodule /sbin/../../x'));
  await failsWith('not-built', { menu: 'm', targets: ['sbin/fish'] }, plan([], {}, `${MENU}module /sbin/fish`));
});
