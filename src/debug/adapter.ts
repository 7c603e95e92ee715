import process from 'node:process';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { GDBTargetDebugSession } from 'cdt-gdb-adapter';
import { BARRELFISH_REQUEST, type Answer, type Question } from './barrelfish-request.ts';
import { BarrelfishBackend, BarrelfishBackendFactory } from './gdb-backend.ts';

/**
 * The debug adapter is Eclipse CDT's. Booting is our side's work: by the time that a launch request comes the guest is
 * there and waits, so to gdb both requests are an attach.
 */
class BarrelfishDebugSession extends GDBTargetDebugSession {
  #postMortem = false;

  protected override attachRequest(
    response: DebugProtocol.AttachResponse,
    args: Parameters<GDBTargetDebugSession['attachRequest']>[1] & { postMortem?: boolean },
  ): Promise<void> {
    this.#postMortem = args.postMortem === true;
    return super.attachRequest(response, args);
  }

  protected override async configurationDoneRequest(
    response: DebugProtocol.ConfigurationDoneResponse,
    args: DebugProtocol.ConfigurationDoneArguments,
  ): Promise<void> {
    if (!this.#postMortem || !(this.gdb instanceof BarrelfishBackend)) {
      await super.configurationDoneRequest(response, args);
      return;
    }
    this.gdb.stay();
    await super.configurationDoneRequest(response, args);
    const [thread] = this.threads;
    this.sendStoppedEvent('pause', thread?.id ?? 1, true);
  }

  protected override launchRequest(
    response: DebugProtocol.LaunchResponse,
    args: Parameters<GDBTargetDebugSession['attachRequest']>[1],
  ): Promise<void> {
    return this.attachRequest(response, args);
  }

  /** In the console our commands are typed as they are; gdb's others, as everywhere with this adapter, behind a `>`. */
  protected override evaluateRequest(
    response: DebugProtocol.EvaluateResponse,
    args: DebugProtocol.EvaluateArguments,
  ): Promise<void> {
    const ours = args.context === 'repl' && /^\s*barrelfish\s/.test(args.expression);
    return super.evaluateRequest(response, ours ? { ...args, expression: `>${args.expression}` } : args);
  }

  protected override customRequest(command: string, response: DebugProtocol.Response, args: unknown): void {
    if (command === BARRELFISH_REQUEST) void this.#ask(response, args as Question);
    else super.customRequest(command, response, args);
  }

  async #ask(response: DebugProtocol.Response, question: Question): Promise<void> {
    try {
      response.body = await this.#answer(question);
      this.sendResponse(response);
    } catch (error) {
      this.sendErrorResponse(response, 1, error instanceof Error ? error.message : String(error));
    }
  }

  async #answer(question: Question): Promise<Answer> {
    if (!(this.gdb instanceof BarrelfishBackend)) throw new Error('There is no gdb.');
    if (question.pause !== true) {
      if (this.isRunning) return { running: true, said: [] };
      const answer = await this.gdb.ask(question);
      if (question.words[0] === 'reset') {
        this.gdb.forgetExpressions();
        this.sendStoppedEvent('reset', this.threads[0]?.id ?? 1, true);
      }
      return answer;
    }
    await this.pauseIfNeeded();
    try {
      return await this.gdb.ask(question);
    } finally {
      await this.continueIfNeeded();
    }
  }
}

const session = new BarrelfishDebugSession(new BarrelfishBackendFactory());
process.on('SIGTERM', () => {
  session.shutdown();
});
session.start(process.stdin, process.stdout);
