import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import type { Connection, FileToPut, PutProgress, RunOptions } from './connection.ts';
import { Failure } from './failure.ts';

const LIST =
  'mkdir -p -- "$HOME/.cache/barrelfish/$1" && cd -- "$HOME/.cache/barrelfish/$1" && pwd && find . -type f -printf "%P\\t%s\\t%Ts\\n"';
/** Written beside and moved in place, so that an interrupted transfer never looks like a file. */
const STORE =
  'umask 077; mkdir -p -- "${1%/*}" && cat >"$1.part" && touch -d "@$2" -- "$1.part" && mv -f -- "$1.part" "$1" || { s=$?; rm -f -- "$1.part"; exit $s; }';
const STORE_TIMEOUT_MS = 600_000;

interface Wanted extends FileToPut {
  bytes: number;
  /** Whole seconds: what every file system and `touch` agree on. */
  modified: number;
}

/** Copies what differs in size or time to a directory of its own below ~/.cache on the host; returns that directory. */
export async function putFiles(
  connection: Connection,
  root: string,
  files: readonly FileToPut[],
  options: Pick<RunOptions, 'signal'> & { onProgress?: (progress: PutProgress) => void },
): Promise<string> {
  const { signal, onProgress } = options;
  const wanted = await Promise.all(
    files.map(async (file): Promise<Wanted> => {
      const { size, mtimeMs } = await stat(file.source).catch(() => {
        throw new Failure('file-missing', { path: file.source, neededBy: root });
      });
      return { ...file, bytes: size, modified: Math.floor(mtimeMs / 1000) };
    }),
  );
  // Two build directories, or the same path on two machines, must not meet in one place.
  const place = `${path.basename(root)}-${createHash('sha256').update(`${hostname()}\0${root}`).digest('hex').slice(0, 12)}`;
  const listing = await connection.run(['/bin/sh', '-c', LIST, 'sh', place], { signal });
  const [directory, ...there] = listing.stdout.toString('utf8').trimEnd().split('\n');
  if (listing.exitCode !== 0 || directory === undefined) throw storeFailure(listing, place);
  const known = new Set(there);

  const missing = wanted.filter(
    (file) => !known.has(`${file.target}\t${file.bytes.toString()}\t${file.modified.toString()}`),
  );
  const totalBytes = missing.reduce((sum, file) => sum + file.bytes, 0);
  let sentBytes = 0;
  for (const file of missing) {
    onProgress?.({ file: file.target, totalBytes, sentBytes });
    const stream = createReadStream(file.source);
    stream.on('data', (chunk) => {
      sentBytes += chunk.length;
      onProgress?.({ file: file.target, totalBytes, sentBytes });
    });
    const target = path.posix.join(directory, file.target);
    const result = await connection.run(['/bin/sh', '-c', STORE, 'sh', target, file.modified.toString()], {
      signal,
      stdin: stream,
      timeoutMs: STORE_TIMEOUT_MS,
    });
    if (result.exitCode !== 0) throw storeFailure(result, target);
  }
  return directory;
}

function storeFailure(result: { exitCode: number; stderr: string }, target: string): Failure {
  return /No space left on device|Disk quota exceeded/.test(result.stderr)
    ? new Failure('disk-full', { path: target })
    : new Failure('command-failed', { command: `store ${target}`, exitCode: result.exitCode, output: result.stderr });
}
