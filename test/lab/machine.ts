// One QEMU process: started, restored, saved, ended.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync, closeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { join } from 'node:path';
import { Qmp } from './qmp.ts';
import { machineArguments, type Files, type Shape } from './topology.ts';

export interface Launch {
  readonly shape: Shape;
  readonly files: Files;
  /** Relative paths are relative to this. */
  readonly workingDirectory: string;
  /** For QEMU's own messages and temporary files. */
  readonly directory: string;
  /** Wait for a saved state instead of booting. */
  readonly incoming: boolean;
  /** Outlive this process. */
  readonly detached: boolean;
  readonly signal: AbortSignal;
}

const bootDeadlineMs = 240_000;
const stateFile = 'state';

export class Machine {
  readonly pid: number;
  readonly qmp: Qmp;
  readonly #process: ChildProcess;
  readonly #launch: Launch;

  private constructor(process: ChildProcess, pid: number, qmp: Qmp, launch: Launch) {
    this.#process = process;
    this.pid = pid;
    this.qmp = qmp;
    this.#launch = launch;
  }

  static async start(launch: Launch): Promise<Machine> {
    const argv = machineArguments(launch.shape, launch.files);
    if (launch.incoming) argv.push('-incoming', 'defer');
    const log = openSync(join(launch.directory, 'qemu.log'), 'a');
    // The kernel ends QEMU with us, even when nothing of ours can run any more.
    const prefix = launch.detached ? [] : ['setpriv', '--pdeathsig', 'KILL'];
    const [file = '', ...rest] = [...prefix, 'qemu-system-x86_64', ...argv];
    const child = spawn(file, rest, {
      cwd: launch.workingDirectory,
      env: { ...process.env, TMPDIR: launch.directory },
      detached: launch.detached,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    child.on('error', () => undefined);
    if (launch.detached) child.unref();
    const kill = (): void => {
      child.kill('SIGKILL');
    };
    launch.signal.addEventListener('abort', kill);
    try {
      const qmp = await connectWhenThere(child, launch);
      return new Machine(child, child.pid ?? 0, qmp, launch);
    } catch (error) {
      kill();
      throw error;
    } finally {
      launch.signal.removeEventListener('abort', kill);
    }
  }

  /** Waits until the boot script inside is done. */
  async booted(): Promise<void> {
    const { files, directory, signal } = this.#launch;
    const output = async (): Promise<string> => await readFile(files.console, 'utf8').catch(() => '');
    try {
      await until(async () => /LAB (?:booted|failed)/.test(await output()), {
        ...{ what: 'the lab to boot', deadlineMs: bootDeadlineMs, signal, child: this.#process },
      });
      if ((await output()).includes('LAB failed')) throw new Error('The boot script failed');
    } catch (error) {
      const lines = [...(await messages(directory)), ...(await output()).split('\n').slice(-30)];
      throw new Error(`The lab did not boot.\n${lines.join('\n')}`, { cause: error });
    }
  }

  /** Writes the state beside the memory file, which holds the memory. Nothing runs afterwards. */
  async save(): Promise<void> {
    await this.qmp.execute({ execute: 'stop' });
    await this.#transfer({ execute: 'migrate', arguments: { uri: `exec:cat >${stateFile}` } });
  }

  async restore(): Promise<void> {
    await this.#transfer({ execute: 'migrate-incoming', arguments: { uri: `exec:cat ${stateFile}` } });
    await this.qmp.execute({ execute: 'cont' });
  }

  async #transfer(command: { readonly execute: string; readonly arguments: { readonly uri: string } }): Promise<void> {
    const capabilities = ['events', 'x-ignore-shared'].map((capability) => ({ capability, state: true }));
    await this.qmp.execute({ execute: 'migrate-set-capabilities', arguments: { capabilities } });
    const ended = this.qmp.event(
      'MIGRATION',
      ({ status }) => status === 'completed' || status === 'failed',
      AbortSignal.any([this.#launch.signal, AbortSignal.timeout(120_000)]),
    );
    await Promise.all([this.qmp.execute(command), ended]);
    const { status } = await ended;
    if (status !== 'completed') throw new Error(`QEMU's ${command.execute} ended as ${String(status)}`);
  }

  /** The port on the loopback device that leads to the lab's sshd; QEMU has chosen it. */
  async sshPort(): Promise<number> {
    const connections = await this.qmp.monitor('info usernet');
    const match = /TCP\[HOST_FORWARD\]\s+\d+\s+127\.0\.0\.1\s+(\d+)/.exec(connections);
    if (match === null) throw new Error(`QEMU forwards no port:\n${connections}`);
    return Number(match[1]);
  }

  /** Nothing in the machine is worth a shutdown. */
  async stop(): Promise<void> {
    this.qmp.close();
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    // A detached process is no reason for Node to wait, unless we say so.
    this.#process.ref();
    const closed = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await closed;
  }

  /** For the last moments of a process, in which nothing can be awaited. */
  kill(): void {
    this.#process.kill('SIGKILL');
  }
}

async function connectWhenThere(child: ChildProcess, { files, directory, signal }: Launch): Promise<Qmp> {
  try {
    let qmp: Qmp | undefined;
    // The socket's file is there a moment before QEMU listens, and whoever comes in between is refused.
    const there = async (): Promise<boolean> => {
      qmp = await Qmp.connect(files.qmp).catch((error: unknown) => {
        if (isNotThereYet(error)) return undefined;
        throw error;
      });
      return qmp !== undefined;
    };
    await until(there, { what: 'QEMU to start', deadlineMs: 20_000, signal, child });
    if (!qmp) throw new Error('QEMU has ended');
    return qmp;
  } catch (error) {
    throw new Error(`QEMU did not start.\n${(await messages(directory)).join('\n')}`, { cause: error });
  }
}

function isNotThereYet(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ECONNREFUSED');
}

/** What QEMU has said, without what every emulation of a named processor says. */
async function messages(directory: string): Promise<string[]> {
  const text = await readFile(join(directory, 'qemu.log'), 'utf8').catch(() => '');
  return text.split('\n').filter((line) => line !== '' && !line.includes("TCG doesn't support requested feature"));
}

interface Wait {
  readonly what: string;
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  readonly child: ChildProcess;
}

async function until(condition: () => Promise<boolean>, { what, deadlineMs, signal, child }: Wait): Promise<void> {
  const deadline = Date.now() + deadlineMs;
  while (!(await condition())) {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) {
      const how = child.signalCode === null ? '' : ` by ${child.signalCode}`;
      throw new Error(`QEMU ended${how} while waiting for ${what}`);
    }
    if (Date.now() > deadline) throw new Error(`Gave up waiting for ${what}`);
    await delay(20, undefined, { signal });
  }
}
