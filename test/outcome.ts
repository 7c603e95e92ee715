/** What came of a tier, or of a part of one. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const nothing: Outcome = { passed: 0, failed: 0, skipped: 0 };

export function sum(outcomes: readonly Outcome[]): Outcome {
  return outcomes.reduce(
    (total, { passed, failed, skipped }) => ({
      passed: total.passed + passed,
      failed: total.failed + failed,
      skipped: total.skipped + skipped,
    }),
    nothing,
  );
}

/** The form that CI systems read off the end of a run. */
export function describe({ passed, failed, skipped }: Outcome): string {
  const base = `${String(passed)} passed, ${String(failed)} failed`;
  return skipped > 0 ? `${base}, ${String(skipped)} skipped` : base;
}
