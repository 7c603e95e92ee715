import { DebugAdapterExecutable, type DebugAdapterDescriptorFactory, type DebugConfiguration } from 'vscode';
import { engineNamed, engines } from '../debug/engines.ts';
import type { SessionArguments } from '../debug/session-arguments.ts';

/** Starts the debug adapter that a session's configuration asks for, which is resolved by then. `adapter` is ours. */
export function adapterFactory(adapter: string): DebugAdapterDescriptorFactory {
  return {
    createDebugAdapterDescriptor: ({ configuration }) => {
      // All but the type is ours: nothing that stands in a launch.json stays in these.
      const session = configuration as DebugConfiguration & SessionArguments;
      const [program, ...args] = engines[engineNamed(configuration['engine'])].command(session, adapter);
      return new DebugAdapterExecutable(program, args);
    },
  };
}
