// Runs the unit tests of some rooms in one process, which loads the code once for all of them:
// `node test/unit/rooms.ts language server`.
import { globSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { describe } from 'node:test';

const here = import.meta.dirname;
const rooms = process.argv.slice(2);
const files = rooms.flatMap((room) => globSync(`${room}/**/*.test.ts`, { cwd: here })).sort();
if (files.length === 0) throw new Error(`There are no unit tests of ${rooms.join(', ')}.`);

// A suite for each file: what one of them prepares before a test is not prepared for the tests of another.
for (const file of files)
  describe(file, async () => {
    await import(path.join(here, file));
  });
