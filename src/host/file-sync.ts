import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import type { Connection, FileToPut, PutProgress, RunOptions } from './connection.ts';
import { Failure } from './failure.ts';

const LIST =
  'mkdir -p -- "$HOME/.cache/barrelfish/$1" && cd -- "$HOME/.cache/barrelfish/$1" && pwd && find . -type f -printf "%P\\t%s\\t%Ts\\n"';
/**
 * Takes PATH BYTES TIME of each file as arguments and all contents, one after the other, from standard input. Each file
 * is written beside its place and moved there when it is whole, so that an interrupted transfer never looks like one.
 */
const STORE = `umask 077
cd -- "$1" && shift || exit
while [ $# -gt 0 ]; do
  case $1 in */*) mkdir -p -- "\${1%/*}" ;; esac
  head -c "$2" >"$1.part" && [ "$(stat -c %s -- "$1.part")" = "$2" ] && touch -d "@$3" -- "$1.part" && mv -f -- "$1.part" "$1" || {
    status=$?
    rm -f -- "$1.part"
    exit $status
  }
  shift 3
done`;
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
  if (missing.length === 0) return directory;
  let sentBytes = 0;
  let changed: string | undefined;
  const contents = async function* (): AsyncGenerator<Buffer> {
    for (const file of missing) {
      let left = file.bytes;
      if (left === 0) continue;
      for await (const chunk of createReadStream(file.source, { end: file.bytes - 1 }) as AsyncIterable<Buffer>) {
        left -= chunk.length;
        sentBytes += chunk.length;
        onProgress?.({ file: file.target, totalBytes, sentBytes });
        yield chunk;
      }
      if (left > 0) {
        changed = file.source; // it shrank while it was read: a build is under way
        return;
      }
    }
  };
  const list = missing.flatMap((file) => [file.target, file.bytes.toString(), file.modified.toString()]);
  const result = await connection.run(['/bin/sh', '-c', STORE, 'sh', directory, ...list], {
    signal,
    stdin: Readable.from(contents(), { objectMode: false }),
    timeoutMs: STORE_TIMEOUT_MS,
  });
  if (changed !== undefined) throw new Failure('file-changed', { path: changed });
  if (result.exitCode !== 0) throw storeFailure(result, directory);
  return directory;
}

function storeFailure(result: { exitCode: number; stderr: string }, target: string): Failure {
  return /No space left on device|Disk quota exceeded/.test(result.stderr)
    ? new Failure('disk-full', { path: target })
    : new Failure('command-failed', { command: `store ${target}`, exitCode: result.exitCode, output: result.stderr });
}
