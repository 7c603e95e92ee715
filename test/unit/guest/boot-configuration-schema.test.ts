import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { readBootConfigurations } from '../../../src/guest/boot-configuration.ts';

// What package.json tells the editor, and what is read, have to be the same.
interface Schema {
  enum?: unknown[];
  const?: unknown;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  items?: Schema;
  properties?: Record<string, Schema>;
  anyOf?: Schema[];
  allOf?: { if: Schema; then: Schema }[];
}
interface Manifest {
  contributes: { configuration: { properties: Record<string, Schema> }[] };
}

const manifest = JSON.parse(await readFile(new URL('../../../package.json', import.meta.url), 'utf8')) as Manifest;
const schema = manifest.contributes.configuration
  .map(({ properties }) => properties['barrelfish.bootConfigurations'])
  .find((each) => each !== undefined)?.items?.properties;
assert.ok(schema);
const { emulated, ...rest } = schema;

const problemsOf = (entry: object) =>
  readBootConfigurations([{ name: 'n', ...entry }]).flatMap(({ problems }) => problems);
const patternOf = (each: Schema | undefined): RegExp => new RegExp(each?.pattern ?? '$^', 'u');
const wrong = (entry: object): string => JSON.stringify(problemsOf(entry));

test('the properties are the same', () => {
  const [unknown] = problemsOf({ 'no such': 1 });
  assert.deepEqual([...(unknown?.allowed ?? [])].sort(), Object.keys(schema).sort());
});

test('what the schema lists is read', () => {
  for (const [name, { enum: values = [] }] of Object.entries(rest))
    for (const value of values) assert.equal(wrong({ [name]: value }), '[]');
  for (const { enum: values = [], items } of rest['logmask']?.anyOf ?? []) {
    for (const value of values) assert.equal(wrong({ logmask: value }), '[]');
    for (const value of items?.enum ?? []) assert.equal(wrong({ logmask: [value] }), '[]');
  }
});

test('numbers have the same bounds', () => {
  for (const name of ['cores', 'memory']) {
    const { minimum = 0, maximum = 0 }: Schema = schema[name] ?? {};
    for (const value of [minimum, maximum]) assert.equal(wrong({ [name]: value }), '[]');
    for (const value of [minimum - 1, maximum + 1]) assert.notEqual(wrong({ [name]: value }), '[]');
  }
});

test('texts are refused and taken alike', () => {
  const lists: [string, string[]][] = [
    [
      'devices',
      ['03:00.0', '0000:03:00.0', '10000:e1:00.0', '8086:10D3', '8086', '03:00', '03:00.8', 'x', '8086:10d3:1', ''],
    ],
    ['kernelArguments', ['ticks=true', 'word', 'a b', 'x="y"', '']],
  ];
  for (const [name, values] of lists) {
    const pattern = patternOf(schema[name]?.items);
    for (const value of values)
      assert.equal(wrong({ [name]: [value] }) === '[]', pattern.test(value), `${name}: ${value}`);
  }
  const module = patternOf(rest['modules']?.items?.properties?.['path']);
  for (const path of ['/x86_64/sbin/e10k', 'fish', 'x/y', '#x', '/', '/#x', 'a b', '"'])
    assert.equal(wrong({ modules: [{ path }] }) === '[]', module.test(path), path);
});

test('each emulated device has the properties that the schema gives it', () => {
  const cases = emulated?.items?.allOf ?? [];
  const devices = cases.flatMap(({ if: { properties = {} }, then }) =>
    (properties['device']?.enum ?? [properties['device']?.const]).map((device) => ({ device, then })),
  );
  assert.deepEqual(
    devices.map(({ device }) => device),
    emulated?.items?.properties?.['device']?.enum,
  );
  for (const { device, then } of devices) {
    const unknown = problemsOf({ emulated: [{ device, image: 'x', 'no such': 1 }] });
    const found = unknown.find(({ property }) => property === 'emulated[0].no such');
    assert.deepEqual([...(found?.allowed ?? [])].sort(), Object.keys(then.properties ?? {}).sort(), String(device));
    for (const mode of then.properties?.['mode']?.enum ?? [])
      assert.equal(wrong({ emulated: [{ device, image: 'x', mode }] }), '[]');
  }
});
