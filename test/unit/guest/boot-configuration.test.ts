import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  isHarmless,
  locateImages,
  readBootConfigurations,
  type BootConfiguration,
} from '../../../src/guest/boot-configuration.ts';
import { Failure } from '../../../src/host/failure.ts';

/** The problems of one entry, as `property: expected`. */
function problemsOf(entry: unknown): string[] {
  return readBootConfigurations([entry]).flatMap(({ problems }) =>
    problems.map(({ property, expected }) => `${property}: ${expected}`),
  );
}

function sound(entry: object): BootConfiguration {
  const [{ configuration, problems } = {}] = readBootConfigurations([{ name: 'n', ...entry }]);
  assert.ok(configuration, JSON.stringify(problems));
  return configuration;
}

test('a name is enough, and everything else is left to the settings', () => {
  assert.deepEqual(readBootConfigurations([{ name: ' one ' }]), [
    {
      name: 'one',
      problems: [],
      configuration: { name: 'one', devices: [], menuChanges: [], extraArguments: [], environment: {} },
    },
  ]);
});

test('everything that can be said', () => {
  const configuration = sound({
    host: 'gruyere',
    buildDirectory: '/build',
    menuList: 'platforms/x86/menu.lst.x86_64',
    loglevel: 'debug',
    logmask: ['paging', 'caps'],
    kernelArguments: ['ticks=false'],
    cores: 4,
    memory: 4096,
    accelerator: 'kvm',
    devices: ['03:00.0', '8086:10D3', '8086:10d3'],
    emulated: [
      {
        device: 'e1000e',
        mac: '52:54:00:00:00:01',
        forward: [{ host: 5555, guest: 7 }],
        properties: { x: 1, y: true },
      },
      { device: 'ahci', image: 'hd.img', slot: '0x6' },
      { device: 'nvme', image: '/nvme.img', format: 'qcow2', mode: 'read-only', serial: 'bf 0' },
      { device: 'edu', slot: 9 },
    ],
    modules: [
      { path: '/x86_64/sbin/e10k', arguments: 'auto' },
      { path: 'e1000n', arguments: '' },
      { path: 'fish', remove: true },
    ],
    extraArguments: ['-trace', 'a,b'],
    environment: { QEMU_AUDIO_DRV: 'none', N: 3 },
  });
  assert.deepEqual(configuration.devices, [
    { kind: 'address', address: '0000:03:00.0' },
    { kind: 'ids', vendor: '8086', device: '10d3' },
    { kind: 'ids', vendor: '8086', device: '10d3' },
  ]);
  assert.deepEqual(configuration.emulated, [
    {
      kind: 'nic',
      model: 'e1000e',
      properties: { mac: '52:54:00:00:00:01', x: '1', y: 'on' },
      forwards: [{ protocol: 'tcp', address: '127.0.0.1', host: 5555, guest: 7 }],
    },
    { kind: 'ahci', image: 'hd.img', format: 'raw', mode: 'snapshot', slot: 6, properties: {} },
    { kind: 'nvme', image: '/nvme.img', format: 'qcow2', mode: 'read-only', serial: 'bf 0', properties: {} },
    { kind: 'edu', slot: 9, properties: {} },
  ]);
  const kernel = { keyword: 'kernel' };
  assert.deepEqual(configuration.menuChanges, [
    { kind: 'set-argument', program: kernel, argument: 'loglevel=4' },
    { kind: 'set-argument', program: kernel, argument: 'logmask=80' },
    { kind: 'set-argument', program: kernel, argument: 'ticks=false' },
    { kind: 'set-argument', program: 'cpu', argument: 'loglevel=4' },
    { kind: 'set-argument', program: 'cpu', argument: 'logmask=80' },
    { kind: 'set-argument', program: 'cpu', argument: 'ticks=false' },
    { kind: 'add-module', path: '/x86_64/sbin/e10k', arguments: 'auto' },
    { kind: 'set-arguments', program: 'e1000n', arguments: '' },
    { kind: 'remove-module', program: 'fish' },
  ]);
  assert.deepEqual(configuration.environment, { QEMU_AUDIO_DRV: 'none', N: '3' });
});

test('a list without devices is not the same as no list', () => {
  assert.equal(sound({}).emulated, undefined);
  assert.deepEqual(sound({ emulated: [] }).emulated, []);
});

test('what is no list of objects at all', () => {
  assert.deepEqual(readBootConfigurations(undefined), []);
  assert.deepEqual(readBootConfigurations(null), []);
  for (const bad of ['x', 7, {}, true])
    assert.deepEqual(
      readBootConfigurations(bad).map(({ problems }) => problems[0]?.expected),
      ['list'],
    );
  for (const bad of [null, 'x', 7, [], true]) assert.deepEqual(problemsOf(bad), [': object', 'name: name']);
});

test('a damaged entry says what is wrong, and the others work', () => {
  const entries = readBootConfigurations([
    { name: 'a', cores: 0 },
    { name: 'b' },
    null,
    { name: 'b', memory: 64 },
    { devices: ['03:00.0'] },
    { name: 'c', colour: 'red' },
  ]);
  assert.deepEqual(
    entries.map(({ configuration }) => configuration?.name),
    [undefined, 'b', undefined, undefined, undefined, 'c'],
  );
  assert.deepEqual(entries[0]?.problems, [{ property: 'cores', expected: 'number', got: '0', allowed: ['1', '255'] }]);
  assert.deepEqual(entries[3]?.problems, [{ property: 'name', expected: 'unique-name', got: '"b"' }]);
  assert.deepEqual(
    entries[5]?.problems.map((problem) => [problem.property, isHarmless(problem)]),
    [['colour', true]],
  );
});

test('each property is checked where it stands', () => {
  const cases: [object, string[]][] = [
    [{ host: 7 }, ['host: text']],
    [{ menuList: 'a\nb' }, ['menuList: text']],
    [{ loglevel: 'loud' }, ['loglevel: log-level']],
    [{ logmask: ['paging', 'pagin'] }, ['logmask[1]: log-mask']],
    [{ logmask: 'paging' }, ['logmask: log-mask']],
    [
      { kernelArguments: ['a b', 'ticks=1', 'serial=x', 7] },
      [
        'kernelArguments[0]: one-word',
        'kernelArguments[1]: kernel-truth',
        'kernelArguments[2]: kernel-number',
        'kernelArguments[3]: one-word',
      ],
    ],
    [{ cores: '4' }, ['cores: number']],
    [{ cores: 1.5 }, ['cores: number']],
    [{ memory: 63 }, ['memory: number']],
    [{ accelerator: 'hvf' }, ['accelerator: one-of']],
    [{ devices: '03:00.0' }, ['devices: list']],
    [{ devices: ['03:00.0', '8086', null] }, ['devices[1]: device', 'devices[2]: device']],
    [{ emulated: {} }, ['emulated: list']],
    [{ emulated: ['e1000'] }, ['emulated[0]: object']],
    [{ emulated: [{ device: 'e1001', image: 'x' }] }, ['emulated[0].device: device-kind']],
    [{ emulated: [{}] }, ['emulated[0].device: device-kind']],
    [{ emulated: [{ device: 'edu', image: 'x' }] }, ['emulated[0].image: known-property']],
    [{ emulated: [{ device: 'edu', slot: 0 }] }, ['emulated[0].slot: slot']],
    [{ emulated: [{ device: 'edu', slot: 31 }] }, ['emulated[0].slot: slot']],
    [
      {
        emulated: [
          { device: 'edu', slot: 6 },
          { device: 'e1000', slot: '0x6' },
        ],
      },
      ['emulated: free-slot'],
    ],
    [
      { emulated: [{ device: 'edu', properties: { addr: '5', 'a,b': '1', ok: [] } }] },
      [
        'emulated[0].properties.addr: property-name',
        'emulated[0].properties.a,b: property-name',
        'emulated[0].properties.ok: text',
      ],
    ],
    [{ emulated: [{ device: 'ahci' }] }, ['emulated[0].image: image']],
    [{ emulated: [{ device: 'ahci', image: '~/hd.img' }] }, ['emulated[0].image: image']],
    [{ emulated: [{ device: 'ahci', image: 'x', mode: 'read-only' }] }, ['emulated[0].mode: writable-or-snapshot']],
    [{ emulated: [{ device: 'ahci', image: 'x', format: 'vmdk' }] }, ['emulated[0].format: one-of']],
    [{ emulated: [{ device: 'nvme', image: 'x', serial: 'x'.repeat(21) }] }, ['emulated[0].serial: serial-number']],
    [{ emulated: [{ device: 'e1000', mac: '01:00:00:00:00:00' }] }, ['emulated[0].mac: mac']],
    [
      { emulated: [{ device: 'e1000', forward: [{ host: 0, guest: 7 }, { host: 7 }, 7] }] },
      ['emulated[0].forward[0].host: port', 'emulated[0].forward[1].guest: port', 'emulated[0].forward[2]: object'],
    ],
    [
      { emulated: [{ device: 'e1000', forward: [{ host: 7, guest: 7, address: '1.2.3', protocol: 'x' }] }] },
      ['emulated[0].forward[0].protocol: one-of', 'emulated[0].forward[0].address: ipv4'],
    ],
    [
      { modules: [{ path: 'sbin/x' }, { arguments: 'a\nb' }, 'x'] },
      [
        'modules[0].path: module-path',
        'modules[1].arguments: one-line',
        'modules[1].path: module-path',
        'modules[2]: object',
      ],
    ],
    [{ bootTarget: 'qemu_panda' }, ['bootTarget: one-of']],
    [{ bootTarget: 'qemu_x86_64', devices: ['8086:10d3'], cores: 3, accelerator: 'kvm', menuList: 'm' }, []],
    [{ bootTarget: 'qemu_a57', cores: 3, memory: 4096, extraArguments: ['-s'], accelerator: 'tcg' }, []],
    [{ bootTarget: 'qemu_a15ve_2', cores: 2 }, []],
    [{ bootTarget: 'qemu_a15ve_2', cores: 3, accelerator: 'kvm' }, ['accelerator: one-of', 'cores: one-of']],
    [
      {
        bootTarget: 'qemu_a57',
        menuList: 'm',
        loglevel: 4,
        logmask: 1,
        kernelArguments: ['ticks=false'],
        devices: ['03:00.0'],
        emulated: [],
        modules: [],
      },
      ['menuList', 'loglevel', 'logmask', 'kernelArguments', 'devices', 'emulated', 'modules'].map(
        (property) => `${property}: not-with-board`,
      ),
    ],
    [{ extraArguments: ['ok', 7] }, ['extraArguments[1]: argument']],
    [
      { environment: { 'A-B': 'x', '': 'y', C: null } },
      ['environment.A-B: variable-name', 'environment.: variable-name', 'environment.C: text'],
    ],
    [{ environment: ['A=B'] }, ['environment: object']],
  ];
  for (const [entry, expected] of cases)
    assert.deepEqual(problemsOf({ name: 'n', ...entry }).sort(), [...expected].sort(), JSON.stringify(entry));
});

test('what stands there is shown, but not for ever', () => {
  const [{ problems } = { problems: [] }] = readBootConfigurations([{ name: 'n', cores: 'x'.repeat(1000) }]);
  assert.ok((problems[0]?.got?.length ?? 0) < 100);
});

test('an image starts from the workspace folder, on this machine alone', () => {
  const configuration = sound({
    emulated: [{ device: 'ahci', image: 'images/hd.img' }, { device: 'nvme', image: '/abs.img' }, { device: 'edu' }],
  });
  const images = locateImages(configuration, { local: true, folder: '/w' }).map((wish) =>
    'image' in wish ? wish.image : undefined,
  );
  assert.deepEqual(images, ['/w/images/hd.img', '/abs.img', undefined]);
  for (const where of [
    { local: false, folder: '/w' },
    { local: true, folder: undefined },
  ])
    assert.throws(
      () => locateImages(configuration, where),
      (error) => Failure.is(error, 'bad-configuration') && error.facts.problems[0]?.property === 'emulated[0].image',
    );
});
