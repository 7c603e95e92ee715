import { access } from 'node:fs/promises';
import path from 'node:path';
import { symbolFile } from '../barrelfish/build-directory.ts';
import type { FirstStop, SessionWish } from '../debug/session-arguments.ts';
import { Failure } from '../host/failure.ts';
import { readBuild } from './build-settings.ts';
import type { GuestSymbols } from './guest-symbols.ts';

/** Where a boot is to stop first: `loader`, `nothing`, a function of the CPU driver, or else a domain. */
export type StopWish = string;

const FUNCTIONS = new Set(['arch_init', 'kernel_startup']);
const PROGRAMS = path.join('x86_64', 'sbin');

/** Whether gdb has to know of Barrelfish for this stop. */
export function needsKnowledge(stop: StopWish): boolean {
  return stop !== 'loader' && stop !== 'nothing';
}

/** Undefined for no stop. */
export function firstStop(stop: StopWish, entry: bigint | undefined): FirstStop | undefined {
  if (FUNCTIONS.has(stop)) return { function: stop };
  if (needsKnowledge(stop)) return { domain: stop };
  return stop === 'nothing' || entry === undefined ? undefined : { address: entry };
}

/** What gdb is told of Barrelfish; undefined where its CPU driver has no symbols. Throws `file-missing` for a domain. */
export async function knowledgeOf(
  { kernel, loader }: GuestSymbols,
  {
    script,
    directory,
    domains,
    stop,
  }: { script: string; directory: string; domains: readonly string[]; stop: StopWish },
): Promise<SessionWish['barrelfish']> {
  if (kernel === undefined) return undefined;
  const build = await readBuild(directory);
  const errors = build && path.join(build.sourceDirectory, 'errors', 'errno.fugu');
  const names = new Set(needsKnowledge(stop) && !FUNCTIONS.has(stop) ? [...domains, stop] : domains);
  return {
    script,
    kernel,
    loader,
    errors: errors !== undefined && (await exists(errors)) ? errors : undefined,
    programs: path.join(directory, PROGRAMS),
    debugged: await Promise.all([...names].map((name) => programOf(directory, name))),
  };
}

/** The file with a program's symbols; undefined where there is none, or no program could be called so. */
export async function programFile(directory: string, name: string): Promise<string | undefined> {
  const file = /^\w[\w.+-]*$/.test(name) ? await symbolFile({ path: directory }, name) : undefined;
  return file === undefined ? undefined : path.resolve(directory, file);
}

/** The same, where it is needed. Throws `file-missing`. */
export async function programOf(
  directory: string,
  name: string,
  neededBy = 'launch.json',
): Promise<{ name: string; file: string }> {
  const file = await programFile(directory, name);
  if (file === undefined) throw new Failure('file-missing', { path: path.join(directory, PROGRAMS, name), neededBy });
  return { name, file };
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
