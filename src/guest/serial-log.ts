import type { Connection, RunOptions } from '../host/connection.ts';
import { Failure } from '../host/failure.ts';

/*
 * The log is QEMU's. While nobody is connected it is exact; while somebody is, and reads more slowly than the guest
 * writes, a byte that had to wait stands in it twice (qemu_chr_write_buffer() logs a write that fails with EAGAIN, and
 * logs it again when it succeeds). What comes over the line itself is always exact.
 */
const TAIL_BYTES = 4 * 1024 * 1024;

const READ = 'tail -c +"$2" -- "$1" | head -c "$3"';
/** The size comes first: while the guest stands still, the two belong together. */
const READ_TAIL = 'stat -c %s -- "$1" && tail -c "$2" -- "$1"';

/** Bytes of a log, counted from 0. */
export async function readLog(
  connection: Connection,
  log: string,
  from: number,
  length: number,
  options: RunOptions,
): Promise<Buffer> {
  // tail counts from 1
  const args = [log, (from + 1).toString(), length.toString()];
  const { stdout, stderr, exitCode } = await connection.run(['/bin/sh', '-c', READ, 'sh', ...args], options);
  if (exitCode !== 0 || stderr !== '')
    throw new Failure('command-failed', { command: 'tail', exitCode, output: stderr });
  return stdout;
}

/** The end of a log, and how long it is in all. */
export async function readLogTail(
  connection: Connection,
  log: string,
  options: RunOptions,
): Promise<{ tail: Buffer; bytes: number }> {
  const args = [log, TAIL_BYTES.toString()];
  const { stdout, stderr, exitCode } = await connection.run(['/bin/sh', '-c', READ_TAIL, 'sh', ...args], options);
  const newline = stdout.indexOf(0x0a);
  if (exitCode !== 0 || newline === -1)
    throw new Failure('command-failed', { command: 'tail', exitCode, output: stderr });
  return { bytes: Number(stdout.toString('latin1', 0, newline)), tail: stdout.subarray(newline + 1) };
}
