import type {
  Argv,
  Connection,
  ForwardedSocket,
  OpenOptions,
  RunOptions,
  RunResult,
  RunningProgram,
} from './connection.ts';
import { openProcess, runProcess } from './processes.ts';

/** The machine that the extension runs on; with Remote-SSH that is the remote one. */
export class LocalConnection implements Connection {
  readonly kind = 'local';
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  run(argv: Argv, options: RunOptions = {}): Promise<RunResult> {
    return runProcess(argv, { ...options, host: this.name });
  }

  open(argv: Argv, options: OpenOptions = {}): Promise<RunningProgram> {
    return openProcess(argv, { ...options, host: this.name });
  }

  forward(socket: string): Promise<ForwardedSocket> {
    return Promise.resolve({ path: socket, [Symbol.asyncDispose]: () => Promise.resolve() });
  }

  put(root: string): Promise<string> {
    return Promise.resolve(root);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}
