import { GDBTargetDebugSession } from 'cdt-gdb-adapter';

GDBTargetDebugSession.run(GDBTargetDebugSession);
