export interface HostTestResult {
  readonly title: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly ms: number;
  readonly error?: string;
}

/** What the suite inside the extension host hands to the process that started it. */
export interface HostResults {
  readonly node: string;
  readonly tests: readonly HostTestResult[];
}
