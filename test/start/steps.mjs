// Running programs one after the other, each ended with everything it has started when this process is told to stop.
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

// Without import.meta.dirname: a Node too old to have it is to be told so, not to fail.
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A failure with the next step in its message; anything else that is thrown is a defect and keeps its stack. */
export class SetUpError extends Error {}

/** @type {import('node:child_process').ChildProcess | undefined} */
let current;
/** @type {NodeJS.Signals | undefined} */
let interrupted;

export const wasInterrupted = () => interrupted !== undefined;

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.on(signal, () => {
    interrupted ??= signal;
    if (current?.pid === undefined) return;
    // A child with a group of its own gets no Ctrl-C from the terminal, and it may have children in turn.
    const target = current.spawnargs[0] === 'sudo' ? current.pid : -current.pid;
    try {
      process.kill(target, 'SIGTERM');
    } catch {
      // Gone already; or root's, which heard Ctrl-C from the terminal itself.
    }
  });
}

/**
 * Runs a program to its end.
 * @param {readonly [string, ...string[]]} command
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, quiet?: boolean, explain?: (output: string) => string }} [options]
 * @returns {Promise<number>} its exit status
 */
export async function run([file, ...args], { cwd = root, env = process.env, quiet = false, explain } = {}) {
  const child = spawn(file, args, {
    cwd,
    env,
    stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
    // sudo knows by the terminal that it has asked for a password already, and a group of its own would cost it that.
    detached: file !== 'sudo',
  });
  current = child;
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
      output = (output + text).slice(-100_000);
    });
  }
  /** @type {number} */
  const status = await new Promise((resolve, reject) => {
    child.once('error', (error) => {
      reject(new SetUpError(`${file} could not be started (${error.message}). Install it and run this again.`));
    });
    child.once('close', (code) => {
      resolve(code ?? 1);
    });
  });
  current = undefined;
  if (interrupted !== undefined) throw new SetUpError('Interrupted.');
  if (status !== 0 && explain !== undefined) throw new SetUpError(`${output.trim()}\n\n${explain(output)}`);
  return status;
}

/**
 * Says what is going on, and how long it took.
 * @param {string} title
 * @param {() => Promise<void>} work
 */
export async function step(title, work) {
  console.log(`• ${title} …`);
  const start = performance.now();
  await work();
  console.log(`  done in ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

/** Processes that carry a mark in their environment. @param {string} mark */
function marked(mark) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(mark);
      } catch {
        return false; // Gone in the meantime, or another user's.
      }
    })
    .map(Number);
}

/** Ends what the run has left behind, each by its id. @param {string} mark */
export async function endLeftovers(mark) {
  const deadline = Date.now() + 5000;
  for (let left = marked(mark); left.length > 0; left = marked(mark)) {
    for (const pid of left) {
      try {
        process.kill(pid, Date.now() < deadline ? 'SIGTERM' : 'SIGKILL');
      } catch {
        // Gone in the meantime.
      }
    }
    await delay(100);
  }
}
