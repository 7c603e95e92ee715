import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export interface ReportedStep {
  name: string;
  ok: boolean;
  seconds: number;
  /** What was seen, or why it failed. */
  evidence: string;
}

/** What the demo did and saw, written after each step so that an interrupted run leaves its story too. */
export class Report {
  readonly #directory: string;
  readonly #steps: ReportedStep[] = [];
  readonly #screenshots: string[] = [];

  constructor(directory: string) {
    this.#directory = directory;
    mkdirSync(directory, { recursive: true });
  }

  /** Says the step, does it and notes how it went. Throws what the step throws. */
  async step(name: string, run: () => Promise<string>): Promise<void> {
    const start = performance.now();
    process.stdout.write(`• ${name} … `);
    const note = (ok: boolean, evidence: string): void => {
      const seconds = Math.round((performance.now() - start) / 100) / 10;
      console.log(`${ok ? '✔' : '✖'} ${seconds.toFixed(1)} s  ${evidence.split('\n')[0] ?? ''}`);
      this.#steps.push({ name, ok, seconds, evidence });
      this.#write();
    };
    try {
      note(true, await run());
    } catch (error) {
      note(false, error instanceof Error ? error.message : String(error));
      throw error;
    }
  }

  /** Path for a picture, which becomes part of the report. */
  picture(name: string): string {
    const file = path.join(this.#directory, `${(this.#screenshots.length + 1).toString()}-${name}.png`);
    this.#screenshots.push(file);
    this.#write();
    return file;
  }

  #write(): void {
    const report = { steps: this.#steps, screenshots: this.#screenshots };
    writeFileSync(path.join(this.#directory, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
  }
}
