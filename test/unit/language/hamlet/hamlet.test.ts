import { test } from 'node:test';
import { hamlet } from '../../../../src/language/hamlet/hamlet.ts';
import { assertGolden, assertSurvives, fixture, parsed, portrait, stage } from '../outline-stage.ts';

for (const name of ['samples.hl', 'damaged.hl']) {
  test(`${name}: outline, names, findings, hovers`, () => {
    const file = parsed(hamlet, fixture(`hamlet/${name}`), `file:///tree/${name}`);
    assertGolden(`hamlet/golden/${name}.txt`, portrait(hamlet, file, stage()));
  });

  test(`${name}: damage harms nothing`, () => {
    assertSurvives(hamlet, fixture(`hamlet/${name}`));
  });
}
