import { readFileSync } from 'node:fs';
import type { Connection, RunOptions } from './connection.ts';
import { elevatedHash, HELPER } from './elevated-script.ts';
import { Failure } from './failure.ts';

/** What stays true of a host while we are connected to it. */
export interface HostFacts {
  kernel: string;
  uid: number;
  user: string;
  /** Names of the groups that the user is in, as far as a sudoers file takes them as they are. */
  groups: readonly string[];
  /** The installed helper; `other`: of another version, or not root's alone, and so not used. */
  helper: 'none' | 'current' | 'other';
  /** Bytes that a process of this user may lock; Infinity when unlimited. */
  memlock: number;
  /** The address at which this connection arrives, when it is an ssh connection. */
  sshServerAddress?: string;
  /** The interface through which the host answers this connection. */
  sshInterface?: string;
  cpu: 'intel' | 'amd' | 'other';
  commandLine: string;
  vfio: 'loaded' | 'available' | 'missing';
  /** Path of the host's pci.ids. */
  namesFile?: string;
}

const script = readFileSync(new URL('./facts.sh', import.meta.url), 'utf8');

/** Plain names only: nothing that sudoers(5) gives a meaning to. */
export const GROUP_NAME = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/** Reads them. Throws `not-linux` for a host without sysfs. */
export async function readFacts(connection: Connection, options: RunOptions = {}): Promise<HostFacts> {
  const { stdout, stderr, exitCode } = await connection.run(['/bin/sh', '-c', script, 'sh', HELPER], options);
  const values = new Map(
    stdout
      .toString('utf8')
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)] as const),
  );
  if (!values.has('end')) throw new Failure('command-failed', { command: 'facts.sh', exitCode, output: stderr });
  const value = (key: string): string => values.get(key) ?? '';
  if (value('system') !== 'Linux') throw new Failure('not-linux', { host: connection.name, system: value('system') });
  return parseFacts(value);
}

function parseFacts(value: (key: string) => string): HostFacts {
  const memlock = Number(value('memlock')); // dash and bash count in kB
  const sshServerAddress = value('ssh').split(' ')[2];
  const sshInterface = /\bdev (\S+)/.exec(value('route'))?.[1];
  const namesFile = value('names');
  const vfio = value('vfio');
  return {
    kernel: value('kernel'),
    uid: Number(value('uid')),
    user: value('user'),
    groups: value('groups')
      .split(' ')
      .filter((name) => GROUP_NAME.test(name)),
    helper: helperOf(value('helper'), value('helper-open')),
    memlock: Number.isFinite(memlock) && value('memlock') !== '' ? memlock * 1024 : Infinity,
    ...(sshServerAddress === undefined ? {} : { sshServerAddress }),
    ...(sshInterface === undefined ? {} : { sshInterface }),
    cpu: value('cpu').includes('Intel') ? 'intel' : value('cpu').includes('AMD') ? 'amd' : 'other',
    commandLine: value('command-line'),
    vfio: vfio.startsWith('/sys/') ? 'loaded' : vfio === '' ? 'missing' : 'available',
    ...(namesFile === '' ? {} : { namesFile }),
  };
}

function helperOf(sum: string, open: string): HostFacts['helper'] {
  if (sum === '') return 'none';
  return sum.startsWith(elevatedHash) && open === '' ? 'current' : 'other';
}
