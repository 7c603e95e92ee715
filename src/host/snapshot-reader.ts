import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Connection, RunOptions } from './connection.ts';
import { Failure } from './failure.ts';
import { parseSnapshot, type Roots } from './snapshot-parser.ts';
import type { Snapshot } from './snapshot.ts';

const HOST_ROOTS: Roots = { sys: '/sys', proc: '/proc', dev: '/dev', run: '/run' };

const script = readFileSync(new URL('./snapshot.sh', import.meta.url), 'utf8');

/** Reads all PCI functions of a host and what they are used for, in one process. */
export async function readSnapshot(
  connection: Connection,
  options: RunOptions & { roots?: Roots } = {},
): Promise<Snapshot> {
  const { roots = HOST_ROOTS, ...run } = options;
  // Nothing that the host's files contain can pass for one of our section heads.
  const boundary = `@@${randomBytes(12).toString('hex')}`;
  const { stdout, stderr, exitCode } = await connection.run(
    ['/bin/sh', '-c', script, 'sh', boundary, roots.sys, roots.proc, roots.dev, roots.run],
    run,
  );
  if (!stdout.includes(`\n${boundary} end`) && !stdout.includes(`\n${boundary} no-pci`)) {
    throw new Failure('command-failed', { command: 'snapshot.sh', exitCode, output: stderr });
  }
  return parseSnapshot(stdout, boundary, roots);
}
