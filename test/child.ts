import { spawn, type ChildProcess } from 'node:child_process';
import process from 'node:process';
import { atExit } from './vscode/at-exit.ts';
import { projectRoot } from './vscode/paths.ts';

export interface ChildOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Keeps the output back, so that what runs side by side does not mix. */
  readonly quiet?: boolean;
}

export interface ChildResult {
  readonly status: number;
  /** Empty unless it was kept back. */
  readonly output: string;
}

function endGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGTERM');
  } catch {
    // Gone in the meantime.
  }
}

/** Runs a program in the project, and ends it and its children when this process has to go. */
export function runChild(command: readonly string[], options: ChildOptions = {}): Promise<ChildResult> {
  const [file = '', ...args] = command;
  const stream = options.quiet === true ? 'pipe' : 'inherit';
  const child = spawn(file, args, {
    cwd: projectRoot,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', stream, stream],
    detached: true,
  });
  const forget = atExit(() => {
    endGroup(child);
  });
  let output = '';
  const collect = (text: string) => {
    output += text;
  };
  child.stdout?.setEncoding('utf8').on('data', collect);
  child.stderr?.setEncoding('utf8').on('data', collect);
  return new Promise((resolve) => {
    child.once('error', (error) => {
      forget();
      resolve({ status: 127, output: `${file}: ${error.message}\n` });
    });
    child.once('close', (code) => {
      forget();
      resolve({ status: code ?? 1, output });
    });
  });
}

/** The path of a program that an npm package brings along. */
export function packaged(name: string): string {
  return `${projectRoot}/node_modules/.bin/${name}`;
}
