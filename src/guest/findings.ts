import type { BootProgress } from '../barrelfish/boot-progress.ts';
import type { CodePlace } from '../barrelfish/code-addresses.ts';
import { diagnose } from '../diagnosis/diagnose.ts';
import { isRemark, type Diagnosis, type DiagnosisCode } from '../diagnosis/diagnosis.ts';
import { silentSerial } from '../diagnosis/states.ts';
import { followKernelLog } from '../host/kernel-log.ts';
import { parsePciAddress, type PciAddress } from '../host/pci-address.ts';
import type { Watch } from '../host/watch.ts';
import { BootWatch, type BootWatchOptions } from './boot-watch.ts';
import type { Guest } from './guest.ts';
import type { MachineSpec } from './machine.ts';
import { hasOwnIommu } from './launcher.ts';
import { parseMemoryMap, regionAt, type MemoryRegion } from './memory-map.ts';

/** Something that went wrong in a guest. */
export interface Finding {
  diagnosis: Diagnosis;
  times: number;
  /** Of the serial line, counted from 0, at which it was seen first. */
  line: number;
  /** What the guest has at the address that a device was stopped at. */
  there?: MemoryRegion | 'nothing';
  /** Where in the source it happened, innermost first. */
  places?: readonly CodePlace[];
  /** It was there when the guest was found again, so it is no news. */
  old?: true;
}

export interface FindingsOptions extends Pick<BootWatchOptions, 'driverFor' | 'dhcpSeconds' | 'undrivenSeconds'> {
  /** The guest was not started now, but found again. */
  found?: boolean | undefined;
  silentSeconds?: number | undefined;
  /** Resolves an address of one of the guest's programs. */
  placesOf?: ((spec: MachineSpec, program: string, address: string) => Promise<readonly CodePlace[]>) | undefined;
}

/** An emulated guest needs a few until its kernel says its first word. */
const SILENT_SECONDS = 20;
/** What goes wrong goes wrong again; more than that nobody reads. */
const MOST_OF_A_CODE = 8;

/**
 * Finds out what goes wrong in a guest while it runs: from its serial line and its silence, from what QEMU said when it
 * ended, and from the host's kernel log, where the IOMMU tells what it has stopped its devices from doing.
 */
export class Findings implements AsyncDisposable {
  readonly #guest: Guest;
  readonly #onChange: () => void;
  readonly #found = new Map<string, Finding>();
  readonly #listening: Disposable;
  readonly #silence: NodeJS.Timeout;
  readonly #boot: BootWatch;
  readonly #placesOf: FindingsOptions['placesOf'];
  readonly #resets: Disposable;
  readonly #plugged: Disposable;
  /** The guest is older than we are. */
  readonly #late: boolean;
  /** What has lasted since before the guest was found again. */
  readonly #lasting = new Set<DiagnosisCode>();
  #watch: Promise<Watch | undefined> | undefined;
  #silent = '';
  /** The piece of the line that is being looked at; the first is what was said before. */
  #piece: { past: boolean; changed: boolean } | undefined = { past: true, changed: false };

  /** `onChange`: called once for all that a piece of the serial line tells, and not for what is known at once. */
  constructor(guest: Guest, onChange: () => void, options: FindingsOptions = {}) {
    const { silentSeconds = SILENT_SECONDS, found = false } = options;
    this.#guest = guest;
    this.#onChange = onChange;
    this.#placesOf = options.placesOf;
    this.#late = found;
    this.#boot = new BootWatch(guest, {
      ...options,
      onProgress: () => {
        this.#changed();
      },
      onFinding: (diagnosis, line) => {
        this.#addAll([diagnosis], { line });
      },
      onKernelAddress: (event) => {
        this.#addKernelAddress(event);
      },
    });
    this.#resets = guest.qmp.onEvent(({ event }) => {
      if (event === 'RESET') this.#boot.restart();
    });
    this.#boot.recall(guest.serial.head);
    this.#listening = guest.serial.listen(
      (chunk) => {
        if (this.#piece) this.#boot.push(chunk);
        else this.#hear(chunk);
      },
      { replay: true },
    );
    this.#piece = undefined;
    if (found && this.#boot.progress.network?.state === 'starting') this.#lasting.add('dhcp-stuck');
    if (found && guest.serial.received === 0) this.#lasting.add('serial-silent');
    this.#silence = setTimeout(() => {
      this.#findSilence(silentSeconds);
    }, silentSeconds * 1000).unref();
    const follow = (): void => {
      if (guest.hostDevices.length > 0) this.#watch ??= this.#follow();
    };
    this.#plugged = guest.onPlugged(follow);
    follow();
    void guest.ended.then((state) => {
      if (state.kind === 'stopped') this.#addAll(diagnose(state.output, 'qemu'));
      return this[Symbol.asyncDispose]();
    });
  }

  all(): readonly Finding[] {
    return [...this.#found.values()];
  }

  /** What the serial line has told of the boot so far. */
  get progress(): BootProgress {
    return this.#boot.progress;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#silence);
    this.#boot[Symbol.dispose]();
    this.#resets[Symbol.dispose]();
    this.#plugged[Symbol.dispose]();
    this.#listening[Symbol.dispose]();
    await (await this.#watch)?.[Symbol.asyncDispose]();
  }

  #hear(chunk: Buffer): void {
    clearTimeout(this.#silence);
    const piece = { past: false, changed: false };
    this.#piece = piece;
    if (this.#found.delete(this.#silent)) this.#changed(); // it was only slow
    this.#boot.push(chunk);
    this.#piece = undefined;
    if (piece.changed) this.#onChange();
  }

  #changed(): void {
    if (this.#piece) this.#piece.changed = true;
    else this.#onChange();
  }

  #findSilence(seconds: number): void {
    const { kernel, modules, board } = this.#guest.spec;
    const silence = silentSerial({
      bytes: this.#guest.serial.received,
      seconds,
      kernel: kernel.path,
      image: board !== undefined,
      modules: modules.map(({ path }) => path),
    });
    // One that a debugger holds says nothing either.
    if (!silence || this.#guest.state.kind !== 'running') return;
    this.#silent = JSON.stringify(silence);
    this.#addAll([silence]);
  }

  async #follow(): Promise<Watch | undefined> {
    const { connection, session } = this.#guest;
    const seconds = (Date.now() - session.startedAt.getTime()) / 1000;
    try {
      return await followKernelLog(connection, seconds, (line, past) => {
        const about = diagnose(line, 'kernel').filter((each) => isAbout(each, this.#guest.hostDevices));
        this.#addAll(about, { past });
      });
    } catch {
      return undefined; // a guest runs as well without anybody who reads the log
    }
  }

  /** `line`: of the serial log. `past`: it was said before we listened. */
  #addAll(diagnoses: readonly Diagnosis[], { line = 0, past = this.#piece?.past === true } = {}): void {
    for (const diagnosis of diagnoses) {
      if (isRemark(diagnosis)) continue;
      const known = this.#found.get(JSON.stringify(diagnosis)) ?? this.#lastOfMany(diagnosis.code);
      if (known) known.times += 1;
      else {
        const old = this.#late && (past || this.#lasting.has(diagnosis.code));
        const finding: Finding = { diagnosis, times: 1, line, ...(old ? { old } : {}) };
        this.#found.set(JSON.stringify(diagnosis), finding);
        if (diagnosis.code === 'dma-fault') void this.#lookUp(finding, BigInt(diagnosis.at));
        if (diagnosis.code === 'domain-fault') void this.#resolve(finding, diagnosis.domain, diagnosis.ip);
      }
      this.#changed();
    }
  }

  /** A device that goes astray does so at one address after the other: the last of many stands for all that follow. */
  #lastOfMany(code: DiagnosisCode): Finding | undefined {
    const alike = this.all().filter(({ diagnosis }) => diagnosis.code === code);
    return alike.length < MOST_OF_A_CODE ? undefined : alike.at(-1);
  }

  /** The kernel tells of an exception first, and then where it was. */
  #addKernelAddress({ address }: { address: string }): void {
    const found = [...this.#found].findLast(([, { diagnosis }]) => diagnosis.code === 'kernel-exception');
    if (!found) return;
    const [key, finding] = found;
    if (finding.diagnosis.code !== 'kernel-exception' || finding.diagnosis.address !== undefined) return;
    finding.diagnosis = { ...finding.diagnosis, address };
    this.#found.delete(key);
    this.#found.set(JSON.stringify(finding.diagnosis), finding);
    void this.#resolve(finding, 'cpu', address);
    this.#changed();
  }

  async #resolve(finding: Finding, program: string, address: string): Promise<void> {
    const places = await this.#placesOf?.(this.#guest.spec, program, address).catch(() => []);
    if (!places || places.length === 0) return;
    finding.places = places;
    this.#changed();
  }

  /** Behind an IOMMU of the guest's own, devices have addresses of their own. */
  async #lookUp(finding: Finding, address: bigint): Promise<void> {
    if (hasOwnIommu(this.#guest.spec)) return;
    try {
      const text = await this.#guest.qmp.execute('human-monitor-command', { 'command-line': 'info mtree -f' });
      finding.there = regionAt(parseMemoryMap(text), address) ?? 'nothing';
      this.#changed();
    } catch {
      // It has ended meanwhile.
    }
  }
}

/** Whether the kernel's words are about a device that the guest has. */
function isAbout(diagnosis: Diagnosis, devices: readonly PciAddress[]): boolean {
  const text = 'device' in diagnosis ? diagnosis.device : 'address' in diagnosis ? diagnosis.address : undefined;
  const address = text === undefined ? undefined : parsePciAddress(text);
  if (address === undefined) return false;
  // Behind a bridge to conventional PCI the IOMMU sees function 0 of the bus, whoever it was (PCI Express to PCI/PCI-X
  // Bridge Specification 1.0, 2.3).
  const bus = address.endsWith(':00.0') ? address.slice(0, -'00.0'.length) : undefined;
  return devices.some((host) => host === address || (bus !== undefined && host.startsWith(bus)));
}
