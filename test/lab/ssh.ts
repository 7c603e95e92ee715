// How the lab is reached: a client configuration as a user would have one, and commands over a shared connection.

import { execa } from 'execa';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Image } from './image.ts';

/** Names in the client configuration. */
export const hosts = { root: 'lab-root', user: 'lab', visitor: 'lab-visitor' } as const;

export type LabUser = keyof typeof hosts;

/** Accounts in the lab: dev may use sudo with this password, visitor may not. */
export const accounts = { root: 'root', user: 'dev', visitor: 'visitor' } as const satisfies Record<LabUser, string>;
export const password = 'barrelfish';

/** The name under which known_hosts has the lab's key. */
export const hostKeyAlias = 'barrelfish-lab';

export interface RunOptions {
  readonly stdin?: string | Uint8Array;
  readonly timeoutMs?: number;
}

export interface RunResult {
  /** 255 is ssh's own. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Writes the configuration, known hosts and key into the directory; the path of the configuration. */
export async function writeSshFiles(directory: string, port: number, image: Image): Promise<string> {
  const key = join(directory, 'id');
  await copyFile(image.clientKey, key);
  await chmod(key, 0o600);
  const knownHosts = join(directory, 'known_hosts');
  const [kind = '', blob = ''] = (await readFile(image.hostPublicKey, 'utf8')).split(' ');
  await writeFile(knownHosts, `${hostKeyAlias} ${kind} ${blob}\n`);
  const config = join(directory, 'ssh_config');
  await writeFile(config, sshConfig({ port, key, knownHosts }));
  return config;
}

export interface SshFiles {
  readonly port: number;
  readonly key: string;
  readonly knownHosts: string;
}

export function sshConfig({ port, key, knownHosts }: SshFiles): string {
  const lines = [
    `Host ${Object.values(hosts).join(' ')}`,
    '  HostName 127.0.0.1',
    `  Port ${String(port)}`,
    `  HostKeyAlias ${hostKeyAlias}`,
    '  StrictHostKeyChecking yes',
    `  UserKnownHostsFile ${configPath(knownHosts)}`,
    '  GlobalKnownHostsFile /dev/null',
    `  IdentityFile ${configPath(key)}`,
    '  IdentitiesOnly yes',
    '  IdentityAgent none',
    ...(Object.keys(hosts) as LabUser[]).flatMap((user) => [`Host ${hosts[user]}`, `  User ${accounts[user]}`]),
  ];
  return `${lines.join('\n')}\n`;
}

/** Quoted for blanks, and with ssh's own % taken literally. */
function configPath(path: string): string {
  return `"${path.replaceAll('%', '%%')}"`;
}

/** ssh hands over one line for the remote shell, so every argument is quoted for it. */
export function remoteLine(argv: readonly string[]): string {
  return argv.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
}

const openDeadlineMs = 120_000;

/** A connection that commands share. It ends with this process, whose end closes its standard input. */
export class SharedConnection {
  readonly #master: ChildProcess;
  readonly #common: readonly string[];

  private constructor(master: ChildProcess, common: readonly string[]) {
    this.#master = master;
    this.#common = common;
  }

  /** Resolves when the script, run by the remote shell on the new connection, has succeeded. */
  static async open(place: { config: string; socket: string; user: LabUser }, script = ':'): Promise<SharedConnection> {
    const common = ['-F', place.config, '-S', place.socket, '-o', 'ControlPersist=no'];
    const ready = 'connection ready';
    const line = `(${script}\n) >&2 && echo ${remoteLine([ready])} && exec cat >/dev/null`;
    const master = spawn('ssh', [...common, '-o', 'ControlMaster=yes', hosts[place.user], '--', line], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let output = '';
    let messages = '';
    master.stderr.setEncoding('utf8').on('data', (text: string) => (messages += text));
    master.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    master.stdin.on('error', () => undefined);
    const ended = once(master, 'close');
    const deadline = setTimeout(() => master.kill(), openDeadlineMs);
    while (!output.includes(ready)) {
      await Promise.race([once(master.stdout, 'data'), ended]);
      if (master.exitCode !== null || master.signalCode !== null) {
        throw new Error(`ssh to ${hosts[place.user]} failed: ${messages}`);
      }
    }
    clearTimeout(deadline);
    return new SharedConnection(master, [...common, '-o', 'ControlMaster=no', hosts[place.user], '--']);
  }

  async run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    return await runSsh([...this.#common, remoteLine(argv)], options);
  }

  async close(): Promise<void> {
    if (this.#master.exitCode !== null || this.#master.signalCode !== null) return;
    const ended = once(this.#master, 'close');
    // Closing its input alone waits for commands that still run. The signal alone can be missed: OpenSSH 9.2 looks whether
    // there was one, and then waits in poll(), not in ppoll(), for the next event; the end of its input is one.
    this.#master.kill();
    this.#master.stdin?.end();
    await ended;
  }

  kill(): void {
    this.#master.kill('SIGKILL');
  }
}

/** One command on a connection of its own. */
export async function runOnce(
  config: string,
  user: LabUser,
  argv: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  return await runSsh(['-F', config, hosts[user], '--', remoteLine(argv)], options);
}

async function runSsh(argv: readonly string[], { stdin, timeoutMs }: RunOptions): Promise<RunResult> {
  const result = await execa('ssh', argv, {
    ...(stdin === undefined ? { stdin: 'ignore' as const } : { input: stdin }),
    ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
    reject: false,
    stripFinalNewline: false,
    maxBuffer: 256 * 2 ** 20,
  });
  if (result.exitCode === undefined) throw new Error(result.shortMessage);
  return { code: result.exitCode, stdout: result.stdout, stderr: result.stderr };
}
