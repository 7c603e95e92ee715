import { l10n } from 'vscode';
import type { Domain } from '../debug/barrelfish-request.ts';
import { code, fenced, plain } from './markdown-text.ts';

const t = l10n.t.bind(l10n);

export interface CrashFrame {
  name: string;
  /** `main.c:12`; empty where gdb doesn't know. */
  place: string;
  address: string;
}

/** All that is known of a guest at one moment. Whatever the guest has said or holds is text, and nothing else. */
export interface CrashEvidence {
  guest: string;
  /** ISO 8601. */
  at: string;
  state: string;
  /** `64 MiB, 1 core, tcg`. */
  machine: string;
  findings: readonly string[];
  /** Of a debug session that is stopped: threads, each with its stack, the latest frame first. */
  threads: readonly { name: string; frames: readonly CrashFrame[] }[] | undefined;
  domains: readonly Domain[];
  /** As QEMU shows them; undefined where it isn't there to be asked. */
  registers: string | undefined;
  serial: readonly string[];
  menu: { file: string; text: string } | undefined;
  /** QEMU's command line, as a shell would take it. */
  command: string;
  /** `HEAD` and what differs from it; undefined where the sources are in no repository. */
  git: { directory: string; head: string; changes: readonly string[] } | undefined;
}

const linesOf = (text: string): string[] => text.replace(/\r/g, '').trim().split('\n');

/** A crash of a guest as Markdown, to be pasted into a bug report. */
export function crashReport(evidence: CrashEvidence): string {
  const { guest, at, state, machine, findings, registers, serial, menu, command, git } = evidence;
  return `${[
    `# ${t('Crash report of {0}', plain(guest))}`,
    [at, state, machine].map(plain).join(' · '),
    ...(findings.length > 0 ? [findings.map((each) => `- ${plain(each)}`).join('\n')] : []),
    ...threadLines(evidence),
    ...(evidence.domains.length > 0 ? [`## ${t('Domains')}`, domainTable(evidence.domains)] : []),
    `## ${t('Registers')}`,
    registers === undefined ? t('QEMU has ended.') : fenced('text', linesOf(registers)),
    `## ${t('Serial line')}`,
    fenced('text', serial),
    ...(menu ? [`## ${t('menu.lst')}`, code(menu.file), fenced('text', linesOf(menu.text))] : []),
    `## ${t('QEMU')}`,
    fenced('sh', linesOf(command)),
    `## ${t('Sources')}`,
    ...(git
      ? [`${code(git.directory)}: ${code(git.head)}`, ...(git.changes.length > 0 ? [fenced('text', git.changes)] : [])]
      : [t('They are in no git repository, or git is not there.')]),
  ].join('\n\n')}\n`;
}

function threadLines({ threads }: CrashEvidence): string[] {
  const head = `## ${t('Backtrace')}`;
  if (!threads)
    return [head, t('No debugger was attached and stopped. Attach one, pause, and write the report again for it.')];
  return [
    head,
    ...threads.flatMap(({ name, frames }) => [`### ${plain(name)}`, fenced('text', frames.map(frameLine))]),
  ];
}

function frameLine({ name, place, address }: CrashFrame, index: number): string {
  return [`#${index.toString()}`, address, name, place].filter((each) => each !== '').join('  ');
}

function domainTable(domains: readonly Domain[]): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    row([t('Core'), t('Domain'), t('State'), t('Dispatcher'), t('Page tables')]),
    row(['--:', '---', '---', '---', '---']),
    ...domains.map(({ core, name, state, dispatcher, root }) =>
      row([core.toString(), plain(name), state, code(dispatcher), code(root)]),
    ),
  ].join('\n');
}
