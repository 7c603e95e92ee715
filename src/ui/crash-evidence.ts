import { open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { workspace, type DebugSession } from 'vscode';
import { readDomains } from '../debug/barrelfish-request.ts';
import { qemuCommand } from '../guest/qemu-arguments.ts';
import { linesOf } from '../guest/session.ts';
import { copyableCommandLine } from '../guest/shell-script.ts';
import { isObject } from '../host/plain-object.ts';
import { runProcess } from '../host/processes.ts';
import { machineWords } from './boot-words.ts';
import { readBuild } from './build-settings.ts';
import type { CrashEvidence, CrashFrame } from './crash-report.ts';
import type { DebuggedGuest, DebugSessions } from './debug-sessions.ts';
import { findingWords } from './guest-findings.ts';
import type { RunningGuest } from './guest-list.ts';
import { directoryOf } from './guest-symbols.ts';
import { lookOf } from './guest-words.ts';

/** How much of the serial line is shown: a fault's dump has a few hundred lines. */
const SERIAL_BYTES = 32 * 1024;
const SERIAL_LINES = 250;
const MOST_THREADS = 16;
const MOST_FRAMES = 48;
const MOST_CHANGES = 100;
const GIT_MS = 10_000;

/** Reads all that a crash report has. What can't be had is left out, so that there is a report of any wreck. */
export async function gatherCrash(running: RunningGuest, sessions: DebugSessions): Promise<CrashEvidence> {
  const { guest, findings, log } = running;
  const { spec } = guest;
  const known = sessions.of(running);
  const stopped = known?.state === 'stopped' ? known : undefined;
  const build = await readBuild(directoryOf(running)).catch(() => undefined);
  const [threads, domains, registers, serial, menu, git] = await Promise.all([
    stopped && threadsOf(stopped.session).catch(() => undefined),
    stopped?.knowing === true ? domainsOf(stopped, sessions) : [],
    guest.qmp.execute('human-monitor-command', { 'command-line': 'info registers -a' }).catch(() => undefined),
    tailOf(log.file).catch(() => []),
    menuOf(running).catch(() => undefined),
    build ? gitState(build.sourceDirectory).catch(() => undefined) : undefined,
  ]);
  return {
    guest: spec.name,
    at: new Date().toISOString(),
    state: lookOf(guest.state, findings.progress).text,
    machine: machineWords(spec),
    findings: findings.all().map((finding) => findingWords(spec, finding).what),
    command: copyableCommandLine(qemuCommand(spec, linesOf(guest.session.directory))),
    ...{ threads, domains, registers, serial, menu, git },
  };
}

async function domainsOf(known: DebuggedGuest, sessions: DebugSessions): Promise<CrashEvidence['domains']> {
  return readDomains(await sessions.ask(known, { words: ['domains'] }).catch(() => []));
}

const listOf = (value: unknown): Readonly<Record<string, unknown>>[] =>
  Array.isArray(value) ? value.filter(isObject) : [];
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

async function threadsOf(session: DebugSession): Promise<CrashEvidence['threads']> {
  const { threads } = (await session.customRequest('threads')) as { threads?: unknown };
  const found: { name: string; frames: CrashFrame[] }[] = [];
  // One after the other: gdb has one thread that is selected.
  for (const { id, name } of listOf(threads).slice(0, MOST_THREADS)) {
    const wanted = { threadId: id, startFrame: 0, levels: MOST_FRAMES };
    const { stackFrames } = (await session.customRequest('stackTrace', wanted)) as { stackFrames?: unknown };
    found.push({ name: textOf(name), frames: listOf(stackFrames).map(frameOf) });
  }
  return found;
}

function frameOf({ name, line, source, instructionPointerReference }: Readonly<Record<string, unknown>>): CrashFrame {
  const file = isObject(source) ? textOf(source['name']) : '';
  return {
    name: textOf(name),
    place: file === '' ? '' : `${path.basename(file)}:${String(line)}`,
    address: textOf(instructionPointerReference),
  };
}

async function tailOf(file: string): Promise<string[]> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const from = Math.max(0, size - SERIAL_BYTES);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(SERIAL_BYTES), 0, SERIAL_BYTES, from);
    const lines = buffer.toString('utf8', 0, bytesRead).replace(/\r/g, '').split('\n');
    return (from > 0 ? lines.slice(1) : lines).slice(-SERIAL_LINES);
  } finally {
    await handle.close();
  }
}

async function menuOf({ guest: { spec } }: RunningGuest): Promise<CrashEvidence['menu']> {
  const { origin } = spec;
  if (!origin) return undefined;
  const file = path.resolve(origin.buildDirectory, origin.menuList);
  return { file: origin.menuList, text: origin.menu?.after ?? (await readFile(file, 'utf8')) };
}

/** Nothing that the repository configures runs: no monitor of files, no hooks. */
async function gitState(directory: string): Promise<CrashEvidence['git']> {
  if (!workspace.isTrusted) return undefined;
  const git = async (...words: string[]): Promise<string> => {
    const safe = ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', '--no-optional-locks'];
    const argv = ['git', ...safe, '-C', directory, ...words] as const;
    const { exitCode, stdout, stderr } = await runProcess(argv, { host: 'localhost', timeoutMs: GIT_MS });
    if (exitCode !== 0) throw new Error(stderr);
    return stdout.toString('utf8');
  };
  const head = (await git('log', '-1', '--format=%H %s')).trim();
  const changes = (await git('status', '--short', '--untracked-files=no', '--', '.'))
    .split('\n')
    .filter((each) => each !== '');
  return { directory, head, changes: changes.slice(0, MOST_CHANGES) };
}
