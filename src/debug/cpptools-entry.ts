import type { SessionArguments } from './session-arguments.ts';

/** An entry of a launch.json; `type` says whose. */
interface LaunchEntry extends Readonly<Record<string, unknown>> {
  type: string;
  request: string;
  name: string;
}

/** A session with a guest that is there. */
interface Described {
  name: string;
  /** gdb's own directory, and the file that the engine wants to have for a program. */
  directory: string;
  program: string;
  session: SessionArguments;
}

/**
 * cpptools with gdb's machine interface. With `customLaunchSetupCommands` it sends these alone: no `file`, no `run`. Domains
 * aren't told apart: that needs an adapter which hides the stops in between.
 */
export function cpptoolsEntry({ name, directory, program, session }: Described): LaunchEntry {
  return {
    type: 'cppdbg',
    request: 'launch',
    name,
    cwd: directory,
    program,
    MIMode: 'gdb',
    miDebuggerPath: session.gdb,
    miDebuggerArgs: session.gdbArguments.map(quoted).join(' '),
    customLaunchSetupCommands: [
      ...session.preConnectCommands,
      `-target-select ${session.target.type} ${session.target.parameters.join(' ')}`,
      ...session.initCommands,
    ].map((text) => ({ text })),
    launchCompleteCommand: 'None',
    externalConsole: false,
  };
}

/** As cpptools takes its arguments apart: at blanks that aren't quoted. */
function quoted(word: string): string {
  return /\s/.test(word) ? `"${word}"` : word;
}
