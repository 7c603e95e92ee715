import { commands, Diagnostic, DiagnosticSeverity, l10n, languages, Range, Uri, window, type Disposable } from 'vscode';
import type { Finding } from '../guest/findings.ts';
import type { MemoryRegion } from '../guest/memory-map.ts';
import { parsePciAddress } from '../host/pci-address.ts';
import { formatGuestAddress, guestAddressOf, type MachineSpec } from '../guest/machine.ts';
import { diagnosisWords } from './diagnosis-words.ts';
import type { GuestList, RunningGuest } from './guest-list.ts';
import { commandId } from './identifiers.ts';
import { placeText } from './serial-sources.ts';

function thereText(there: MemoryRegion | 'nothing'): string {
  if (there === 'nothing') return l10n.t('The guest has nothing at that address.');
  const { name, kind, start, end } = there;
  const range = `0x${start.toString(16)}–0x${end.toString(16)}`;
  switch (kind) {
    case 'ram':
      return l10n.t('The guest has memory there: {0} ({1}).', name, range);
    case 'rom':
      return l10n.t('The guest has a ROM there, which no device may write to: {0} ({1}).', name, range);
    default:
      return l10n.t('The guest has registers there, and no memory: {0} ({1}).', name, range);
  }
}

/** What the guest calls the device that it is about. */
function guestName(spec: MachineSpec, { diagnosis }: Finding): string | undefined {
  const address = diagnosis.code === 'dma-fault' ? parsePciAddress(diagnosis.device) : undefined;
  const device = spec.passed.find(({ host }) => host === address);
  return device && l10n.t('In the guest, the device is {0}.', formatGuestAddress(guestAddressOf(spec, device)));
}

export interface FindingWords {
  /** What happened, in one sentence. */
  what: string;
  /** What is known about it, and what to do. */
  more: readonly string[];
}

export function findingWords(spec: MachineSpec, finding: Finding): FindingWords {
  const { cause, advice } = diagnosisWords(finding.diagnosis);
  const { there, times, places: [place] = [] } = finding;
  const where = place && l10n.t('That is {0}.', placeText(place));
  const known = [where, guestName(spec, finding), there && thereText(there)].filter((each) => each !== undefined);
  if (times > 1) known.push(l10n.t('So far {0} times.', times));
  return { what: cause, more: [...known, ...advice] };
}

/** What a finding is worth interrupting somebody for, since nothing else shows it: once for each of the two. */
function urgency({ diagnosis }: Finding): 'device' | 'kernel' | undefined {
  switch (diagnosis.code) {
    case 'dma-fault':
    case 'serial-silent':
    case 'dhcp-stuck':
      return 'device';
    case 'kernel-panic':
    case 'kernel-exception':
    case 'kernel-waits-for-gdb':
      return 'kernel';
    default:
      return undefined;
  }
}

/** A kernel tells of an exception in several lines: so long they are waited for. */
const KERNEL_MS = 700;

/** What goes wrong in guests, as problems of their serial logs, and the first urgent one of each as a notification. */
export class GuestFindings implements Disposable {
  readonly #problems = languages.createDiagnosticCollection('barrelfish');
  readonly #subscription: Disposable;
  /** What the problems of a file are made from. */
  readonly #shown = new Map<string, string>();
  readonly #said = new WeakMap<RunningGuest['guest'], Set<string>>();

  constructor(guests: GuestList) {
    this.#subscription = guests.onDidChange(() => {
      const files = new Set(guests.all().map(({ log }) => Uri.file(log.file).toString()));
      this.#problems.forEach((uri) => {
        if (files.has(uri.toString())) return;
        this.#problems.delete(uri); // of a guest that another has followed
        this.#shown.delete(uri.toString());
      });
      for (const running of guests.all()) this.#show(running);
    });
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#problems.dispose();
  }

  #show(running: RunningGuest): void {
    const { guest, log, findings } = running;
    const all = findings.all();
    this.#showProblems(guest.spec, Uri.file(log.file), all);
    const said = this.#said.get(guest) ?? new Set();
    this.#said.set(guest, said);
    for (const finding of all) {
      const kind = urgency(finding);
      if (kind === undefined || finding.old || said.has(kind)) continue;
      said.add(kind);
      if (kind === 'device') void this.#say(running, finding);
      else setTimeout(() => void this.#sayKernel(running, finding), KERNEL_MS);
    }
  }

  /** Editors are told of problems anew whenever these are set, so only when they have changed. */
  #showProblems(spec: MachineSpec, file: Uri, all: readonly Finding[]): void {
    const problems = all.map((finding) => {
      const { what, more } = findingWords(spec, finding);
      return { line: finding.line, text: [what, ...more].join('\n'), code: finding.diagnosis.code };
    });
    const key = JSON.stringify(problems);
    if (key === (this.#shown.get(file.toString()) ?? '[]')) return;
    this.#shown.set(file.toString(), key);
    this.#problems.set(
      file,
      problems.map(({ line, text, code }) => {
        const range = new Range(line, 0, line, Number.MAX_SAFE_INTEGER);
        const problem = new Diagnostic(range, text, DiagnosticSeverity.Warning);
        problem.source = spec.name;
        problem.code = code;
        return problem;
      }),
    );
  }

  async #say({ guest, log }: RunningGuest, finding: Finding): Promise<void> {
    const button = l10n.t('Show in Log');
    if ((await window.showWarningMessage(message(guest.spec, finding), button)) !== button) return;
    await showInLog(log.file, finding);
  }

  /** The debugger shows more than the log does, most of all when the kernel waits for one. */
  async #sayKernel(running: RunningGuest, finding: Finding): Promise<void> {
    const { guest, log, findings } = running;
    const waits = findings.all().some(({ diagnosis }) => diagnosis.code === 'kernel-waits-for-gdb');
    const attach = waits ? l10n.t("Attach to the Kernel's Debugger") : l10n.t('Attach Debugger');
    const show = l10n.t('Show in Log');
    const buttons = guest.state.kind === 'stopped' ? [show] : [attach, show];
    const choice = await window.showWarningMessage(message(guest.spec, finding), ...buttons);
    const command = waits ? 'attachOverSerial' : 'attach';
    if (choice === attach) await commands.executeCommand(commandId(command), { kind: 'guest', ...running });
    if (choice === show) await showInLog(log.file, finding);
  }
}

function message(spec: MachineSpec, finding: Finding): string {
  const { what, more } = findingWords(spec, finding);
  return [`${spec.name}: ${what}`, ...more.slice(0, 1)].join(' ');
}

async function showInLog(file: string, { line }: Finding): Promise<void> {
  await window.showTextDocument(Uri.file(file), { selection: new Range(line, 0, line, 0) });
}
