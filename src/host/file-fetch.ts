import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Connection } from './connection.ts';
import { Failure } from './failure.ts';

interface FetchOptions {
  signal: AbortSignal;
  /** Bytes of the file so far, and in all. */
  onProgress: (done: number, total: number) => void;
}

/**
 * Copies a file of the host to the editor's side, packed on its way: memory is zero for the most part. It is beside its place
 * until it is whole. Throws `cancelled`, `disk-full`, `command-failed` (gzip's, stat's), and what a connection throws.
 */
export async function fetchFile(
  connection: Connection,
  file: string,
  to: string,
  options: FetchOptions,
): Promise<void> {
  const { signal, onProgress } = options;
  const size = ['stat', '-c', '%s', '--', file] as const;
  const { exitCode, stdout, stderr } = await connection.run(size, { signal });
  if (exitCode !== 0) throw new Failure('command-failed', { command: size.join(' '), exitCode, output: stderr });
  const total = Number(stdout);
  let done = 0;
  const counted = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      onProgress((done += chunk.length), total);
      yield chunk;
    }
  };
  const pack = ['gzip', '-1', '-c', '--', file] as const;
  await using program = await connection.open(pack, { signal });
  const part = `${to}.part`;
  try {
    await pipeline(program.stdout, createGunzip(), counted, createWriteStream(part, { mode: 0o600 }), { signal });
    await rename(part, to);
  } catch (error) {
    await rm(part, { force: true });
    if (signal.aborted) throw new Failure('cancelled', undefined);
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC') throw new Failure('disk-full', { path: to });
    if (!code.startsWith('Z_')) throw error;
    // What came ends too soon: the program says why.
    const end = await program.ended;
    throw new Failure('command-failed', { command: pack.join(' '), exitCode: end.exitCode, output: end.stderr });
  }
}
