import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type {
  Argv,
  Connection,
  FileToPut,
  ForwardedSocket,
  OpenOptions,
  PutProgress,
  RunOptions,
  RunResult,
  RunningProgram,
} from './connection.ts';
import { Failure } from './failure.ts';
import { putFiles } from './file-sync.ts';
import { openProcess, runProcess } from './processes.ts';
import { remoteCommand } from './remote-command.ts';
import { sshFailure } from './ssh-failure.ts';

export interface SshOptions {
  /** The ssh program; the user's own unless set. */
  program?: string | undefined;
  /** A configuration file in place of ~/.ssh/config. */
  configFile?: string | undefined;
}

/** What the master's remote end says when it is there; shells may print greetings before it. */
const READY = 'barrelfish-connected';
const CONNECT_TIMEOUT_S = 15;
/** sshd allows ten sessions on one connection (MaxSessions); some are left for the watcher and for the user. */
const PARALLEL_RUNS = 6;
/** Programs that run for long and share it; each further one gets a connection of its own. */
const SHARED_PROGRAMS = 3;

const OF_EVERY_CONNECTION = {
  BatchMode: 'yes',
  ConnectTimeout: String(CONNECT_TIMEOUT_S),
  ServerAliveInterval: '5',
  ServerAliveCountMax: '3',
  // Things the user's configuration may have for interactive use, and that would fail or repeat here:
  RemoteCommand: 'none',
  ClearAllForwardings: 'yes',
  ForwardX11: 'no',
};

function optionsOf(options: Readonly<Record<string, string>>): string[] {
  return Object.entries(options).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
}

interface Master {
  directory: string;
  program: RunningProgram;
  gone: Promise<void>;
}

/**
 * A machine behind the user's own `ssh`: their configuration, agent and jump hosts. One master connection carries
 * everything else. The master's remote end reads our pipe, so it ends with us however we end.
 */
export class SshConnection implements Connection {
  readonly kind = 'ssh';
  readonly name: string;
  readonly #destination: string;
  readonly #options: SshOptions;
  readonly #onLost: (() => void) | undefined;
  #master: Promise<Master> | undefined;
  #running = 0;
  #programs = 0;
  readonly #queue: (() => void)[] = [];
  #forwards = 0;

  constructor(name: string, destination: string, options: SshOptions & { onLost?: () => void } = {}) {
    this.name = name;
    this.#destination = destination;
    this.#options = options;
    this.#onLost = options.onLost;
  }

  async run(argv: Argv, options: RunOptions = {}): Promise<RunResult> {
    const master = await this.#connected(options.signal);
    await this.#turn(options.signal);
    try {
      const { directory, ...rest } = options;
      const command = this.#ssh(master, ['-T', '--', this.#destination, remoteCommand(argv, directory)]);
      const result = await runProcess(command, { ...rest, host: this.name });
      if (result.exitCode === 127 && result.stderr.includes('not found')) {
        throw new Failure('program-missing', { program: argv[0], host: this.name });
      }
      // 255 is ssh's own error, or the program's: only a master that is gone tells that it was ssh's.
      if (result.exitCode === 255 && !(await this.#alive(master))) throw sshFailure(this.name, result.stderr);
      return result;
    } finally {
      this.#running -= 1;
      this.#queue.shift()?.();
    }
  }

  async open(argv: Argv, options: OpenOptions = {}): Promise<RunningProgram> {
    const { directory, ...rest } = options;
    const master = await this.#connected(options.signal);
    const args = ['-T', '--', this.#destination, remoteCommand(argv, directory)];
    const own = this.#programs >= SHARED_PROGRAMS;
    const command = own ? this.#ssh(undefined, args) : this.#ssh(master, args);
    if (!own) this.#programs += 1;
    const program = await openProcess(command, { ...rest, host: this.name });
    if (!own) void program.ended.finally(() => (this.#programs -= 1));
    return program;
  }

  async forward(socket: string, options: Pick<RunOptions, 'signal'> = {}): Promise<ForwardedSocket> {
    const master = await this.#connected(options.signal);
    const local = path.join(master.directory, `f${(this.#forwards += 1).toString()}`);
    const rule = `${local}:${socket}`;
    const result = await runProcess(this.#ssh(master, ['-O', 'forward', '-L', rule, '--', this.#destination]), {
      ...options,
      host: this.name,
    });
    if (result.exitCode !== 0) {
      throw new Failure('command-failed', {
        command: 'ssh -O forward',
        exitCode: result.exitCode,
        output: result.stderr,
      });
    }
    return {
      path: local,
      [Symbol.asyncDispose]: async () => {
        const cancel = this.#ssh(master, ['-O', 'cancel', '-L', rule, '--', this.#destination]);
        await runProcess(cancel, { host: this.name }).catch(() => undefined); // a lost master took it along
        await rm(local, { force: true });
      },
    };
  }

  put(
    root: string,
    files: readonly FileToPut[],
    options: Pick<RunOptions, 'signal'> & { onProgress?: (progress: PutProgress) => void } = {},
  ): Promise<string> {
    return putFiles(this, root, files, options);
  }

  /**
   * The command with which the user makes the connection by hand in a terminal, where ssh can ask for a passphrase or
   * about a new host key. Without `BatchMode`, otherwise as we do it.
   */
  loginCommand(): Argv {
    return [this.#program, ...this.#configuration(), '-T', '--', this.#destination, 'echo connected'];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const master = await this.#master?.catch(() => undefined);
    this.#master = undefined;
    if (!master) return;
    await master.program[Symbol.asyncDispose]();
    await master.gone;
  }

  get #program(): string {
    return this.#options.program ?? 'ssh';
  }

  #configuration(): string[] {
    return this.#options.configFile === undefined ? [] : ['-F', this.#options.configFile];
  }

  /** An ssh call over the master, which fails without it; or, with none, over a connection of its own. */
  #ssh(master: Master | undefined, args: readonly string[]): Argv {
    const way =
      master === undefined
        ? ['-S', 'none', ...optionsOf(OF_EVERY_CONNECTION)]
        : ['-S', path.join(master.directory, 'm'), '-o', 'BatchMode=yes', '-o', 'ProxyCommand=false'];
    return [this.#program, ...this.#configuration(), ...way, '-o', 'ControlMaster=no', ...args];
  }

  async #alive(master: Master): Promise<boolean> {
    const result = await runProcess(this.#ssh(master, ['-O', 'check', '--', this.#destination]), { host: this.name });
    return result.exitCode === 0;
  }

  async #connected(signal: AbortSignal | undefined): Promise<Master> {
    this.#master ??= this.#connect().catch((error: unknown) => {
      this.#master = undefined; // the next call tries again
      throw error;
    });
    if (!signal) return this.#master;
    const master = await this.#master;
    if (signal.aborted) throw new Failure('cancelled', undefined);
    return master;
  }

  async #connect(): Promise<Master> {
    // A private directory: whoever can open the control socket is the user on the other machine.
    const directory = await mkdtemp(path.join(tmpdir(), 'bf-ssh-'));
    const options = optionsOf({
      ControlMaster: 'yes',
      ControlPersist: 'no',
      StreamLocalBindUnlink: 'yes',
      ...OF_EVERY_CONNECTION,
    });
    const program = await openProcess(
      [
        this.#program,
        ...this.#configuration(),
        '-S',
        path.join(directory, 'm'),
        ...options,
        '-T',
        '--',
        this.#destination,
        `echo ${READY}; exec cat`,
      ],
      { host: this.name },
    );
    const limit = setTimeout(() => void program[Symbol.asyncDispose](), (CONNECT_TIMEOUT_S + 5) * 1000);
    try {
      for await (const line of program.lines) {
        if (line.trim() === READY) return this.#watched({ directory, program });
      }
      const { stderr, missing } = await program.ended;
      throw missing
        ? new Failure('program-missing', { program: this.#program, host: this.name })
        : sshFailure(this.name, stderr);
    } catch (error) {
      await program[Symbol.asyncDispose]();
      await rm(directory, { recursive: true, force: true });
      throw error;
    } finally {
      clearTimeout(limit);
    }
  }

  #watched({ directory, program }: Omit<Master, 'gone'>): Master {
    const gone = program.ended.then(async () => {
      await rm(directory, { recursive: true, force: true });
      if (!this.#master) return;
      this.#master = undefined;
      this.#onLost?.();
    });
    return { directory, program, gone };
  }

  async #turn(signal: AbortSignal | undefined): Promise<void> {
    while (this.#running >= PARALLEL_RUNS) {
      await new Promise<void>((resolve) => this.#queue.push(resolve));
      if (signal?.aborted) throw new Failure('cancelled', undefined);
    }
    this.#running += 1;
  }
}
