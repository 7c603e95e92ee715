import { createInterface, type Interface } from 'node:readline';
import type { execa as Execa, Options } from 'execa';
import type { Argv, OpenOptions, RunOptions, RunResult, RunningProgram } from './connection.ts';
import { Failure } from './failure.ts';

const DEFAULT_TIMEOUT_MS = 30_000;
const LARGEST_OUTPUT = 256 * 1024 * 1024;

/** Loaded when the first program is started: evaluating it takes longer than all of our own activation. */
async function load(): Promise<typeof Execa> {
  return (await import('execa')).execa;
}

const signalNumbers: Partial<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGPIPE: 13, SIGTERM: 15 };

function exitCodeOf(result: { exitCode?: number | undefined; signal?: string | undefined }): number {
  return result.exitCode ?? 128 + (signalNumbers[result.signal ?? ''] ?? 0);
}

/** Rejects as soon as the signal fires, whatever `promise` does: a process in the kernel's D state can't be ended. */
async function orAborted<T>(promise: Promise<T>, signal: AbortSignal, reason: () => Failure): Promise<T> {
  if (signal.aborted) throw reason();
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => {
      reject(reason());
    };
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (stop) signal.removeEventListener('abort', stop);
  }
}

/** Runs a program of this machine to its end. Throws `cancelled`, `timeout` or `program-missing`. */
export async function runProcess(argv: Argv, options: RunOptions & { host: string }): Promise<RunResult> {
  const [file, ...args] = argv;
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const limit = AbortSignal.timeout(timeoutMs);
  const signal = options.signal ? AbortSignal.any([options.signal, limit]) : limit;
  const { stdin } = options;
  const execa = await load();
  const child = execa(file, args, {
    encoding: 'buffer',
    reject: false,
    stripFinalNewline: false,
    maxBuffer: LARGEST_OUTPUT,
    cancelSignal: signal,
    forceKillAfterDelay: 1000,
    ...(options.directory === undefined ? {} : { cwd: options.directory }),
    ...(stdin === undefined ? { stdin: 'ignore' as const } : { input: stdin }),
  } satisfies Options);
  const aborted = (): Failure =>
    options.signal?.aborted
      ? new Failure('cancelled', undefined)
      : new Failure('timeout', { operation: file, seconds: Math.round(timeoutMs / 1000) });
  const result = await orAborted(child, signal, aborted);
  if (result.isCanceled) throw aborted();
  if (result.exitCode === undefined && result.signal === undefined) {
    if (result.code === 'ENOENT') {
      const flatpak = process.env['FLATPAK_ID']; // `flatpak run` sets it
      throw new Failure('program-missing', { program: file, host: options.host, ...(flatpak ? { flatpak } : {}) });
    }
    throw new Failure('command-failed', { command: file, exitCode: -1, output: result.shortMessage ?? file });
  }
  return {
    exitCode: exitCodeOf(result),
    stdout: Buffer.from(result.stdout),
    stderr: Buffer.from(result.stderr).toString('utf8'),
  };
}

/** Starts a program of this machine that is read while it runs. */
export async function openProcess(argv: Argv, options: OpenOptions & { host: string }): Promise<RunningProgram> {
  const [file, ...args] = argv;
  const execa = await load();
  const child = execa(file, args, {
    reject: false,
    buffer: { stdout: false },
    stdin: 'pipe',
    forceKillAfterDelay: 5000, // on a busy machine a program needs more than a moment to tidy up
    ...(options.signal ? { cancelSignal: options.signal } : {}),
    ...(options.directory === undefined ? {} : { cwd: options.directory }),
  });
  child.stdin.on('error', () => undefined); // EPIPE of a program that is gone: `ended` tells it
  const { onError } = options;
  if (onError) child.stderr.setEncoding('utf8').on('data', onError);
  let lines: Interface | undefined;
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    get lines() {
      return (lines ??= createInterface({ input: child.stdout, crlfDelay: Infinity }));
    },
    ended: child.then((result) => ({
      exitCode: exitCodeOf(result),
      stderr: result.stderr,
      missing: result.code === 'ENOENT',
    })),
    async [Symbol.asyncDispose]() {
      lines?.close();
      child.stdout.destroy();
      child.kill();
      await child;
    },
  };
}
