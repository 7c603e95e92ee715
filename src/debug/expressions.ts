import { VarManager } from 'cdt-gdb-adapter/dist/varManager.js';

/**
 * gdb's variable objects, by which the adapter knows values from one stop to the next. gdb binds a global in an expression
 * to one program's for good, and where the machine stops next, in the kernel or in a domain, the name may be another's.
 */
export class Expressions extends VarManager {
  /** Forgets what was evaluated, which is created anew where it is asked for. The names by which gdb is to delete it. */
  forget(): string[] {
    const names: string[] = [];
    for (const [key, all] of this.variableMap) {
      const gone = all.filter(({ isVar, isChild, varType }) => !isVar && !isChild && varType !== 'registers');
      names.push(...gone.map(({ varname }) => varname));
      const lives = (name: string): boolean =>
        !gone.some(({ varname }) => name === varname || name.startsWith(`${varname}.`));
      this.variableMap.set(
        key,
        all.filter(({ varname }) => lives(varname)),
      );
    }
    return names;
  }
}
