import { readFileSync } from 'node:fs';
import type { Argv, Connection, RunOptions, RunResult } from './connection.ts';
import type { HostFacts } from './facts.ts';
import { Failure } from './failure.ts';
import { describeStep, planText, type Plan } from './plan.ts';

const script = readFileSync(new URL('./elevated.sh', import.meta.url), 'utf8');
const SCRIPT: Argv = ['/bin/sh', '-c', script, 'barrelfish-elevated'];
/** In the language that we read its answers in. */
const SUDO: Argv = ['env', 'LC_ALL=C', 'sudo'];
const PLAN_TIMEOUT_MS = 60_000;

/** Asks the user for the password of `user` on a host; undefined when they won't say. `again`: the last was wrong. */
export type AskPassword = (question: { host: string; user: string; again: boolean }) => Promise<string | undefined>;

export interface ElevationOptions extends Pick<RunOptions, 'signal'> {
  askPassword?: AskPassword;
  /** Called as each step is done, with the number of steps done so far. */
  onStep?: (done: number) => void;
}

/**
 * Runs a plan as root: at once when we are root, else through `sudo`, first without a password and then with one that
 * goes to sudo's standard input and nowhere else. Throws `plan-failed` when a step failed, `elevation-failed` when root
 * rights could not be had, `taken` when somebody was quicker, `cancelled` when the user would not give a password.
 */
export async function runPlan(
  connection: Connection,
  facts: HostFacts,
  plan: Plan,
  options: ElevationOptions = {},
): Promise<void> {
  if (plan.steps.length === 0) return;
  const text = planText(plan);
  const run = { signal: options.signal, timeoutMs: PLAN_TIMEOUT_MS };
  if (facts.uid === 0) {
    judge(plan, await connection.run(SCRIPT, { ...run, stdin: text }), options);
    return;
  }
  const quiet = await connection.run([...SUDO, '-n', '--', ...SCRIPT], { ...run, stdin: text });
  if (isAnswer(quiet)) {
    judge(plan, quiet, options);
    return;
  }
  if (!/password is required|a terminal is required/.test(quiet.stderr)) throw sudoFailure(connection, quiet);
  for (let again = false; ; again = true) {
    const password = await options.askPassword?.({ host: connection.name, user: facts.user, again });
    if (password === undefined) throw new Failure('cancelled', undefined);
    // -k: sudo asks even if it remembers, so the first line of standard input is always the password. Should it not be
    // read, it isn't a plan's head either, and the script refuses it without repeating it.
    const result = await connection.run([...SUDO, '-k', '-S', '-p', '', '--', ...SCRIPT], {
      ...run,
      stdin: `${password}\n${text}`,
    });
    if (isAnswer(result)) {
      judge(plan, result, options);
      return;
    }
    if (!/incorrect password|Sorry, try again|no password was provided/.test(result.stderr))
      throw sudoFailure(connection, result);
  }
}

function sudoFailure(connection: Connection, result: RunResult): Failure {
  return new Failure('elevation-failed', {
    host: connection.name,
    cause: /not in the sudoers|not allowed|may not run/.test(result.stderr) ? 'not-allowed' : 'no-way',
    detail: result.exitCode === 127 ? 'sudo is not installed' : result.stderr.trim(),
  });
}

/** The script spoke, so it ran as root. */
function isAnswer(result: RunResult): boolean {
  return /^(ok|failed|hung|refused|done)\b/m.test(result.stdout.toString('utf8'));
}

function judge(plan: Plan, result: RunResult, options: ElevationOptions): void {
  const output = result.stdout.toString('utf8').trim().split('\n');
  options.onStep?.(output.filter((line) => line.startsWith('ok ')).length);
  if (output.at(-1) === 'done') return;
  const [, how, number, why] = output.flatMap((line) => /^(failed|hung|refused) (\d+)(?: (.*))?$/.exec(line) ?? []);
  const step = plan.steps[Number(number) - 1]?.do;
  if (step?.op === 'record') {
    const [, from = '', user, since] = /^taken: (\S+) \d+ (\S+) (\d+)\s*$/.exec(why ?? '') ?? [];
    if (user !== undefined) throw new Failure('taken', { address: step.address, user, since: Number(since), from });
  }
  throw new Failure('plan-failed', {
    step: step ? describeStep(step) : 'the plan',
    cause: why ?? (result.stderr.trim() || 'the elevated script ended early'),
    left: how === 'hung' ? 'hung' : !rolledBack(output) ? 'partly' : 'nothing',
  });
}

/** Everything that was done has been taken back, or nothing was done. */
function rolledBack(output: readonly string[]): boolean {
  if (output.some((line) => line.startsWith('stuck '))) return false;
  return output.at(-1) === 'rolled-back' || !output.some((line) => line.startsWith('ok '));
}
