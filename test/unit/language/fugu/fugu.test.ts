import { test } from 'node:test';
import { fugu } from '../../../../src/language/fugu/fugu.ts';
import { assertGolden, assertSurvives, fixture, parsed, portrait, stage } from '../outline-stage.ts';

for (const name of ['samples.fugu', 'damaged.fugu']) {
  test(`${name}: outline, names, findings, hovers`, () => {
    const file = parsed(fugu, fixture(`fugu/${name}`), `file:///tree/${name}`);
    assertGolden(`fugu/golden/${name}.txt`, portrait(fugu, file, stage()));
  });

  test(`${name}: damage harms nothing`, () => {
    assertSurvives(fugu, fixture(`fugu/${name}`));
  });
}
