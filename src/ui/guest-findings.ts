import { Diagnostic, DiagnosticSeverity, l10n, languages, Range, Uri, window, type Disposable } from 'vscode';
import type { Finding } from '../guest/findings.ts';
import type { MemoryRegion } from '../guest/memory-map.ts';
import { parsePciAddress } from '../host/pci-address.ts';
import { formatGuestAddress, guestAddressOf, type MachineSpec } from '../guest/machine.ts';
import { diagnosisWords } from './diagnosis-words.ts';
import type { GuestList, RunningGuest } from './guest-list.ts';

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
  const { there, times } = finding;
  const known = [guestName(spec, finding), there && thereText(there)].filter((each) => each !== undefined);
  if (times > 1) known.push(l10n.t('So far {0} times.', times));
  return { what: cause, more: [...known, ...advice] };
}

/** Worth interrupting somebody for: nothing else shows it. */
function isUrgent({ diagnosis }: Finding): boolean {
  return diagnosis.code === 'dma-fault' || diagnosis.code === 'serial-silent';
}

/** What goes wrong in guests, as problems of their serial logs, and the first urgent one of each as a notification. */
export class GuestFindings implements Disposable {
  readonly #problems = languages.createDiagnosticCollection('barrelfish');
  readonly #subscription: Disposable;
  readonly #said = new WeakSet<RunningGuest['guest']>();

  constructor(guests: GuestList) {
    this.#subscription = guests.onDidChange(() => {
      const files = new Set(guests.all().map(({ log }) => Uri.file(log.file).toString()));
      this.#problems.forEach((uri) => {
        if (!files.has(uri.toString())) this.#problems.delete(uri); // of a guest that another has followed
      });
      for (const running of guests.all()) this.#show(running);
    });
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#problems.dispose();
  }

  #show({ guest, log, findings }: RunningGuest): void {
    const all = findings.all();
    const file = Uri.file(log.file);
    if (all.length === 0 && !this.#problems.has(file)) return;
    this.#problems.set(
      file,
      all.map((finding) => {
        const { what, more } = findingWords(guest.spec, finding);
        const range = new Range(finding.line, 0, finding.line, Number.MAX_SAFE_INTEGER);
        const problem = new Diagnostic(range, [what, ...more].join('\n'), DiagnosticSeverity.Warning);
        problem.source = guest.spec.name;
        problem.code = finding.diagnosis.code;
        return problem;
      }),
    );
    const urgent = all.find(isUrgent);
    if (!urgent || this.#said.has(guest)) return;
    this.#said.add(guest);
    void this.#say(guest.spec, urgent, file);
  }

  async #say(spec: MachineSpec, finding: Finding, file: Uri): Promise<void> {
    const { what, more } = findingWords(spec, finding);
    const button = l10n.t('Show in Log');
    const message = [`${spec.name}: ${what}`, ...more.slice(0, 1)].join(' ');
    if ((await window.showWarningMessage(message, button)) !== button) return;
    await window.showTextDocument(file, { selection: new Range(finding.line, 0, finding.line, 0) });
  }
}
