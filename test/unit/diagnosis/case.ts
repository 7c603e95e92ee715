import type { Source } from '../../../src/diagnosis/diagnose.ts';
import type { Diagnosis } from '../../../src/diagnosis/diagnosis.ts';

/** A text as its program prints it, and all that it means. */
export interface Case {
  name: string;
  source: Source;
  text: string;
  means: Diagnosis | readonly Diagnosis[];
}
