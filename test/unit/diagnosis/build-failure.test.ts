import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diagnoseBuild } from '../../../src/diagnosis/build-failure.ts';

const LINKER = '/usr/bin/ld: warning: start.o: missing .note.GNU-stack section implies executable stack\n';

test('a mistake in the source is not the tool chain’s fault', () => {
  const codes = (text: string): string[] => diagnoseBuild(text).map(({ code }) => code);
  assert.deepEqual(codes(`${LINKER}collect2: error: ld returned 1 exit status\n`), ['compiler-too-new']);
  assert.deepEqual(codes(`${LINKER}../source/x.c:3:5: error: 'y' undeclared\n`), []);
  assert.deepEqual(codes(`../source/x.c:3:5: error: 'y' undeclared\nmake: hake/hake: No such file or directory\n`), [
    'build-tool-missing',
  ]);
});
