import { diagnose } from './diagnose.ts';
import type { Diagnosis } from './diagnosis.ts';

/** An error in a source file, by a compiler. */
const IN_SOURCE = /^[^\s:][^:\n]{0,1000}:\d{1,9}:(?:\d{1,9}:)? (?:fatal )?error:/m;

/** Why a build failed, from what it said; empty when it is for the reader of the source to see. */
export function diagnoseBuild(output: string): Diagnosis[] {
  const found = diagnose(output, 'build');
  // What the linker says are warnings only, unless nothing else has gone wrong.
  const isWarning = (each: Diagnosis): boolean => each.code === 'compiler-too-new' && each.compiler === 'ld';
  return IN_SOURCE.test(output) ? found.filter((each) => !isWarning(each)) : found;
}
