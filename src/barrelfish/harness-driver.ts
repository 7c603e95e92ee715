import type { RunningProgram } from '../host/connection.ts';
import { Failure, type HarnessProblemCode } from '../host/failure.ts';

/** A machine that a test looks at. */
export interface TestMachine {
  /** All that its serial line has said since its start, and then what comes. */
  listen(listener: (chunk: Buffer) => void): Disposable;
  /** The line waits until it is disposed of. */
  hold(): Disposable;
  write(bytes: Buffer): Promise<void>;
  stop(): Promise<void>;
  /** Resolves when it is gone. */
  readonly ended: Promise<unknown>;
}

/** What a test asks for while it runs. Whatever these throw ends the test. */
export interface TestPartner {
  build(targets: readonly string[]): Promise<void>;
  /** Boots a menu.lst; an earlier machine is gone by then. */
  boot(menu: string): Promise<TestMachine>;
}

/** What the harness says of a test. */
export interface TestVerdict {
  passed: boolean;
  /** The machine didn't say in time what the test waits for. */
  timedOut: boolean;
  /** The harness's own words; often there are none. */
  reason: string;
  /** Tables of what was measured. */
  data: readonly { name: string; text: string }[];
  /** From the first boot until the test was done with the machine. */
  milliseconds: number;
}

/** A test that a file registers while it runs. */
export interface MadeTest {
  name: string;
  doc: string;
  line: number;
}

type Event =
  | { event: 'tests'; tests: readonly MadeTest[] }
  | { event: 'build'; targets: readonly string[] }
  | { event: 'boot'; menu: string }
  | { event: 'send'; bytes: Buffer }
  | { event: 'off' }
  | ({ event: 'result' } & Omit<TestVerdict, 'milliseconds'>)
  | { event: 'error'; code: HarnessProblemCode; detail: string; file?: string; line?: number; output?: string };

const PROBLEMS: ReadonlySet<string> = new Set<HarnessProblemCode>([
  'no-module',
  'no-translator',
  'no-machine',
  'no-test',
  'no-menu',
  'failed',
]);
/** As much of the serial line goes to the test in one line. */
const PIECE_BYTES = 24 * 1024;

/** Undefined for what isn't one of harness.py's lines: the test's code could write there. */
export function parseHarnessEvent(line: string): Event | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const facts = value as Readonly<Record<string, unknown>>;
  const text = (key: string): string => (typeof facts[key] === 'string' ? facts[key] : '');
  const list = (key: string): readonly unknown[] => (Array.isArray(facts[key]) ? (facts[key] as unknown[]) : []);
  switch (facts['event']) {
    case 'tests':
      return { event: 'tests', tests: list('tests').filter(isMadeTest) };
    case 'build':
      return { event: 'build', targets: list('targets').filter((each) => typeof each === 'string') };
    case 'boot':
      return { event: 'boot', menu: text('menu') };
    case 'send':
      return { event: 'send', bytes: Buffer.from(text('bytes'), 'base64') };
    case 'off':
      return { event: 'off' };
    case 'result':
      return {
        event: 'result',
        passed: facts['passed'] === true,
        timedOut: facts['timeout'] === true,
        reason: text('reason'),
        data: list('data').filter(isTable),
      };
    case 'error': {
      const file = text('file');
      const output = text('trace');
      const line = facts['line'];
      return {
        event: 'error',
        code: PROBLEMS.has(text('code')) ? (text('code') as HarnessProblemCode) : 'failed',
        detail: text('detail'),
        ...(file === '' ? {} : { file }),
        ...(typeof line === 'number' ? { line } : {}),
        ...(output === '' ? {} : { output }),
      };
    }
    default:
      return undefined;
  }
}

function isMadeTest(value: unknown): value is MadeTest {
  const each = value as Partial<MadeTest> | null;
  return typeof each?.name === 'string' && typeof each.doc === 'string' && typeof each.line === 'number';
}

function isTable(value: unknown): value is { name: string; text: string } {
  const each = value as { name?: unknown; text?: unknown } | null;
  return typeof each?.name === 'string' && typeof each.text === 'string';
}

/** Reads which tests harness.py has found in a file. Throws `harness-failed`. */
export async function madeTests(driver: RunningProgram, file: string): Promise<readonly MadeTest[]> {
  driver.stdin.end();
  for await (const line of driver.lines) {
    const event = parseHarnessEvent(line);
    if (event?.event === 'tests') return event.tests;
    if (event?.event === 'error') throw failureOf(file, event);
  }
  throw await endedEarly(driver, file);
}

/**
 * Lets harness.py run a test: does what it asks for, and brings the serial line to it. The machine is gone when this is
 * over, however it went. Throws `harness-failed`, and what `partner` throws.
 */
export async function runHarnessTest(driver: RunningProgram, test: string, partner: TestPartner): Promise<TestVerdict> {
  const run = new HarnessRun(driver, partner);
  try {
    for await (const line of driver.lines) {
      const event = parseHarnessEvent(line);
      if (event?.event === 'result') {
        const { passed, timedOut, reason, data } = event;
        return { passed, timedOut, reason, data, milliseconds: run.milliseconds };
      }
      if (event?.event === 'error') throw run.cause ?? failureOf(test, event);
      if (event) await run.handle(event);
    }
    throw run.cause ?? (await endedEarly(driver, test));
  } finally {
    await run.stop();
  }
}

class HarnessRun {
  readonly #driver: RunningProgram;
  readonly #partner: TestPartner;
  #machine: TestMachine | undefined;
  #listening: Disposable | undefined;
  #bootedAt: number | undefined;
  #offAt: number | undefined;
  /** Why a request could not be met: it says more than what Python makes of it. */
  cause: Error | undefined;

  constructor(driver: RunningProgram, partner: TestPartner) {
    this.#driver = driver;
    this.#partner = partner;
  }

  get milliseconds(): number {
    return this.#bootedAt === undefined ? 0 : (this.#offAt ?? performance.now()) - this.#bootedAt;
  }

  async handle(event: Event): Promise<void> {
    if (event.event === 'build') await this.#answer(() => this.#partner.build(event.targets));
    if (event.event === 'boot') await this.#answer(() => this.#boot(event.menu));
    // The machine may have gone meanwhile: the test will find out.
    if (event.event === 'send') await this.#machine?.write(event.bytes).catch(() => undefined);
    if (event.event === 'off') {
      this.#offAt = performance.now();
      await this.stop();
    }
  }

  async stop(): Promise<void> {
    this.#listening?.[Symbol.dispose]();
    this.#listening = undefined;
    const machine = this.#machine;
    this.#machine = undefined;
    await machine?.stop();
  }

  async #answer(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.cause = error instanceof Error ? error : new Error(String(error));
      this.#tell({ ok: false, why: this.cause.message });
      return;
    }
    this.#tell({ ok: true });
    this.#follow();
  }

  async #boot(menu: string): Promise<void> {
    await this.stop();
    this.#bootedAt ??= performance.now();
    this.#machine = await this.#partner.boot(menu);
  }

  /** Behind the answer, so that the test can tell this machine's output from an earlier one's. */
  #follow(): void {
    const machine = this.#machine;
    if (!machine || this.#listening) return;
    const { stdin } = this.#driver;
    let hold: Disposable | undefined;
    stdin.on('drain', () => {
      hold?.[Symbol.dispose]();
      hold = undefined;
    });
    const listening = machine.listen((chunk) => {
      let taken = true;
      for (let at = 0; at < chunk.length; at += PIECE_BYTES)
        taken = this.#tell({ serial: chunk.toString('base64', at, at + PIECE_BYTES) });
      // A test that is slower than the line lets the line wait, rather than filling memory.
      if (!taken) hold ??= machine.hold();
    });
    this.#listening = {
      [Symbol.dispose]: () => {
        listening[Symbol.dispose]();
        hold?.[Symbol.dispose]();
      },
    };
    void machine.ended.then(() => {
      if (this.#machine === machine) this.#tell({ end: true });
    });
  }

  #tell(message: object): boolean {
    const { stdin } = this.#driver;
    return stdin.writable ? stdin.write(`${JSON.stringify(message)}\n`) : true;
  }
}

function failureOf(test: string, { event: _, ...facts }: Extract<Event, { event: 'error' }>): Failure {
  return new Failure('harness-failed', { test, ...facts });
}

async function endedEarly(driver: RunningProgram, test: string): Promise<Failure> {
  const { exitCode, stderr, missing } = await driver.ended;
  const detail = missing ? '' : exitCode.toString();
  return new Failure('harness-failed', { test, code: 'ended', detail, output: stderr.slice(-4096) });
}
