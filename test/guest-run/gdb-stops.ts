// Breakpoints in the programs of the test guest, and where it stops.

import { source } from './gdb-guest.ts';
import type { Client } from './gdb-client.ts';

export interface Breakpoint {
  id: number;
  verified: boolean;
  message?: string;
}

/** Those of a file of the programs. */
export async function set(client: Client, file: string, ...breakpoints: object[]): Promise<Breakpoint[]> {
  const answer = await client.ask('setBreakpoints', { source: { path: source(`domain/${file}`) }, breakpoints });
  return answer['breakpoints'] as Breakpoint[];
}

export async function setFunction(client: Client, name: string): Promise<Breakpoint | undefined> {
  const answer = await client.ask('setFunctionBreakpoints', { breakpoints: [{ name }] });
  return (answer['breakpoints'] as Breakpoint[])[0];
}

/** The next stop: reason, thread, file and function. */
export async function place(client: Client): Promise<string> {
  const stop = await client.stopped();
  const { source: file, name } = await client.frame(stop);
  const [thread] = await client.threads();
  return [stop.reason, thread, file?.name, name].join(', ');
}

/** The program's own count of its turns, at the next stop. */
export async function turn(client: Client): Promise<number> {
  return Number(await client.value('turn', await client.frame(await client.stopped())));
}
