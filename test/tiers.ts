// The tiers of the test run: each says what it needs first, and how it comes to its outcome.
import { existsSync, globSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { packaged, runChild, type ChildOptions } from './child.ts';
import { packageExtension } from './e2e/package.ts';
import type { HostResults } from './host/results.ts';
import { sum, type Outcome } from './outcome.ts';
import { temporaryDirectory } from './temporary-directory.ts';
import { outputRoot, projectRoot } from './vscode/paths.ts';

export interface Tier {
  readonly name: string;
  readonly title: string;
  /** Runs beside the set-up, because it takes no note of time and touches nothing. */
  readonly early: boolean;
  /** Needs the VS Code server and a build. */
  readonly needsVsCode: boolean;
  run(): Promise<Outcome>;
}

/** Programs that together count as one test. What they say is shown only if one of them fails. */
async function check(commands: readonly (readonly string[])[]): Promise<Outcome> {
  let failed = false;
  for (const command of commands) {
    const { status, output } = await runChild(command, { quiet: true });
    if (status === 0) continue;
    failed = true;
    console.log(`$ ${path.basename(command[0] ?? '')} ${command.slice(1).join(' ')}\n${output}`);
  }
  return { passed: failed ? 0 : 1, failed: failed ? 1 : 0, skipped: 0 };
}

/** A tier whose results cannot be read has failed, whatever its exit status says. */
function readResults(file: string): unknown {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

/** A process that fails although no test of its did has failed in some other way, which has to count too. */
function withStatus(counts: Outcome | undefined, status: number): Outcome {
  const known = counts ?? { passed: 0, failed: 0, skipped: 0 };
  return status !== 0 && known.failed === 0 ? { ...known, failed: 1 } : known;
}

/** Runs Node's test runner, and reads its counts. */
async function runTests(name: string, args: readonly string[], options: ChildOptions = {}): Promise<Outcome> {
  const results = path.join(outputRoot, `${name}-results.json`);
  rmSync(results, { force: true });
  const reporters = [
    ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
    ...['--test-reporter=./test/count-reporter.ts', `--test-reporter-destination=${results}`],
  ];
  const { status, output } = await runChild([process.execPath, ...reporters, ...args], options);
  if (output !== '') console.log(output);
  return withStatus(readResults(results) as Outcome | undefined, status);
}

async function nodeTests(name: string, patterns: readonly string[], concurrency: number): Promise<Outcome> {
  const files = patterns.flatMap((pattern) => globSync(pattern, { cwd: projectRoot })).sort();
  // Without a file, Node would look for tests by itself.
  if (files.length === 0) return { passed: 0, failed: 0, skipped: 0 };
  return runTests(name, ['--test', `--test-concurrency=${String(concurrency)}`, ...files]);
}

/** About half of the time that all rooms need; the others run beside them. */
const HALF_OF_THE_ROOMS = ['diagnosis', 'guest', 'language', 'server'];

async function unitTests(): Promise<Outcome> {
  const all = globSync('test/unit/*/', { cwd: projectRoot }).map((room) => path.basename(room));
  const halves = [HALF_OF_THE_ROOMS, all.filter((room) => !HALF_OF_THE_ROOMS.includes(room))];
  // For the processes that tests start: what one of them has compiled the next one takes.
  const env = { NODE_COMPILE_CACHE: path.join(projectRoot, '.cache/compiled'), TMPDIR: temporaryDirectory() };
  const outcomes = halves.map((rooms, index) =>
    runTests(`unit-${String(index + 1)}`, ['test/unit/rooms.ts', ...rooms], { quiet: true, env }),
  );
  return sum(await Promise.all(outcomes));
}

async function hostTests(): Promise<Outcome> {
  const file = path.join(outputRoot, 'host-results.json');
  const { status } = await runChild([process.execPath, 'test/host/run.ts']);
  const results = readResults(file) as HostResults | undefined;
  const counts = results?.tests.map(({ outcome }) => ({
    passed: outcome === 'passed' ? 1 : 0,
    failed: outcome === 'failed' ? 1 : 0,
    skipped: outcome === 'skipped' ? 1 : 0,
  }));
  return withStatus(counts === undefined ? undefined : sum(counts), status);
}

export const tiers: readonly Tier[] = [
  {
    name: 'lint',
    title: 'ESLint, Prettier, Knip',
    early: true,
    needsVsCode: false,
    run: () =>
      check([
        [packaged('eslint'), '--cache', '--cache-location', '.cache/eslint/', '.'],
        [
          packaged('prettier'),
          '--check',
          '--cache',
          '--cache-location',
          '.cache/prettier',
          '--log-level',
          'warn',
          '.',
          '!.cache',
        ],
        [packaged('knip')],
      ]),
  },
  {
    name: 'types',
    title: 'TypeScript',
    early: true,
    needsVsCode: false,
    run: () =>
      check([
        [packaged('tsc'), '-p', '.'],
        [packaged('tsc'), '-p', 'test/host'],
      ]),
  },
  {
    name: 'unit',
    title: 'the core in plain Node',
    early: false,
    needsVsCode: false,
    run: unitTests,
  },
  {
    name: 'lab',
    title: 'the test guest and the lab',
    early: false,
    needsVsCode: false,
    run: () =>
      nodeTests(
        'lab',
        ['test/guest/**/*.test.ts', 'test/guest-run/**/*.test.ts', 'test/lab/**/*.test.ts'],
        // A lab is emulated by one processor at a time, and waits for itself.
        2,
      ),
  },
  {
    name: 'host',
    title: "inside VS Code's extension host",
    early: false,
    needsVsCode: true,
    run: hostTests,
  },
  {
    name: 'e2e',
    title: 'the packaged extension in VS Code, driven in a browser',
    early: false,
    needsVsCode: true,
    run: async () => {
      await packageExtension();
      return nodeTests('e2e', ['test/e2e/**/*.test.ts'], 1);
    },
  },
];
