// The language server as an editor sees it: reading a whole source tree, and answering while somebody types. On a tree of
// our own of the real one's size, and on a real one where BARRELFISH_SRC names it.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { bundledServer, LanguageSession } from '../fixtures/language-session.ts';
import { MadeTree } from '../fixtures/made-tree.ts';
import { madeSources } from './made-sources.ts';
import { limited, median, type Measurement, type Result } from './measurement.ts';

const ROUNDS = 5;
const STROKES = 200;
const MOST = { coldMs: 1500, cachedMs: 400, memoryMiB: 250, strokeMs: 30, answerMs: 15, bundleKB: 400 };

interface Subject {
  readonly name: string;
  readonly tree: string;
  /** The largest register file. */
  readonly largest: string;
}

/** Milliseconds from the start of the process until the whole tree is known, and what it needed at most. */
async function readTree(tree: string, storage: string): Promise<{ ms: number; memoryMiB: number }> {
  const start = performance.now();
  await using session = await LanguageSession.start({ folders: [tree], server: bundledServer, storage });
  await session.read(tree);
  return { ms: performance.now() - start, memoryMiB: peakMemory(session.pid) };
}

function peakMemory(pid: number): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1]) / 1024;
}

async function reading({ name, tree }: Subject): Promise<Result[]> {
  const storage = mkdtempSync(path.join(tmpdir(), 'languages-'));
  try {
    const cold: { ms: number; memoryMiB: number }[] = [];
    const cached: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      rmSync(storage, { recursive: true });
      cold.push(await readTree(tree, storage));
      cached.push((await readTree(tree, storage)).ms);
    }
    return [
      limited(`${name}: reading all, cold`, median(cold.map(({ ms }) => ms)), 'ms', MOST.coldMs),
      limited(`${name}: memory for it`, Math.max(...cold.map(({ memoryMiB }) => memoryMiB)), 'MiB', MOST.memoryMiB),
      limited(`${name}: reading all, from the cache`, median(cached), 'ms', MOST.cachedMs),
    ];
  } finally {
    rmSync(storage, { recursive: true, force: true });
  }
}

function percentile95(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.95)] ?? NaN;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Types a comment into the middle of the largest file, and asks at many places of it. */
async function typing({ name, tree, largest }: Subject): Promise<Result[]> {
  await using session = await LanguageSession.start({ folders: [tree], server: bundledServer });
  await session.read(tree);
  const text = readFileSync(largest, 'utf8');
  const uri = await session.open(largest, 'barrelfish-mackerel', text);
  await session.diagnostics(uri);
  const lines = text.split('\n');
  const strokes: number[] = [];
  const answers: Record<'hover' | 'completion', number[]> = { hover: [], completion: [] };
  for (let stroke = -20; stroke < STROKES; stroke++) {
    const line = ((stroke + 20) * 37) % (lines.length - 1);
    const end = { line, character: lines[line]?.length ?? 0 };
    const change = { range: { start: end, end }, text: ' ' };
    const ms = await timed(async () => session.diagnostics(uri, await session.change(uri, [change])));
    lines[line] = `${lines[line] ?? ''} `;
    const position = { line, character: Math.floor(end.character / 2) };
    for (const what of ['hover', 'completion'] as const) {
      const took = await timed(() => session.ask(`textDocument/${what}`, { textDocument: { uri }, position }));
      if (stroke >= 0) answers[what].push(took);
    }
    if (stroke >= 0) strokes.push(ms); // the first ones only warm up the compiler
  }
  const size = `${String(Math.round(text.length / 1000))} kB`;
  return [
    limited(`${name}: keystroke to diagnostics, ${size}, p95`, percentile95(strokes), 'ms', MOST.strokeMs),
    limited(`${name}: hover, p95`, percentile95(answers.hover), 'ms', MOST.answerMs),
    limited(`${name}: completion, p95`, percentile95(answers.completion), 'ms', MOST.answerMs),
  ];
}

export const languages: Measurement = {
  name: 'languages',
  title: 'the language server, from the start of its process',
  run: async () => {
    using made = new MadeTree(madeSources());
    const real = process.env['BARRELFISH_SRC'];
    const subjects: Subject[] = [
      { name: 'own samples', tree: made.root, largest: made.path('devices/large.dev') },
      ...(real ? [{ name: 'real tree', tree: real, largest: path.join(real, 'devices/armv8.dev') }] : []),
    ];
    const found: Result[] = [];
    for (const subject of subjects) found.push(...(await reading(subject)), ...(await typing(subject)));
    return [...found, limited('the bundle', statSync(bundledServer).size / 1000, 'kB', MOST.bundleKB)];
  },
};
