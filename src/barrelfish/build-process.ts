import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import process from 'node:process';
import type { BuildCommand } from './build-command.ts';
import { OutputMapper } from './path-map.ts';

/** A build that runs, with all that it starts. */
export interface BuildProcess {
  /** Exit code; 128 + n when signal n ended it. */
  readonly ended: Promise<number>;
  /** Ends all of it: make, compilers, and what a wrapper has started here. */
  stop(): void;
}

/** Compilers get as long to take away their half-made files. */
const GRACE_MS = 3000;

/** As ours, but diagnostics come in English, which is what problem matchers know, and GHC still may write UTF-8. */
function environment(): NodeJS.ProcessEnv {
  const { MAKEFLAGS: _, MFLAGS: __, MAKELEVEL: ___, ...inherited } = process.env;
  const language = [process.env['LC_ALL'], process.env['LANG'], 'C.UTF-8'].find((each) => each); // empty is unset
  return { ...inherited, LANG: language, LC_ALL: '', LC_MESSAGES: 'C' };
}

/** Starts a build; `onText` gets what it says, with paths as this machine calls them, in whole lines. */
export function startBuild(command: BuildCommand, onText: (text: string) => void): BuildProcess {
  // One pipe for both outputs keeps them in order. The words of the command are arguments, and no part of the script.
  const child = spawn('/bin/sh', ['-c', 'exec "$@" 2>&1', 'sh', ...command.argv], {
    cwd: command.directory,
    env: environment(),
    detached: true, // a process group of its own
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const mapper = new OutputMapper(command.paths);
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const mapped = mapper.push(text);
    if (mapped !== '') onText(mapped);
  });
  const ended = once(child, 'close').then(
    ([code, signal]: (number | NodeJS.Signals | null)[]) => {
      const rest = mapper.end();
      if (rest !== '') onText(rest);
      return typeof code === 'number' ? code : 128 + constants.signals[signal as NodeJS.Signals];
    },
    (error: unknown) => {
      onText(`${error instanceof Error ? error.message : String(error)}\n`); // the directory is gone
      return 127;
    },
  );
  const signal = (name: NodeJS.Signals): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, name);
    } catch {
      // all of them have ended
    }
  };
  return {
    ended,
    stop: () => {
      signal('SIGTERM');
      setTimeout(() => {
        signal('SIGKILL');
      }, GRACE_MS).unref();
    },
  };
}
