import { GDBBackend, type IGDBBackend, type IGDBProcessManager } from 'cdt-gdb-adapter';
import { GDBBackendFactory } from 'cdt-gdb-adapter/dist/desktop/factories/GDBBackendFactory.js';

/** How long gdb may take until it goes on from a stop of its own; then the stop is shown. */
const OWN_STOP_MS = 2000;

/** Ours, which gdb/barrelfish_domains.py puts before the user's condition of a breakpoint. */
const OURS = /^\$_barrelfish_(?:here\(\)|in\("(?:[^"\\]|\\.){0,64}"\))(?: && \((.*)\))?$/s;

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
class BarrelfishBackend extends GDBBackend {
  #started = false;
  #hidden: { show: NodeJS.Timeout } | undefined;

  /**
   * When a domain gets to a breakpoint whose symbols gdb hasn't got, gdb stops without a reason, and goes on at once, to
   * the stop that the user is to see.
   */
  override emit(event: string | symbol, ...details: unknown[]): boolean {
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
    if (!this.#started || data?.reason !== undefined) return super.emit(event, ...details);
    const show = setTimeout(() => {
      this.#hidden = undefined;
      super.emit(event, ...details);
    }, OWN_STOP_MS);
    this.#hidden = { show };
    return true;
  }

  override async sendCommand<T>(command: string): Promise<T> {
    const answer = await super.sendCommand<T>(forcedCondition(command));
    if (command === '-break-list') showUserConditions(answer);
    if (command.startsWith('-thread-info')) showOurNames(answer);
    return answer;
  }
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

export class BarrelfishBackendFactory extends GDBBackendFactory {
  override createBackend(
    _session: unknown,
    manager: IGDBProcessManager,
    _args: unknown,
    name?: string,
  ): Promise<IGDBBackend> {
    return Promise.resolve(new BarrelfishBackend(manager, name));
  }
}
