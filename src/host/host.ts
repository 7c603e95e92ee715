import { hostname } from 'node:os';
import { gunzipSync } from 'node:zlib';
import { bindPlan, releasePlan } from './bind-plan.ts';
import type { Connection } from './connection.ts';
import { runPlan, type ElevationOptions } from './elevation.ts';
import { readFacts, type HostFacts } from './facts.ts';
import { Failure } from './failure.ts';
import { kernelLogSince } from './kernel-log.ts';
import { withOwn, type OwnDevices } from './own-devices.ts';
import type { PciAddress } from './pci-address.ts';
import { PciNames } from './pci-names.ts';
import type { Plan } from './plan.ts';
import { readSnapshot } from './snapshot-reader.ts';
import { isOnVfio, type Snapshot } from './snapshot.ts';
import { isOverridable, isRefusal, verdictOf } from './verdict.ts';
import { virtualFunctionsPlan } from './vf-plan.ts';
import { watchEvents, type Watch } from './watch.ts';

export type HostState =
  | { kind: 'connecting' }
  | { kind: 'ready'; facts: HostFacts; names: PciNames; snapshot: Snapshot }
  | { kind: 'failed'; failure: unknown };

/** This machine, as notes on hosts name it. */
export const EDITOR =
  hostname()
    .replace(/[^\w-]/g, '_')
    .slice(0, 64) || 'unknown';

/** Kernel events come in bursts: a bind alone makes half a dozen. */
const SETTLE_MS = 100;
/** While somebody changes a device's driver, which takes a moment. */
const FOLLOW_MS = 1000;

export interface HostOptions {
  /** Names for what the host's own pci.ids doesn't know. */
  fallbackNames: () => PciNames;
  /** What the user has said about devices, asked at each reading. */
  own: () => OwnDevices;
  /** Called after each change of `state` or of what is watched. */
  onChange: (host: Host) => void;
}

/** One host: its connection, what we know of it, and keeping that true while somebody looks. */
export class Host implements AsyncDisposable {
  readonly connection: Connection;
  readonly #options: HostOptions;
  #state: HostState = { kind: 'connecting' };
  #refreshing: Promise<void> | undefined;
  #again = false;
  #watch: Promise<Watch | undefined> | undefined;
  #live = false;
  readonly #takenHere = new Set<PciAddress>();
  #settling: NodeJS.Timeout | undefined;
  #following: NodeJS.Timeout | undefined;
  #disposed = false;

  constructor(connection: Connection, options: HostOptions) {
    this.connection = connection;
    this.#options = options;
  }

  get name(): string {
    return this.connection.name;
  }

  /** Devices that this object has taken and not given back. */
  get takenHere(): ReadonlySet<PciAddress> {
    return this.#takenHere;
  }

  get state(): HostState {
    return this.#state;
  }

  /** What we know, or why we don't. */
  ready(): Extract<HostState, { kind: 'ready' }> {
    if (this.#state.kind === 'ready') return this.#state;
    if (this.#state.kind === 'failed') throw this.#state.failure;
    throw new Failure('unreachable', { host: this.name, cause: 'not connected yet' });
  }

  /** Reads everything anew. Calls while one is under way share the next. */
  async refresh(): Promise<void> {
    if (this.#refreshing) {
      this.#again = true;
      return this.#refreshing;
    }
    this.#refreshing = this.#readUntilCurrent().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  /** Forgets a failure and tries again. */
  async retry(): Promise<void> {
    this.#setState({ kind: 'connecting' });
    await this.refresh();
    if (this.#live) this.#startWatching();
  }

  /** Follows the kernel's events, or stops to. Nothing runs on the host while nobody looks. */
  setLive(live: boolean): void {
    if (this.#live === live) return;
    this.#live = live;
    if (!live) {
      void this.#stopWatching();
      return;
    }
    void this.refresh(); // what happened while nobody looked
    this.#startWatching();
  }

  /** Connection lost: everything we knew is doubtful. */
  lost(): void {
    if (this.#disposed || this.#state.kind !== 'ready') return;
    this.#setState({
      kind: 'failed',
      failure: new Failure('unreachable', { host: this.name, cause: 'the connection was lost' }),
    });
    this.#watch = undefined;
  }

  /** What would be done with a device in its present state, whether it may be or not. */
  planFor(address: PciAddress): Plan {
    const { snapshot, facts } = this.ready();
    const fn = snapshot.functions.get(address);
    return fn && (isOnVfio(fn) || fn.taking)
      ? releasePlan(snapshot, address)
      : bindPlan(snapshot, facts, address, EDITOR);
  }

  /**
   * The plan that gives the device's group to vfio-pci. Throws `refused` when the host would lose something; to somebody
   * who has `typed` the address only when it would not survive it.
   */
  async planBind(address: PciAddress, { typed = false }: { typed?: boolean } = {}): Promise<Plan> {
    const { snapshot, facts } = await this.#current();
    const refusals = verdictOf(snapshot, facts, address).reasons.filter(
      (reason) => isRefusal(reason) && !(typed && isOverridable(reason)),
    );
    if (refusals.length > 0) throw new Failure('refused', { address, reasons: refusals });
    return bindPlan(snapshot, facts, address, EDITOR);
  }

  /** The plan that gives the device's group back. */
  async planRelease(address: PciAddress): Promise<Plan> {
    const { snapshot, facts } = await this.#current();
    const held = verdictOf(snapshot, facts, address).reasons.filter(
      ({ code }) => code === 'held' || code === 'changing' || code === 'newer-note',
    );
    if (held.length > 0) throw new Failure('refused', { address, reasons: held });
    return releasePlan(snapshot, address);
  }

  /** The plan that gives a physical function so many virtual ones. */
  async planVirtualFunctions(address: PciAddress, count: number): Promise<Plan> {
    const { snapshot, facts } = await this.#current();
    return virtualFunctionsPlan(snapshot, facts, address, count);
  }

  /** Runs a plan. Throws what {@link runPlan} throws; a plan that failed with what the kernel said meanwhile. */
  async run(plan: Plan, options: ElevationOptions): Promise<void> {
    const began = performance.now();
    try {
      await runPlan(this.connection, this.ready().facts, plan, options);
      for (const { do: step } of plan.steps) {
        if (step.op === 'mark' && step.state === 'taken') this.#takenHere.add(step.address);
        if (step.op === 'forget') this.#takenHere.delete(step.address);
      }
    } catch (error) {
      if (!Failure.is(error, 'plan-failed')) throw error;
      const devices = plan.steps.flatMap(({ do: step }) => ('address' in step ? step.address : []));
      throw new Failure('plan-failed', { ...error.facts, ...(await kernelLogSince(this.connection, began, devices)) });
    } finally {
      await this.refresh();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    clearTimeout(this.#settling);
    clearTimeout(this.#following);
    await this.#stopWatching();
    await this.connection[Symbol.asyncDispose]();
  }

  /** A decision is never made on what was true a while ago. */
  async #current(): Promise<Extract<HostState, { kind: 'ready' }>> {
    await this.refresh();
    return this.ready();
  }

  async #readUntilCurrent(): Promise<void> {
    do {
      this.#again = false;
      try {
        const known = this.#state.kind === 'ready' ? this.#state : await this.#connect();
        const snapshot = withOwn(await readSnapshot(this.connection), this.name, this.#options.own());
        this.#setState({ ...known, kind: 'ready', snapshot });
      } catch (failure) {
        this.#setState({ kind: 'failed', failure });
      }
    } while (this.#again as boolean);
  }

  async #connect(): Promise<{ facts: HostFacts; names: PciNames }> {
    const facts = await readFacts(this.connection);
    const fallback = this.#options.fallbackNames();
    if (facts.namesFile === undefined) return { facts, names: fallback };
    const packed = await this.connection.run(['gzip', '-c', '--', facts.namesFile]);
    const names = packed.exitCode === 0 ? new PciNames(gunzipSync(packed.stdout).toString('utf8'), fallback) : fallback;
    return { facts, names };
  }

  #startWatching(): void {
    if (this.#watch) return;
    const watch = watchEvents(this.connection, () => {
      this.#settling ??= setTimeout(() => {
        this.#settling = undefined;
        void this.refresh();
      }, SETTLE_MS);
    }).catch(() => undefined); // the refresh meets the same failure, and shows it
    this.#watch = watch;
    void watch
      .then((started) => started?.ended)
      .finally(() => {
        if (this.#watch === watch) this.#watch = undefined;
      });
  }

  async #stopWatching(): Promise<void> {
    const watch = await this.#watch;
    this.#watch = undefined;
    await watch?.[Symbol.asyncDispose]();
  }

  /** The end of somebody's change of a device is a note, of which the kernel tells nobody. */
  #followChange(): void {
    clearTimeout(this.#following);
    if (!this.#live || this.#state.kind !== 'ready') return;
    const changing = [...this.#state.snapshot.functions.values()].some(({ taking }) => taking?.state === 'changing');
    if (changing) this.#following = setTimeout(() => void this.refresh(), FOLLOW_MS);
  }

  #setState(state: HostState): void {
    if (this.#disposed) return;
    this.#state = state;
    this.#options.onChange(this);
    this.#followChange();
  }
}
