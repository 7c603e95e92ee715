import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { elementsOf } from '../../../../src/language/flounder/element.ts';
import { flounder } from '../../../../src/language/flounder/flounder.ts';
import { FIXTURES, plainText, samples, SourceTree } from './source-tree.ts';

/** All that the language knows of a file, as text. */
function portrait(path: string): string {
  const tree = new SourceTree(samples());
  const file = tree.interface(path);
  const at = (offset: number): string => {
    const { line, character } = file.source.positionAt(offset);
    return `${String(line + 1)}:${String(character + 1)}`;
  };
  const { head, types, messages } = file.tree;
  const { comments: _, ...syntax } = { comments: 0, head, types, messages };
  const shown = JSON.stringify(
    syntax,
    (key, value: unknown) => (key === 'start' || key === 'end' ? undefined : value),
    1,
  )
    .replaceAll(/\{\s*"text": ("[^"]*")\s*\}/g, '$1')
    .replaceAll(/\n\s*"(?:keyword|body|list)": \{\},?/g, '');
  const findings = flounder
    .diagnose(file, tree)
    .map(({ start, end, severity, code, message }) => `${at(start)}-${at(end)} ${severity} ${code}: ${message}`);
  const hovers = [...elementsOf(file.tree)].map(({ kind, name }) => {
    const hover = flounder.hover?.(file, name.start, tree);
    return `--- ${at(name.start)} ${kind} ${name.text}\n${hover ? plainText(hover.contents) : ''}`;
  });
  return `SYNTAX\n${shown}\n\nFINDINGS\n${findings.join('\n')}\n\nHOVERS\n${hovers.join('\n')}\n`;
}

for (const name of ['disk_queue', 'sensor', 'half_typed', 'types']) {
  test(`the golden portrait of ${name}.if`, () => {
    const path = join(FIXTURES, 'flounder/golden', `${name}.txt`);
    const now = portrait(`if/${name}.if`);
    if (process.env['UPDATE_GOLDEN'] === '1') {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, now);
    }
    assert.equal(now, readFileSync(path, 'utf8'));
  });
}
