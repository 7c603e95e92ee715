import process from 'node:process';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { GDBTargetDebugSession } from 'cdt-gdb-adapter';

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
}

const session = new BarrelfishDebugSession();
process.on('SIGTERM', () => {
  session.shutdown();
});
session.start(process.stdin, process.stdout);
