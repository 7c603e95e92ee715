import { runAsRoot, type RootJob, type RootOptions } from './as-root.ts';
import type { Connection, RunResult } from './connection.ts';
import { elevatedScript, HELPER } from './elevated-script.ts';
import type { HostFacts } from './facts.ts';
import { Failure } from './failure.ts';
import { describeStep, planText, type Plan } from './plan.ts';

export type { AskPassword, WayUp } from './as-root.ts';

export interface ElevationOptions extends RootOptions {
  /** Called as each step is done, with the number of steps done so far. */
  onStep?: (done: number) => void;
}

/** Gives the script its plan, which is not read from sudo's standard input: a password is. */
const FEED = 'exec /bin/sh -c "$1" barrelfish-elevated <<PLAN\n$2\nPLAN\n';

/**
 * Runs a plan as root. Throws `plan-failed` when a step failed, `elevation-failed` when root rights could not be had,
 * `taken` when somebody was quicker, `cancelled` when the user would not give a password.
 */
export async function runPlan(
  connection: Connection,
  facts: HostFacts,
  plan: Plan,
  options: ElevationOptions = {},
): Promise<void> {
  if (plan.steps.length === 0) return;
  judge(plan, await runAsRoot(connection, facts, jobOf(facts, plan), options), options);
}

function jobOf(facts: HostFacts, plan: Plan): RootJob {
  const text = planText(plan);
  return {
    argv: ['/bin/sh', '-c', FEED, 'barrelfish', elevatedScript, text],
    fed: { argv: ['/bin/sh', '-c', elevatedScript, 'barrelfish-elevated'], stdin: text },
    installed: facts.helper === 'current' ? { argv: [HELPER], stdin: text } : undefined,
    isAnswer: (output) => /^(?:ok \d+|(?:failed|hung|refused) \d.*|done)$/m.test(output),
  };
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
