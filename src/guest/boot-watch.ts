import { advance, driverAt, isAftermath, NO_PROGRESS, type BootProgress } from '../barrelfish/boot-progress.ts';
import type { SerialEvent } from '../barrelfish/serial-events.ts';
import { SerialScanner } from '../barrelfish/serial-scanner.ts';
import type { Diagnosis } from '../diagnosis/diagnosis.ts';
import { undrivenDevice } from '../diagnosis/states.ts';
import type { Guest } from './guest.ts';
import { formatGuestAddress, guestAddressOf, type PassedDevice } from './machine.ts';

/** What has to do with a guest's boot, told as it is found. `line` is one of the serial log, counted from 0. */
export interface BootWatchOptions {
  onFinding: (diagnosis: Diagnosis, line: number) => void;
  /** Where the kernel was when it took its last exception. */
  onKernelAddress: (event: { address: string }) => void;
  onProgress: () => void;
  /**
   * The binary that device_db.pl names for a device; undefined when it names none. Rejects where no database is known.
   */
  driverFor?: ((device: PassedDevice) => Promise<string | undefined>) | undefined;
  dhcpSeconds?: number | undefined;
  undrivenSeconds?: number | undefined;
}

/** An emulated guest has its address within ten. */
const DHCP_SECONDS = 30;
/** Kaluga starts drivers while fish comes up. */
const UNDRIVEN_SECONDS = 15;

/** Follows a guest's boot on its serial line: each byte is looked at once. */
export class BootWatch implements Disposable {
  readonly #guest: Guest;
  readonly #options: BootWatchOptions;
  readonly #scanner: SerialScanner;
  /** Lines of the log that came before what we hear; with some, the boot itself may have been missed. */
  readonly #before: number;
  #progress = NO_PROGRESS;
  #line = 0;
  #dhcp: NodeJS.Timeout | undefined;
  #undriven: NodeJS.Timeout | undefined;

  constructor(guest: Guest, options: BootWatchOptions) {
    this.#guest = guest;
    this.#options = options;
    this.#before = guest.serial.linesBefore;
    this.#scanner = new SerialScanner((event) => {
      this.#take(event, this.#before);
    });
  }

  /** What the guest said first, before all that is pushed and some more. */
  recall(head: Buffer): void {
    new SerialScanner((event) => {
      this.#take(event, 0);
    }).push(head);
  }

  get progress(): BootProgress {
    return this.#progress;
  }

  push(chunk: Buffer): void {
    const before = this.#progress;
    this.#scanner.push(chunk);
    if (this.#progress !== before) this.#options.onProgress();
  }

  /** The guest has been reset: what it says from now on is another boot's. */
  restart(): void {
    this[Symbol.dispose]();
    this.#become(NO_PROGRESS);
    this.#options.onProgress();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#dhcp);
    clearTimeout(this.#undriven);
    this.#dhcp = this.#undriven = undefined;
  }

  #take(event: SerialEvent, before: number): void {
    const line = event.line + before;
    this.#line = line;
    // Of a guest that was found again only the last part may be known: its shell tells how far it is.
    const late = event.kind === 'prompt' && this.#missed;
    const diagnosis = isAftermath(this.#progress, event) ? undefined : diagnosisOf(event);
    if (diagnosis) this.#options.onFinding(diagnosis, line);
    if (event.kind === 'kernel-address') this.#options.onKernelAddress(event);
    this.#become(advance(this.#progress, { ...event, line, ...(late ? { kind: 'usable' } : {}) }));
  }

  get #missed(): boolean {
    return this.#before > 0 && this.#progress.cores.length === 0;
  }

  #become(progress: BootProgress): void {
    const before = this.#progress;
    if (progress === before) return;
    this.#progress = progress;
    const { dhcpSeconds = DHCP_SECONDS, undrivenSeconds = UNDRIVEN_SECONDS } = this.#options;
    if (progress.network?.state !== 'starting' || progress.stage === 'usable') {
      clearTimeout(this.#dhcp);
      this.#dhcp = undefined;
    } else {
      this.#dhcp ??= this.#after(dhcpSeconds, () => {
        this.#options.onFinding({ code: 'dhcp-stuck', seconds: dhcpSeconds }, this.#line);
      });
    }
    if (progress.stage === 'usable' && before.stage !== 'usable') {
      clearTimeout(this.#undriven);
      if (this.#missed) return;
      this.#undriven = this.#after(undrivenSeconds, () => void this.#findUndriven());
    }
  }

  /** A guest that stands still has more time. */
  #after(seconds: number, act: () => void): NodeJS.Timeout {
    const timer = setTimeout(() => {
      if (this.#guest.state.kind === 'paused') timer.refresh();
      else act();
    }, seconds * 1000);
    return timer.unref();
  }

  async #findUndriven(): Promise<void> {
    const { spec } = this.#guest;
    const line = this.#line;
    for (const device of spec.passed) {
      const address = formatGuestAddress(guestAddressOf(spec, device));
      if (driverAt(this.#progress, address)) continue;
      const diagnosis = await this.#whyUndriven(device, address);
      // It may have got one meanwhile.
      if (!driverAt(this.#progress, address)) this.#options.onFinding(diagnosis, line);
    }
  }

  async #whyUndriven(device: PassedDevice, address: string): Promise<Diagnosis> {
    const unknown = { code: 'device-undriven', address, why: 'unknown' } as const;
    const { driverFor } = this.#options;
    if (!driverFor) return unknown;
    try {
      const driver = await driverFor(device);
      const module = this.#guest.spec.modules.find(({ path }) => path.slice(path.lastIndexOf('/') + 1) === driver);
      const startedFor = this.#progress.drivers.find(({ binary }) => binary === driver)?.address;
      return undrivenDevice({ address, driver, menuArguments: module?.arguments, startedFor });
    } catch {
      return unknown;
    }
  }
}

/** What an event means that tells of something wrong. */
function diagnosisOf(event: SerialEvent): Diagnosis | undefined {
  switch (event.kind) {
    case 'kernel-panic':
      return { code: 'kernel-panic', core: event.core, reason: event.reason };
    case 'kernel-exception':
      return { code: 'kernel-exception', core: event.core, exception: event.exception, what: event.what };
    case 'waiting-for-gdb':
      return { code: 'kernel-waits-for-gdb', core: event.core };
    case 'domain-fault': {
      const { domain, core, at, ip } = event;
      return { code: 'domain-fault', domain, ip, ...(at ? { at } : {}), ...(core === undefined ? {} : { core }) };
    }
    case 'domain-assertion': {
      const { domain, expression, path, pathLine } = event;
      return { code: 'domain-assertion', domain, expression, path, line: pathLine };
    }
    case 'driver-left-out':
      return { code: 'device-undriven', driver: event.driver, why: event.why };
    default:
      return undefined;
  }
}
