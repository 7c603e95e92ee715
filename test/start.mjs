// What `npm test` and `npm run demo` start: on a fresh Debian or Ubuntu with Node 20 and npm it installs what is missing,
// and then hands over to Node 24. So it uses nothing but Node itself, and no TypeScript.
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statfsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { findBrowser, installPackages } from './start/debian.mjs';
import { endLeftovers, root, run, SetUpError, step, wasInterrupted } from './start/steps.mjs';

/** These need no packages. */
const lightTiers = ['lint', 'types', 'unit'];

const programs = { test: 'test/run.ts', demo: 'test/demo/main.ts' };

const GIB = 2 ** 30;
const NEEDED_BYTES = 4 * GIB;

function checkSystem() {
  if (process.platform !== 'linux')
    throw new SetUpError('The tests need Linux, because what they test is for Linux hosts.');
  if (Number(process.versions.node.split('.')[0]) < 20) {
    throw new SetUpError(`Node ${process.versions.node} is too old. Install Node 20 or later: https://nodejs.org/`);
  }
  const { bavail, bsize } = statfsSync(root);
  if (!existsSync(path.join(root, 'node_modules')) && bavail * bsize < NEEDED_BYTES) {
    const free = (bavail * bsize) / GIB;
    throw new SetUpError(
      `Only ${free.toFixed(1)} GiB are free in ${root}, and ${String(NEEDED_BYTES / GIB)} GiB are needed. Make room there.`,
    );
  }
}

/**
 * Whether what npm says it has installed is what the lock file asks for.
 * @returns {boolean}
 */
function modulesMatchLock() {
  /** @typedef {{ version?: string, optional?: boolean }} Package */
  /** @type {(file: string) => Map<string, Package>} */
  const read = (file) => {
    /** @type {unknown} */
    const lock = JSON.parse(readFileSync(path.join(root, file), 'utf8'));
    const { packages } = /** @type {{ packages: Record<string, Package> }} */ (lock);
    return new Map(Object.entries(packages).filter(([location]) => location !== ''));
  };
  // npm writes it last, so an interrupted installation has none.
  if (!existsSync(path.join(root, 'node_modules/.package-lock.json'))) return false;
  const installed = read('node_modules/.package-lock.json');
  const wanted = read('package-lock.json');
  const missing = [...wanted].some(([location, { version, optional }]) => {
    const found = installed.get(location);
    // Optional packages for another kind of machine stay away.
    return found === undefined ? optional !== true : found.version !== version;
  });
  return !missing && [...installed.keys()].every((location) => wanted.has(location));
}

const npmAdvice = () => 'npm could not install the packages. Is there a network, and does `npm ping` answer?';

async function installModules() {
  if (modulesMatchLock()) return;
  await step('Installing npm packages (1 GB)', async () => {
    await run(['npm', 'ci'], { quiet: true, explain: npmAdvice });
  });
}

function modernNode() {
  const packaged = path.join(root, 'node_modules/.bin/node');
  if (existsSync(packaged)) return packaged;
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  throw new SetUpError(
    `No Node 24 comes with the npm packages for this machine (${process.arch}). Install it and run this with it.`,
  );
}

async function main() {
  const [what = '', ...args] = process.argv.slice(2);
  if (what !== 'test' && what !== 'demo') throw new SetUpError('Usage: node test/start.mjs test|demo [argument …]');
  checkSystem();
  const isLight = what === 'test' && args.length > 0 && args.every((arg) => lightTiers.includes(arg));
  if (!isLight) await installPackages();
  await installModules();
  const node = modernNode();
  if (what === 'demo') {
    await step('Setting up the VS Code server', async () => {
      await run([node, 'test/vscode/setup.ts'], { quiet: true, explain: npmAdvice });
    });
  }

  mkdirSync(path.join(root, 'out'), { recursive: true });
  const mark = { name: 'BARRELFISH_TEST_RUN', value: randomUUID() };
  const browser = findBrowser();
  const env = {
    ...process.env,
    ...(browser === undefined ? {} : { CHROMIUM: browser }),
    PATH: `${path.dirname(node)}${path.delimiter}${process.env['PATH'] ?? ''}`,
    [mark.name]: mark.value,
  };
  try {
    process.exitCode = await run([node, programs[what], ...args], { env });
  } finally {
    await endLeftovers(`${mark.name}=${mark.value}`);
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof SetUpError)) throw error;
  console.error(error.message);
  process.exitCode = wasInterrupted() ? 130 : 1;
}
