import process from 'node:process';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { GDBTargetDebugSession } from 'cdt-gdb-adapter';
import { BarrelfishBackendFactory } from './gdb-backend.ts';

/**
 * The debug adapter is Eclipse CDT's. Booting is our side's work: by the time that a launch request comes the guest is
 * there and waits, so to gdb both requests are an attach.
 */
class BarrelfishDebugSession extends GDBTargetDebugSession {
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
}

const session = new BarrelfishDebugSession(new BarrelfishBackendFactory());
process.on('SIGTERM', () => {
  session.shutdown();
});
session.start(process.stdin, process.stdout);
