import type { Readable, Writable } from 'node:stream';

/** Program and arguments. Values go through `execve` as they are: there is no shell between. */
export type Argv = readonly [file: string, ...args: string[]];

export interface RunOptions {
  signal?: AbortSignal | undefined;
  /** Time limit in milliseconds; 30 s unless told. */
  timeoutMs?: number | undefined;
  stdin?: string | Uint8Array | Readable | undefined;
  /** Working directory on the host. */
  directory?: string | undefined;
}

export interface OpenOptions extends Pick<RunOptions, 'signal' | 'directory'> {
  /** Pieces of standard error as they come. */
  onError?: ((text: string) => void) | undefined;
}

export interface RunResult {
  /** Exit code; 128 + n when signal n ended the program. */
  exitCode: number;
  stdout: Buffer;
  stderr: string;
}

/** A program that runs until it is disposed of or ends by itself. */
export interface RunningProgram extends AsyncDisposable {
  readonly stdin: Writable;
  /** Its bytes, or else its `lines`. */
  readonly stdout: Readable;
  /** Lines of standard output without their ends, for one reader; finishes when the program does. */
  readonly lines: AsyncIterable<string>;
  /** `missing`: there is no such program. */
  readonly ended: Promise<{ exitCode: number; stderr: string; missing: boolean }>;
}

/** A unix socket of the host, reachable at `path` on the editor's side until disposed of. */
export interface ForwardedSocket extends AsyncDisposable {
  readonly path: string;
}

export interface FileToPut {
  /** Path on the editor's side. */
  source: string;
  /** Path relative to the target directory on the host. */
  target: string;
}

export interface PutProgress {
  file: string;
  /** Bytes of all files that have to be sent, and bytes sent so far. */
  totalBytes: number;
  sentBytes: number;
}

/**
 * One machine that can have PCI devices: this one, or one behind ssh. Nobody above this interface knows which.
 * All methods throw {@link Failure}; `unreachable` and its kin only come from a connection, never from a program.
 */
export interface Connection extends AsyncDisposable {
  /** Name of the host in the settings. */
  readonly name: string;
  readonly kind: 'local' | 'ssh';

  /** Runs a program to its end. A non-zero exit code is a result, not an error. */
  run(argv: Argv, options?: RunOptions): Promise<RunResult>;

  /** Starts a program whose output is read while it runs. */
  open(argv: Argv, options?: OpenOptions): Promise<RunningProgram>;

  /** Makes a unix socket of the host reachable from the editor's side. */
  forward(socket: string, options?: Pick<RunOptions, 'signal'>): Promise<ForwardedSocket>;

  /**
   * Makes files of the editor's side available below a directory on the host, sending only what differs in size or
   * modification time, and returns that directory. For the local machine nothing is copied: `root` itself comes back.
   */
  put(
    root: string,
    files: readonly FileToPut[],
    options?: Pick<RunOptions, 'signal'> & { onProgress?: (progress: PutProgress) => void },
  ): Promise<string>;
}
