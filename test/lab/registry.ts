// Which labs run: one directory and one record each, so that names are unique and what a crash left is found.

import { readFileSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheDirectory } from './cache.ts';

const running = join(cacheDirectory, 'lab', 'running');
const recordFile = 'lab.json';

export interface ProcessIdentity {
  readonly pid: number;
  /** In clock ticks since boot: a pid alone may have been given to another process. */
  readonly startTime: string;
}

export interface LabRecord {
  /** Whoever keeps the lab: the process that starts it, then for a detached one QEMU. */
  readonly keeper: ProcessIdentity;
  readonly sockets: string;
  readonly sshConfig?: string;
  readonly description?: string;
}

export interface Place {
  readonly name: string;
  /** Files of the running lab, below the project. */
  readonly directory: string;
  /** Sockets, whose paths are limited to 107 bytes: a short private directory. */
  readonly sockets: string;
}

export function identify(pid: number): ProcessIdentity | undefined {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const startTime = rest[18];
    return state === 'Z' || startTime === undefined ? undefined : { pid, startTime };
  } catch {
    return undefined;
  }
}

function lives({ pid, startTime }: ProcessIdentity): boolean {
  return identify(pid)?.startTime === startTime;
}

/** Takes the name, or says that it is taken. */
export async function occupy(name: string): Promise<Place> {
  if (!/^[\w.-]{1,64}$/.test(name)) throw new Error(`Not a name for a lab: ${name}`);
  await sweep();
  const directory = join(running, name);
  await mkdir(running, { recursive: true });
  await mkdir(directory, { mode: 0o700 }).catch((error: unknown) => {
    throw new Error(`A lab named ${name} is running already`, { cause: error });
  });
  const sockets = await mkdtemp(join(tmpdir(), 'barrelfish-lab-'));
  const keeper = identify(process.pid);
  if (keeper === undefined) throw new Error('/proc is not there');
  const place = { name, directory, sockets };
  await writeRecord(place, { keeper, sockets });
  return place;
}

export async function writeRecord({ directory }: Place, record: LabRecord): Promise<void> {
  await writeFile(join(directory, recordFile), JSON.stringify(record, undefined, 2));
}

export function vacateNow({ directory, sockets }: Place): void {
  rmSync(directory, { recursive: true, force: true });
  rmSync(sockets, { recursive: true, force: true });
}

export interface RunningLab extends Place, LabRecord {}

/** The labs that run; what others have left behind is removed. */
export async function sweep(): Promise<RunningLab[]> {
  const names = await readdir(running).catch(() => []);
  const labs: RunningLab[] = [];
  for (const name of names) {
    const directory = join(running, name);
    const record = await readRecord(directory);
    if (record === undefined) continue;
    if (lives(record.keeper)) {
      labs.push({ name, directory, ...record });
    } else {
      await rm(directory, { recursive: true, force: true });
      await rm(record.sockets, { recursive: true, force: true });
    }
  }
  return labs;
}

/** Nothing while another process is between making the directory and writing the record. */
async function readRecord(directory: string): Promise<LabRecord | undefined> {
  try {
    return JSON.parse(await readFile(join(directory, recordFile), 'utf8')) as LabRecord;
  } catch {
    return undefined;
  }
}

/** Ends a detached lab, by the pid in its record if that is still the same process. */
export async function end(lab: RunningLab): Promise<void> {
  if (lives(lab.keeper)) process.kill(lab.keeper.pid, 'SIGKILL');
  await rm(lab.directory, { recursive: true, force: true });
  await rm(lab.sockets, { recursive: true, force: true });
}
