import assert from 'node:assert/strict';
import { test } from 'node:test';
import { machineArguments, type Files, type Iommu, type Shape } from '../../lab/topology.ts';

const shape = (iommu: Iommu): Shape => ({ iommu, memoryMiB: 3072, processors: 2, nestedKvm: false });

const files: Files = {
  kernel: '/image/vmlinuz',
  ramDisk: '/image/initrd',
  console: '/lab, the second/console.log',
  qmp: '/sockets/qmp',
  root: { path: 'root.qcow2', format: 'qcow2', keep: true },
  data: { path: 'data.qcow2', format: 'qcow2', keep: true },
  nvme: { path: '/image/nvme.raw', format: 'raw', keep: false },
};

function values(argv: readonly string[], option: string): string[] {
  return argv.filter((_, index) => argv[index - 1] === option);
}

test('every device has a place of its own', () => {
  const devices = values(machineArguments(shape('intel'), files), '-device');
  const ids = devices.flatMap((device) => /,id=([^,]+)/.exec(device)?.[1] ?? []);
  assert.equal(new Set(ids).size, ids.length);
  const addresses = devices.flatMap((device) =>
    device.includes(',bus=') ? [] : (/,addr=0x([^,]+)/.exec(device)?.[1] ?? []),
  );
  assert.equal(new Set(addresses).size, addresses.length);
});

test('every bus, network and drive that a device names exists', () => {
  const argv = machineArguments(shape('intel'), files);
  const devices = values(argv, '-device');
  for (const device of devices) {
    const bus = /,bus=([^,.]+)/.exec(device)?.[1];
    if (bus !== undefined) assert.ok(devices.some((other) => `${other},`.includes(`,id=${bus},`), device));
    const backend = /,(?:netdev|drive|chardev)=([^,]+)/.exec(device)?.[1];
    if (backend !== undefined)
      assert.ok(
        argv.some((argument) => `${argument},`.includes(`id=${backend},`)),
        device,
      );
  }
});

test('the IOMMU is the one that is asked for', () => {
  const units = (iommu: Iommu): string[] =>
    values(machineArguments(shape(iommu), files), '-device').filter((device) => device.includes('iommu'));
  assert.deepEqual(units('none'), []);
  assert.match(units('intel').join(), /^intel-iommu,.*caching-mode=on$/);
  assert.match(units('amd').join(), /^amd-iommu,/);
  assert.match(units('poor').join(), /^intel-iommu,intremap=off/);
});

test('a comma in a path does not end it', () => {
  const argv = machineArguments(shape('intel'), files);
  assert.ok(values(argv, '-chardev').includes('file,id=console,path=/lab,, the second/console.log'));
});

test('what is not kept is thrown away when the machine ends', () => {
  const drives = values(machineArguments(shape('intel'), files), '-drive');
  assert.deepEqual(
    drives.map((drive) => /snapshot=(\w+)/.exec(drive)?.[1]),
    ['off', 'off', 'on'],
  );
  const memory = values(
    machineArguments(shape('intel'), { ...files, memory: { path: 'memory', keep: false } }),
    '-object',
  );
  assert.deepEqual(memory, ['memory-backend-file,id=memory,size=3072M,mem-path=memory,share=off']);
});
