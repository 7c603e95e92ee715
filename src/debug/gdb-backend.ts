import { GDBBackend, type IGDBBackend, type IGDBProcessManager } from 'cdt-gdb-adapter';
import { GDBBackendFactory } from 'cdt-gdb-adapter/dist/desktop/factories/GDBBackendFactory.js';
import { Expressions } from './expressions.ts';
import { commandOf, readOutput, type Answer, type Question } from './barrelfish-request.ts';

/** How long gdb may take until it goes on from a stop of its own; then the stop is shown. */
const OWN_STOP_MS = 2000;

/** Ours, which gdb/barrelfish_domains.py puts before the user's condition of a breakpoint. */
const OURS = /^\$_barrelfish_(?:here\(\)|(?:in|runs)\("(?:[^"\\]|\\.){0,64}"\))(?: && \((.*)\))?$/s;

/** The user's part of a breakpoint's condition; undefined for none. */
export function userCondition(condition: string): string | undefined {
  const found = OURS.exec(condition);
  return found ? found[1] : condition;
}

/**
 * By force: where a program is known but not there yet, gdb reads the condition of a breakpoint in it as if it stood in
 * what is there, and would refuse it. It is read again when the program comes.
 */
export function forcedCondition(command: string): string {
  return command.replace(/^-break-condition (?=\d)/, '-break-condition --force ');
}

/** Hides from the adapter what is between gdb and our Python. */
export class BarrelfishBackend extends GDBBackend {
  #started = false;
  #asked: Promise<unknown> = Promise.resolve();
  #output: { text: string; category: string }[] | undefined;
  #stays = false;
  #hidden: { show: NodeJS.Timeout } | undefined;
  readonly #expressions = new Expressions(this);

  override get varManager(): Expressions {
    return this.#expressions;
  }

  /**
   * When a domain gets to a breakpoint whose symbols gdb hasn't got, gdb stops without a reason, and goes on at once, to
   * the stop that the user is to see.
   */
  override emit(event: string | symbol, ...details: unknown[]): boolean {
    if (event === 'consoleStreamOutput' && this.#output) {
      this.#output.push({ text: String(details[0]), category: String(details[1]) });
      return true;
    }
    const [kind, data] = details as [unknown, { reason?: unknown } | undefined];
    if (event !== 'execAsync' || (kind !== 'running' && kind !== 'stopped')) return super.emit(event, ...details);
    const hidden = this.#hidden;
    this.#hidden = undefined;
    clearTimeout(hidden?.show);
    if (kind === 'running') {
      this.#started = true;
      return hidden ? true : super.emit(event, ...details);
    }
    // That of a connection has no reason either.
    if (!this.#started || data?.reason !== undefined) return this.#stopped(event, details);
    const show = setTimeout(() => {
      this.#hidden = undefined;
      this.#stopped(event, details);
    }, OWN_STOP_MS);
    this.#hidden = { show };
    return true;
  }

  #stopped(event: string | symbol, details: unknown[]): boolean {
    this.forgetExpressions();
    return super.emit(event, ...details);
  }

  /** The machine is where it hasn't been seen yet: names may be another program's. */
  forgetExpressions(): void {
    for (const name of this.#expressions.forget()) void this.sendCommand(`-var-delete ${name}`).catch(() => undefined);
  }

  /** The adapter lets a machine run that it has been attached to; this once it doesn't. */
  stay(): void {
    this.#stays = true;
  }

  /** Asks our Python something: neither question nor answer shows in the debug console. Throws what gdb says is wrong. */
  ask(question: Question): Promise<Answer> {
    // One after the other: what is written meanwhile is taken for the answer.
    const answer = this.#asked.then(() => this.#ask(question));
    this.#asked = answer.catch(() => undefined);
    return answer;
  }

  async #ask(question: Question): Promise<Answer> {
    const output = (this.#output = []);
    try {
      await this.sendCommand(commandOf(question));
    } finally {
      this.#output = undefined;
    }
    const { others, ...answer } = readOutput(output);
    for (const { text, category } of others) this.emit('consoleStreamOutput', text, category);
    return answer;
  }

  override async sendCommand<T>(command: string): Promise<T> {
    if (this.#stays && command.startsWith('-exec-continue')) {
      this.#stays = false;
      return {} as T;
    }
    const answer = await super.sendCommand<T>(forcedCondition(command)).catch((error: unknown) => {
      const gone = answerForGone(command, error);
      if (gone === undefined) throw error;
      return gone as T;
    });
    if (command === '-break-list') showUserConditions(answer);
    if (command.startsWith('-thread-info')) showOurNames(answer);
    return answer;
  }
}

/**
 * With a program's symbols go gdb's variable objects, which the adapter still knows: one that has gone is out of scope, which
 * makes the adapter create it anew. Undefined for whatever else went wrong.
 */
export function answerForGone(command: string, error: unknown): object | undefined {
  if (!(error instanceof Error) || !error.message.includes('Variable object not found')) return undefined;
  if (command.startsWith('-var-delete ')) return {};
  const name = /^-var-update (?:\S+ )*(\S+)$/.exec(command)?.[1];
  return name === undefined ? undefined : { changelist: [{ name, in_scope: 'false' }] };
}

/** The adapter takes a breakpoint away and sets it anew when its condition is another than the user's. */
export function showUserConditions(answer: unknown): void {
  const { BreakpointTable: table } = answer as { BreakpointTable?: { body?: { cond?: string }[] } };
  for (const breakpoint of table?.body ?? []) {
    if (typeof breakpoint.cond !== 'string') continue;
    const condition = userCondition(breakpoint.cond);
    if (condition === undefined) delete breakpoint.cond;
    else breakpoint.cond = condition;
  }
}

/** `core 0 · e1000n (CPU#0 [running])`: what QEMU says of a thread is said already, in our name for it. */
export function showOurNames(answer: unknown): void {
  const { threads } = answer as { threads?: { name?: string; details?: string }[] };
  for (const thread of threads ?? []) if (thread.name !== undefined) delete thread.details;
}

/** Ours need a gdb 13, which is made sure of before they are sent; the adapter asks for nothing newer. */
const LEAST_GDB = '13.0';

export class BarrelfishBackendFactory extends GDBBackendFactory {
  /** Spares a start of gdb, only to ask its version. */
  override async createGDBManager(
    ...details: Parameters<GDBBackendFactory['createGDBManager']>
  ): Promise<IGDBProcessManager> {
    const manager = await super.createGDBManager(...details);
    const { preConnectCommands = [] } = details[1] as { preConnectCommands?: readonly string[] };
    if (preConnectCommands.some((command) => command.startsWith('barrelfish ')))
      manager.getVersion = () => Promise.resolve(LEAST_GDB);
    return manager;
  }

  override createBackend(
    _session: unknown,
    manager: IGDBProcessManager,
    _args: unknown,
    name?: string,
  ): Promise<IGDBBackend> {
    return Promise.resolve(new BarrelfishBackend(manager, name));
  }
}
