// Servers and browsers must not outlive the run, however it ends. What is registered here runs once: when it is undone
// by its owner, or else when the process exits or is told to.
import { constants } from 'node:os';
import process from 'node:process';

type Cleanup = () => void;

const pending = new Set<Cleanup>();

function runAll(): void {
  // Last in, first out: a browser goes before the server that it shows.
  for (const cleanup of [...pending].reverse()) {
    pending.delete(cleanup);
    try {
      cleanup();
    } catch (error) {
      console.error(error);
    }
  }
}

let listening = false;

function listen(): void {
  if (listening) return;
  listening = true;
  process.once('exit', runAll);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // Not once: a second signal, as the test runner sends it after that to the group, would end us in the midst of it.
    process.on(signal, () => {
      process.exit(128 + constants.signals[signal]);
    });
  }
}

/** Registers what has to happen at exit; the answer takes it back. It has to be synchronous. */
export function atExit(cleanup: Cleanup): () => void {
  listen();
  pending.add(cleanup);
  return () => {
    pending.delete(cleanup);
  };
}
