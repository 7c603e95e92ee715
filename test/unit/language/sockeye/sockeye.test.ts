import { test } from 'node:test';
import { sockeye } from '../../../../src/language/sockeye/sockeye.ts';
import { assertGolden, assertSurvives, fixture, parsed, portrait, stage } from '../outline-stage.ts';

for (const name of ['samples.soc', 'damaged.soc']) {
  test(`${name}: outline, names, findings, hovers`, () => {
    const file = parsed(sockeye, fixture(`sockeye/${name}`), `file:///tree/${name}`);
    assertGolden(`sockeye/golden/${name}.txt`, portrait(sockeye, file, stage()));
  });

  test(`${name}: damage harms nothing`, () => {
    assertSurvives(sockeye, fixture(`sockeye/${name}`));
  });
}
