import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Host } from '../../../src/host/host.ts';
import { LocalConnection } from '../../../src/host/local-connection.ts';
import { pciAddress } from '../../../src/host/pci-address.ts';
import { PciNames } from '../../../src/host/pci-names.ts';
import { functionNode } from '../../../src/ui/device-nodes.ts';
import { comparable, DeviceSurvey, ToldRows } from '../../../src/ui/device-survey.ts';

const host = new Host(new LocalConnection('here'), {
  fallbackNames: () => new PciNames(''),
  own: () => ({ nicknames: {}, kept: [] }),
  onChange: () => undefined,
});

const first = functionNode(host, pciAddress('0000:01:00.0'));
const second = functionNode(host, pciAddress('0000:02:00.0'));

/** Groups with their functions. */
function survey(groups: Readonly<Record<number, readonly string[]>>): DeviceSurvey {
  return new DeviceSurvey((node) => {
    if (node?.kind === 'group') return node.functions.map((address) => functionNode(host, address));
    if (node) return [];
    return Object.entries(groups).map(([group, functions]) => ({
      kind: 'group',
      id: `here/group:${group}`,
      host,
      group: Number(group),
      functions: functions.map(pciAddress),
    }));
  });
}

test('rows that stay where they are, are the same', () => {
  const before = survey({ 1: ['0000:01:00.0'], 2: ['0000:02:00.0'] });
  const now = survey({ 1: ['0000:01:00.0'], 2: ['0000:02:00.0'] });
  assert.equal(now.hasRowsOf(before), true);
  assert.equal(now.parent(first)?.id, 'here/group:1');
});

test('rows that come, go or move are not the same', () => {
  const before = survey({ 1: ['0000:01:00.0'], 2: ['0000:02:00.0'] });
  for (const groups of [
    { 1: ['0000:01:00.0'] },
    { 1: ['0000:01:00.0'], 2: ['0000:02:00.0', '0000:02:00.1'] },
    { 1: ['0000:01:00.0', '0000:02:00.0'], 2: [] },
    { 1: ['0000:01:00.0'], 3: ['0000:02:00.0'] },
  ])
    assert.equal(survey(groups).hasRowsOf(before), false, JSON.stringify(groups));
});

test('a row that says something else has changed, once', () => {
  const texts = new Map<string, string>();
  const told = new ToldRows(({ id }) => texts.get(id) ?? '');
  told.add(first);
  told.add(second);
  assert.deepEqual(told.takeChanged(), []);
  texts.set(second.id, 'vfio-pci');
  assert.deepEqual(told.takeChanged(), [second]);
  assert.deepEqual(told.takeChanged(), []);
});

test('of what is told twice, the last is what the view knows', () => {
  const texts = new Map([[first.id, 'e1000e']]);
  const told = new ToldRows(({ id }) => texts.get(id) ?? '');
  told.add(first);
  texts.set(first.id, 'no driver');
  const again = functionNode(host, pciAddress('0000:01:00.0'));
  told.add(again);
  assert.deepEqual(told.takeChanged(), []);
  texts.set(first.id, 'vfio-pci');
  const [changed] = told.takeChanged();
  assert.equal(changed, again);
});

test('what the view has forgotten is not told it', () => {
  let text = '';
  const told = new ToldRows(() => text);
  told.add(first);
  told.forget();
  text = 'vfio-pci';
  assert.deepEqual(told.takeChanged(), []);
});

test('sizes of BARs are compared too', () => {
  assert.notEqual(comparable([{ size: 1n }]), comparable([{ size: 2n }]));
  assert.equal(comparable({ bars: [{ size: 1n }] }), comparable({ bars: [{ size: 1n }] }));
});

test('only rows that the view knows are answered with', () => {
  const told = new ToldRows(({ id }) => id);
  told.add(first);
  assert.deepEqual(told.rows(new Set([first.id, second.id])), [first]);
  told.forget();
  assert.deepEqual(told.rows(new Set([first.id])), []);
});
