import { test } from 'node:test';
import { deviceDb } from '../../../../src/language/device-db/device-db.ts';
import { assertGolden, assertSurvives, fixture, parsed, portrait, stage } from '../outline-stage.ts';

test('entries, programs, findings, hovers', () => {
  const file = parsed(deviceDb, fixture('device-db/device_db.pl'), 'file:///tree/device_db.pl');
  const range = { start: { line: 4, character: 2 }, end: { line: 4, character: 8 } };
  const hakefile = { declared: [{ name: 'e1000n', kind: 2 as const, range }], used: [] };
  const workspace = stage([], { summaries: { 'file:///tree/usr/drivers/e1000n/Hakefile': hakefile } });
  assertGolden('device-db/golden/device_db.pl.txt', portrait(deviceDb, file, workspace));
});

test('damage harms nothing', () => {
  assertSurvives(deviceDb, fixture('device-db/device_db.pl'));
});
