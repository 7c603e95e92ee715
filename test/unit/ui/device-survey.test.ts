import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Host } from '../../../src/host/host.ts';
import { LocalConnection } from '../../../src/host/local-connection.ts';
import { pciAddress } from '../../../src/host/pci-address.ts';
import { PciNames } from '../../../src/host/pci-names.ts';
import { functionNode, type DeviceNode } from '../../../src/ui/device-nodes.ts';
import { comparable, DeviceSurvey } from '../../../src/ui/device-survey.ts';

const host = new Host(new LocalConnection('here'), {
  fallbackNames: () => new PciNames(''),
  own: () => ({ nicknames: {}, kept: [] }),
  onChange: () => undefined,
});

/** Groups with their functions, and what each row says. */
function survey(
  groups: Readonly<Record<number, readonly string[]>>,
  texts: Readonly<Record<string, string>> = {},
): DeviceSurvey {
  const childrenOf = (node?: DeviceNode): DeviceNode[] => {
    if (node?.kind === 'group') return node.functions.map((address) => functionNode(host, address));
    if (node) return [];
    return Object.entries(groups).map(([group, functions]) => ({
      kind: 'group',
      id: `here/group:${group}`,
      host,
      group: Number(group),
      functions: functions.map(pciAddress),
    }));
  };
  return new DeviceSurvey(childrenOf, (node) => texts[node.id] ?? '');
}

test('nothing is told when nothing has changed', () => {
  const before = survey({ 1: ['0000:01:00.0'], 2: ['0000:02:00.0'] });
  const now = survey({ 1: ['0000:01:00.0'], 2: ['0000:02:00.0'] });
  assert.equal(now.differsFrom(before), false);
  assert.equal(now.parent(functionNode(host, pciAddress('0000:01:00.0')))?.id, 'here/group:1');
});

test('a row that says something else is told, once', () => {
  const groups = { 1: ['0000:01:00.0'], 2: ['0000:02:00.0'] };
  const texts = { 'here/0000:02:00.0': 'vfio-pci' };
  const before = survey(groups);
  const now = survey(groups, texts);
  assert.equal(now.differsFrom(before), true);
  assert.equal(survey(groups, texts).differsFrom(now), false);
});

test('rows that come, go or move are told', () => {
  const before = survey({ 1: ['0000:01:00.0'], 2: ['0000:02:00.0'] });
  for (const groups of [
    { 1: ['0000:01:00.0'] },
    { 1: ['0000:01:00.0'], 2: ['0000:02:00.0', '0000:02:00.1'] },
    { 1: ['0000:01:00.0', '0000:02:00.0'], 2: [] },
    { 1: ['0000:01:00.0'], 3: ['0000:02:00.0'] },
  ])
    assert.equal(survey(groups).differsFrom(before), true, JSON.stringify(groups));
});

test('sizes of BARs are compared too', () => {
  assert.notEqual(comparable([{ size: 1n }]), comparable([{ size: 2n }]));
  assert.equal(comparable({ bars: [{ size: 1n }] }), comparable({ bars: [{ size: 1n }] }));
});
