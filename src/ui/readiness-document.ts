import { l10n } from 'vscode';
import type { BootAdvice } from '../host/boot-loader.ts';
import type { HostFacts } from '../host/facts.ts';
import { shortAddress } from '../host/pci-address.ts';
import type { PciNames } from '../host/pci-names.ts';
import type { Evidence } from '../host/readiness-reader.ts';
import type { ReadinessItem, ReadinessState } from '../host/readiness.ts';
import type { PciFunction, Snapshot } from '../host/snapshot.ts';
import { verdictOf, type Verdict } from '../host/verdict.ts';
import { deviceName } from './device-row.ts';
import { code, fenced, LONGEST_LINE, plain } from './markdown-text.ts';
import { reasonLine, reasonText } from './reason-words.ts';
import { printable, readinessWords, stateWord } from './readiness-words.ts';

/** What a check of a host gave. */
export interface HostCheck {
  evidence: Evidence;
  items: readonly ReadinessItem[];
  /** How to change the kernel's command line, where that would help. */
  advice?: BootAdvice;
}

const t = l10n.t.bind(l10n);
const marks: Record<ReadinessState, string> = { ok: '✓', warning: '!', problem: '✗', unknown: '?' };

const levels: Record<Verdict['level'], string> = { take: marks.ok, caution: marks.warning, refuse: marks.problem };

/** What the devices of a host are judged by. */
export interface ReportedDevices {
  snapshot: Snapshot;
  facts: HostFacts;
  names: PciNames;
}

/**
 * The check as Markdown, to be pasted into a bug report, with the verdict on each device. Strings of the host are text,
 * whatever they contain.
 */
export function readinessReport(
  host: string,
  { evidence, items, advice }: HostCheck,
  devices: ReportedDevices,
): string {
  const { kernel, machine, commandLine, log } = evidence;
  const about = [`Linux ${kernel}`, machine].filter((part) => part !== '').map(code);
  const seen = [`/proc/cmdline: ${commandLine ?? ''}`, ...log.lines.map((line) => `${log.source}: ${line}`)];
  return `${[
    `# ${t('Host check of {0}', plain(host))}`,
    about.join(' · '),
    items.map(itemLines).join('\n'),
    ...(advice ? [`## ${t('Kernel command line')}`, adviceMarkdown(advice)] : []),
    `## ${t('Devices')}`,
    deviceLines(devices).join('\n'),
    `## ${t('Seen')}`,
    fenced('text', seen),
  ].join('\n\n')}\n`;
}

/** The advice as a text that `patch -d / -p1` takes: what isn't a diff is in comments. */
export function kernelArgumentText(host: string, advice: BootAdvice): string {
  const { changes, commands } = advice;
  const comment = (line: string): string => `# ${line}`;
  return `${[
    ...[printable(host), adviceSentence(advice), t('This is advice: nothing was written.')].map(comment),
    ...changes.flatMap(({ diff }) => shownLines(diff)),
    ...[...commands, 'sudo reboot'].map(comment),
  ].join('\n')}\n`;
}

function deviceLines({ snapshot, facts, names }: ReportedDevices): string[] {
  const endpoints = [...snapshot.functions.values()].filter(({ bridge }) => !bridge);
  if (endpoints.length === 0) return [t('None.')];
  return endpoints.map((fn) => deviceLine(fn, verdictOf(snapshot, facts, fn.address), names));
}

function deviceLine(fn: PciFunction, { level, reasons }: Verdict, names: PciNames): string {
  const about = [
    code(`${fn.vendor}:${fn.device}`),
    plain(deviceName(fn, names)),
    plain(fn.driver ?? t('no driver')),
    ...(fn.group === undefined ? [] : [t('group {0}', fn.group)]),
  ].join(' · ');
  const why = reasons.map((reason) => plain(reason.address === fn.address ? reasonText(reason) : reasonLine(reason)));
  return `- ${levels[level]} **${shortAddress(fn.address)}** ${about}${why.map((each) => `\n  - ${each}`).join('')}`;
}

function itemLines(item: ReadinessItem): string {
  const { title, evidence, todo, commands = [] } = readinessWords(item);
  const rest = [...(todo === undefined ? [] : [plain(todo)]), ...(commands.length > 0 ? [fenced('sh', commands)] : [])];
  const head = `- ${marks[item.state]} **${plain(title)}** (${stateWord(item.state)}): ${code(evidence)}`;
  return [head, ...rest.map((block) => block.replace(/^/gm, '  '))].join('\n\n');
}

function adviceMarkdown(advice: BootAdvice): string {
  const { changes, commands } = advice;
  return [
    plain(adviceSentence(advice)),
    ...changes.map(({ diff }) => fenced('diff', shownLines(diff))),
    fenced('sh', [...commands, 'sudo reboot']),
  ].join('\n\n');
}

function adviceSentence({ loader, kind, arguments: { add, remove }, changes }: BootAdvice): string {
  const files = changes.map(({ file }) => printable(file)).join(', ');
  const what = [
    ...(add.length > 0 ? [t('add {0}', add.join(' '))] : []),
    ...(remove.length > 0 ? [t('take away {0}', remove.join(' '))] : []),
  ].join(', ');
  if (kind === 'already-set')
    return t("The boot loader's files have it already ({0}), but this kernel was booted without it.", what);
  if (kind === 'change')
    return files === ''
      ? t('The kernel arguments belong to the image of the system: {0}.', what)
      : t('Change {0}: {1}.', files, what);
  switch (loader) {
    case 'grub':
      return t('In GRUB_CMDLINE_LINUX_DEFAULT of /etc/default/grub: {0}.', what);
    case 'systemd-boot':
      return t('In the options of the entries in loader/entries, or in /etc/kernel/cmdline: {0}.', what);
    default:
      return t('On the kernel command line, wherever the boot loader has it: {0}.', what);
  }
}

function shownLines(diff: string): string[] {
  return diff
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => printable(line, LONGEST_LINE));
}
