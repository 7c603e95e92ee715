// Sessions of gdb's own debug adapter, at guests of the emulator.

import { newerGdb } from '../newer-gdb.ts';
import type { Guest } from '../../src/guest/guest.ts';
import { limit, spec, start, textUntil } from './emulated.ts';
import { sessionAt, type Session } from './gdb-client.ts';
import { debugging } from './gdb-guest.ts';

const found = await newerGdb();
export const options = { ...limit, ...('missing' in found ? { skip: found.missing } : {}) };
export const gdb = 'gdb' in found ? found.gdb : 'gdb';
/** The first line of the driver's `work`. */
export const WORK = 34;

/** A guest that waits for commands, with these programs debugged. */
export async function attached(...names: string[]): Promise<Session & { guest: Guest }> {
  return attachedTo(1, ...names);
}

/** The same with that many cores. */
export async function attachedTo(cores: number, ...names: string[]): Promise<Session & { guest: Guest }> {
  const guest = await start({}, { ...spec, cores });
  await textUntil(guest, '\n> ');
  return Object.assign(await sessionAt(guest, { gdb, ...debugging(...names) }, { engine: 'gdb' }), { guest });
}
