// Runs the tests, tier by tier, and sums up. Without arguments all of them: `npm test -- unit host` runs only those.
import { mkdirSync } from 'node:fs';
import process from 'node:process';
import { runChild } from './child.ts';
import { describe, sum, type Outcome } from './outcome.ts';
import { tiers, type Tier } from './tiers.ts';
import { outputRoot } from './vscode/paths.ts';
import { setUpServer } from './vscode/setup.ts';

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}

function chosenTiers(names: readonly string[]): readonly Tier[] {
  const unknown = names.filter((name) => !tiers.some((tier) => tier.name === name));
  if (unknown.length > 0) {
    console.error(
      `There is no tier ${unknown.join(', ')}. The tiers are: ${tiers.map(({ name }) => name).join(', ')}.`,
    );
    process.exit(2);
  }
  return names.length === 0 ? tiers : tiers.filter(({ name }) => names.includes(name));
}

async function runTier(tier: Tier): Promise<Outcome> {
  const start = performance.now();
  if (!tier.early) console.log(`\n• ${tier.name}: ${tier.title} …`);
  let outcome: Outcome;
  try {
    outcome = await tier.run();
  } catch (error) {
    console.error(error);
    outcome = { passed: 0, failed: 1, skipped: 0 };
  }
  if (outcome.passed + outcome.failed + outcome.skipped === 0) {
    console.error(`${tier.name}: not one test ran.`);
    outcome = { passed: 0, failed: 1, skipped: 0 };
  }
  console.log(`• ${tier.name}: ${describe(outcome)} in ${seconds(start)}`);
  return outcome;
}

/** What the tiers in VS Code need; says why if it cannot be had. */
async function setUpVsCode(): Promise<boolean> {
  const start = performance.now();
  try {
    await setUpServer();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return false;
  }
  const { status, output } = await runChild([process.execPath, 'esbuild.mjs'], { quiet: true });
  if (status !== 0) console.error(output);
  else console.log(`• VS Code server and build: ready after ${seconds(start)}`);
  return status === 0;
}

const start = performance.now();
const chosen = chosenTiers(process.argv.slice(2));
mkdirSync(outputRoot, { recursive: true });

const outcomes = new Map<Tier, Outcome>();
const runAll = async (some: readonly Tier[]) => {
  for (const tier of some) outcomes.set(tier, await runTier(tier));
};
const early = runAll(chosen.filter((tier) => tier.early));
const ready = chosen.some((tier) => tier.needsVsCode) ? await setUpVsCode() : true;
await early;
for (const tier of chosen.filter((each) => !each.early)) {
  if (ready || !tier.needsVsCode) await runAll([tier]);
  else outcomes.set(tier, { passed: 0, failed: 1, skipped: 0 });
}

console.log('');
for (const [tier, outcome] of outcomes) console.log(`  ${tier.name.padEnd(6)} ${describe(outcome)}`);
const total = sum([...outcomes.values()]);
console.log(`  all in ${seconds(start)}\n`);
if (total.failed > 0) process.exitCode = 1;
console.log(describe(total));
