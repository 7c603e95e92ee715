import { test } from 'node:test';
import { skate } from '../../../../src/language/skate/skate.ts';
import { assertGolden, assertSurvives, fixture, parsed, portrait, stage } from '../outline-stage.ts';

for (const name of ['samples.sks', 'damaged.sks']) {
  test(`${name}: outline, names, findings, hovers`, () => {
    const file = parsed(skate, fixture(`skate/${name}`), `file:///tree/${name}`);
    assertGolden(`skate/golden/${name}.txt`, portrait(skate, file, stage()));
  });

  test(`${name}: damage harms nothing`, () => {
    assertSurvives(skate, fixture(`skate/${name}`));
  });
}
