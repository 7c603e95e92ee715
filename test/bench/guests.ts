// Eight guests at once, each of which talks without a pause: does everyone get their turn, and does memory stay?
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { readBuildDirectory } from '../../src/barrelfish/build-directory.ts';
import { parseMenuList } from '../../src/barrelfish/menu-list.ts';
import { planBoot } from '../../src/guest/boot-plan.ts';
import { Findings } from '../../src/guest/findings.ts';
import { Guest } from '../../src/guest/guest.ts';
import { SerialRecord } from '../../src/guest/serial-record.ts';
import { readFacts } from '../../src/host/facts.ts';
import { LocalConnection } from '../../src/host/local-connection.ts';
import { buildGuest } from '../guest/build.ts';
import { limited, type Measurement, type Result } from './measurement.ts';

const GUESTS = 8;
const WARM_UP_MS = 20_000;
/** Memory that may come on top of what there is after the warm-up, and of what is kept of the lines, which has its limit. */
const MOST_MIB = 12;
/** What the slowest has sent, against the fastest: they share two cores. */
const LEAST_SHARE = 0.25;
/** What a guest has said and we haven't read. */
const MOST_BEHIND_KIB = 256;
const MIB = 1024 * 1024;

interface Talking {
  guest: Guest;
  findings: Findings;
}

async function start(directory: string): Promise<Talking[]> {
  const here = new LocalConnection('here');
  const facts = await readFacts(here);
  const { buildDirectory } = await buildGuest();
  const build = await readBuildDirectory(buildDirectory);
  if (!build) throw new Error(`${buildDirectory} is no build directory.`);
  const menuPath = path.join(buildDirectory, 'platforms/x86/menu.lst.x86_64');
  const menu = parseMenuList(await readFile(menuPath, 'utf8'));
  const { spec } = await planBoot({
    build,
    menu,
    menuPath,
    devices: [],
    options: { accelerator: 'tcg', memoryMiB: 64 },
  });
  const talking: Talking[] = [];
  for (let number = 0; number < GUESTS; number += 1) {
    const guest = await Guest.start(here, facts, { ...spec, name: `guest ${String(number)}` });
    SerialRecord.start(directory, guest.session, guest.serial, { kept: GUESTS });
    talking.push({ guest, findings: new Findings(guest, () => undefined) });
    await prompt(guest);
    // More than it can say in the time.
    await guest.serial.write('flood 2000\r');
  }
  return talking;
}

async function prompt({ serial }: Guest): Promise<void> {
  const shown = Promise.withResolvers<undefined>();
  let end = '';
  using _listening = serial.listen(
    (chunk) => {
      end = (end + chunk.toString('latin1')).slice(-3);
      if (end === '\n> ') shown.resolve(undefined);
    },
    { replay: true },
  );
  await shown.promise;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What is in use once all that isn't has been swept, but for what is kept of the lines. */
function memoryMiB(talking: readonly Talking[]): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  const kept = talking.map(({ guest: { serial } }) => serial.received - serial.keptFrom);
  return (heapUsed + external - kept.reduce((sum, each) => sum + each, 0)) / MIB;
}

async function results(talking: readonly Talking[], minutes: number): Promise<Result[]> {
  await delay(WARM_UP_MS);
  const memory = memoryMiB(talking);
  const before = talking.map(({ guest }) => guest.serial.received);
  await delay(minutes * 60_000);
  const said = talking.map(({ guest }, index) => guest.serial.received - (before[index] ?? 0));
  const behind = await Promise.all(
    talking.map(async ({ guest }) => {
      const received = guest.serial.received;
      return (await stat(path.join(guest.session.directory, 'serial.out'))).size - received;
    }),
  );
  const share = Math.min(...said) / Math.max(...said);
  return [
    limited(
      `${String(GUESTS)} guests, ${String(minutes)} min: memory grown`,
      memoryMiB(talking) - memory,
      'MiB',
      MOST_MIB,
    ),
    limited('fastest guest against the slowest', 1 / share, '×', 1 / LEAST_SHARE),
    limited('said and not read yet, at most', Math.max(...behind) / 1024, 'KiB', MOST_BEHIND_KIB),
  ];
}

export const guests: Measurement = {
  name: 'guests',
  title: `${String(GUESTS)} guests that talk without a pause`,
  run: async ({ guestMinutes }) => {
    const directory = await mkdtemp(path.join(tmpdir(), 'guests-'));
    process.env['XDG_STATE_HOME'] = path.join(directory, 'state');
    let talking: Talking[] = [];
    try {
      talking = await start(path.join(directory, 'records'));
      return await results(talking, guestMinutes);
    } finally {
      await Promise.all(talking.map(({ guest }) => guest.kill()));
      await rm(directory, { recursive: true, force: true });
    }
  },
};
