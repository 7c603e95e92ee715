import process from 'node:process';
import { GDBTargetDebugSession } from 'cdt-gdb-adapter';

const session = new GDBTargetDebugSession();
process.on('SIGTERM', () => {
  session.shutdown();
});
session.start(process.stdin, process.stdout);
