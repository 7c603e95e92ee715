import { test } from 'node:test';
import { pleco } from '../../../../src/language/pleco/pleco.ts';
import { assertGolden, assertSurvives, fixture, parsed, portrait, stage } from '../outline-stage.ts';

for (const name of ['samples.pleco', 'damaged.pleco']) {
  test(`${name}: outline, names, findings, hovers`, () => {
    const file = parsed(pleco, fixture(`pleco/${name}`), `file:///tree/${name}`);
    assertGolden(`pleco/golden/${name}.txt`, portrait(pleco, file, stage()));
  });

  test(`${name}: damage harms nothing`, () => {
    assertSurvives(pleco, fixture(`pleco/${name}`));
  });
}
