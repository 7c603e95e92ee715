// Measures what has to be fast: `npm run bench`, `npm run bench -- snapshot boot`, `npm run bench -- --json`.
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { packageExtension } from '../e2e/package.ts';
import { atExit } from '../vscode/at-exit.ts';
import { signalMarked } from '../vscode/marked-processes.ts';
import { outputRoot } from '../vscode/paths.ts';
import { setUpServer } from '../vscode/setup.ts';
import { activation } from './activation.ts';
import { boot } from './boot.ts';
import { debug } from './debug.ts';
import { guests } from './guests.ts';
import { languages } from './languages.ts';
import { loop } from './loop.ts';
import { makeTargets } from './make-targets.ts';
import type { Measurement, Result } from './measurement.ts';
import { packageSize } from './package-size.ts';
import { serial } from './serial.ts';
import { serialScan } from './serial-scan.ts';
import { snapshot } from './snapshot.ts';
import { verdict } from './verdict.ts';

const measurements: readonly Measurement[] = [
  snapshot,
  verdict,
  packageSize,
  activation,
  boot,
  serial,
  guests,
  makeTargets,
  loop,
  serialScan,
  languages,
  debug,
];

/** The emulated UART moves some 200 kB a second: 64 MiB, twice, would take more than ten minutes. */
const SERIAL_MIB = 16;

function rounded(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(3));
}

function table(results: readonly Result[]): string {
  const text = (value: number | null, unit: string): string => (value === null ? '' : `${String(value)} ${unit}`);
  const rows = results.map(({ name, ours, reference, ratio, unit, bar, ok }) => [
    name,
    text(ours, unit),
    text(reference, unit),
    ratio === null ? '' : `${ratio.toFixed(2)}×`,
    bar,
    ok ? 'ok' : 'MISSED',
  ]);
  const lines = [['', 'ours', 'reference', 'ratio', 'bar', ''], ...rows];
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  return lines
    .map((line) =>
      line.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))),
    )
    .map((line) => line.join('  ').trimEnd())
    .join('\n');
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    'serial-mb': { type: 'string', default: String(SERIAL_MIB) },
    'guest-minutes': { type: 'string', default: '1' },
  },
});
const unknown = positionals.filter((name) => !measurements.some((each) => each.name === name));
const serialMiB = Number(values['serial-mb']);
const guestMinutes = Number(values['guest-minutes']);
if (unknown.length > 0 || !(serialMiB > 0) || !(guestMinutes > 0)) {
  console.error(
    `There is: ${measurements.map(({ name }) => name).join(', ')}; --json; --serial-mb N; --guest-minutes N.`,
  );
  process.exit(2);
}

// Guests and debuggers outlive what has started them.
const mark = { name: 'BARRELFISH_BENCH', value: randomUUID() };
process.env[mark.name] = mark.value;
atExit(() => signalMarked(mark, 'SIGKILL'));

mkdirSync(outputRoot, { recursive: true });
await setUpServer();
// What is measured is what ships now, not what was built the last time.
await packageExtension();
const results: Result[] = [];
for (const measurement of measurements) {
  if (positionals.length > 0 && !positionals.includes(measurement.name)) continue;
  if (!values.json) console.log(`• ${measurement.name}: ${measurement.title} …`);
  for (const result of await measurement.run({ serialMiB, guestMinutes })) {
    const { ours, reference, ratio } = result;
    results.push({ ...result, ours: rounded(ours) ?? NaN, reference: rounded(reference), ratio: rounded(ratio) });
  }
}
console.log(values.json ? JSON.stringify(results, undefined, 2) : `\n${table(results)}`);
if (results.some(({ ok }) => !ok)) process.exitCode = 1;
