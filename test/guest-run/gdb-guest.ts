// The programs of the test guest, as gdb is told of them.

import path from 'node:path';
import type { SessionWish } from '../../src/debug/session-arguments.ts';
import { spec } from './emulated.ts';
import { script } from './gdb.ts';

const directory = path.resolve(spec.source ?? spec.directory);
export const programs = path.join(directory, 'x86_64/sbin');

export function program(name: string): string {
  return path.join(programs, `${name}.full`);
}

export function source(name: string): string {
  return path.resolve(directory, '../source', name);
}

export const known = { script, kernel: program('cpu'), programs };

export function debugged(...names: string[]): { name: string; file: string }[] {
  return names.map((name) => ({ name, file: program(name) }));
}

/** What a session is told that debugs these domains. */
export function debugging(...names: string[]): Pick<SessionWish, 'barrelfish' | 'sourceMap'> {
  return {
    barrelfish: { ...known, debugged: debugged(...names) },
    sourceMap: [['../source', path.resolve(directory, '../source')]],
  };
}
