// The test guest in a plain QEMU, its serial line in our hands, and gdb beside it.

import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { temporaryDirectory } from '../temporary-directory.ts';
import type { Guest } from './build.ts';

const deadlineMs = 60_000;

export interface MachineOptions {
  /** Strings of the modules, as in menu.lst. */
  readonly modules: readonly string[];
  readonly arguments: readonly string[];
}

export class Machine implements AsyncDisposable {
  readonly #buildDirectory: string;
  readonly #directory: string;
  readonly #server: Server;
  readonly #process: ChildProcess;
  readonly #serial: Socket;
  #received: string[] = [];

  private constructor(guest: Guest, directory: string, server: Server, process: ChildProcess, serial: Socket) {
    this.#buildDirectory = guest.buildDirectory;
    this.#directory = directory;
    this.#server = server;
    this.#process = process;
    this.#serial = serial
      .setEncoding('latin1')
      .on('data', (text: string) => this.#received.push(text))
      .on('error', () => undefined);
  }

  static async start(guest: Guest, options: MachineOptions): Promise<Machine> {
    const directory = temporaryDirectory('test-guest-');
    const path = join(directory, 'serial');
    const server = createServer().listen(path);
    const connected = once(server, 'connection') as Promise<[Socket]>;
    const argv = [
      ...['-nodefaults', '-no-user-config', '-M', 'q35', '-accel', 'tcg', '-display', 'none'],
      ...['-serial', `unix:${path}`, '-gdb', `unix:${join(directory, 'gdb')},server=on,wait=off`],
      ...['-kernel', 'x86_64/sbin/elver', '-append', 'loglevel=4 logmask=1'],
      ...['-initrd', options.modules.map((module) => module.replaceAll(',', ',,')).join(',')],
      ...options.arguments,
    ];
    const process = spawn('qemu-system-x86_64', argv, { cwd: guest.buildDirectory, stdio: 'inherit' });
    const [serial] = await connected;
    return new Machine(guest, directory, server, process, serial);
  }

  /** Everything that the guest has said since the last command. */
  get received(): string {
    return this.#received.join('');
  }

  write(text: string): void {
    this.#serial.write(text, 'latin1');
  }

  /** Everything received up to now, once the text is in it. Looks at the end alone: a flood is long. */
  async until(text: string): Promise<string> {
    const signal = AbortSignal.timeout(deadlineMs);
    let end = this.received;
    while (!end.includes(text)) {
      const more: unknown[] = await once(this.#serial, 'data', { signal }).catch(() =>
        assert.fail(`${JSON.stringify(text)} is not in:\n${this.received}`),
      );
      end = `${end.slice(-text.length)}${String(more[0])}`;
    }
    return this.received;
  }

  async command(line: string, answer: string): Promise<string> {
    this.#received = [];
    this.write(`${line}\r`);
    return await this.until(answer);
  }

  /** Where each kernel says that it is, in the order of their start, as what gdb has to add to its symbols. */
  kernelOffsets(): string[] {
    const linkedAt = 0x100000n;
    return [...this.received.matchAll(/Kernel starting at address (0x[0-9a-f]+)/g)].map(
      ([, base = '0']) => `0x${(BigInt(base) - linkedAt).toString(16)}`,
    );
  }

  /** What gdb says to the commands, in the build directory. A text of `when` is typed once gdb has said that. */
  async gdb(commands: readonly string[], when: Readonly<Record<string, string>> = {}): Promise<string> {
    return await this.#runGdb([`target remote ${join(this.#directory, 'gdb')}`, ...commands], when);
  }

  /** The same, but on the serial line, which is gdb's alone until it ends. */
  async gdbOnSerial(commands: readonly string[]): Promise<string> {
    const path = join(this.#directory, 'serial-for-gdb');
    let end: (() => void) | undefined;
    const server = createServer((socket) => {
      const forward = (text: string): void => {
        socket.write(text, 'latin1');
      };
      this.#serial.on('data', forward);
      socket.setEncoding('latin1').on('data', (text: string) => {
        this.write(text);
      });
      socket.on('error', () => undefined);
      end = () => this.#serial.off('data', forward);
    }).listen(path);
    try {
      return await this.#runGdb([`target remote ${path}`, ...commands], {});
    } finally {
      end?.();
      server.close();
    }
  }

  async #runGdb(commands: readonly string[], when: Readonly<Record<string, string>>): Promise<string> {
    const all = ['set confirm off', 'set width 0', 'set architecture i386:x86-64', ...commands];
    const argv = ['-nx', '-batch', ...all.flatMap((line) => ['-ex', line])];
    const debug = spawn('gdb', argv, { cwd: this.#buildDirectory, stdio: ['ignore', 'pipe', 'pipe'] });
    const waiting = new Map(Object.entries(when));
    let output = '';
    for (const stream of [debug.stdout, debug.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        for (const [said, typed] of waiting) {
          if (!output.includes(said)) continue;
          waiting.delete(said);
          this.write(typed);
        }
      });
    }
    const timer = setTimeout(() => debug.kill('SIGKILL'), deadlineMs);
    await once(debug, 'close');
    clearTimeout(timer);
    return output;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill('SIGKILL');
    await once(this.#process, 'close');
    this.#server.close();
    await rm(this.#directory, { recursive: true });
  }
}
