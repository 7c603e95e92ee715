// From an edited module to a booted guest: what a boot does for it, without the window, against `make` and the same QEMU
// in a shell. The guest is emulated.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { makeCommand } from '../../src/barrelfish/build-command.ts';
import { readBuildDirectory, type BuildDirectory } from '../../src/barrelfish/build-directory.ts';
import { targetsOf } from '../../src/barrelfish/build-needs.ts';
import { startBuild } from '../../src/barrelfish/build-process.ts';
import { MadeTargets } from '../../src/barrelfish/made-targets.ts';
import { parseMenuList, type MenuList } from '../../src/barrelfish/menu-list.ts';
import { deliverFiles, planBoot } from '../../src/guest/boot-plan.ts';
import { Findings } from '../../src/guest/findings.ts';
import { Guest } from '../../src/guest/guest.ts';
import type { MachineSpec } from '../../src/guest/machine.ts';
import { qemuCommand } from '../../src/guest/qemu-arguments.ts';
import { SerialRecord } from '../../src/guest/serial-record.ts';
import { readFacts, type HostFacts } from '../../src/host/facts.ts';
import { LocalConnection } from '../../src/host/local-connection.ts';
import { runProcess } from '../../src/host/processes.ts';
import { copyOfGuest } from '../guest/build.ts';
import { menuPath } from '../guest/rules.ts';
import { atExit } from '../vscode/at-exit.ts';
import { median, milliseconds, takeTurns, type Measurement } from './measurement.ts';

const ROUNDS = 9;
const MOST = 1.05;
const MOST_MORE_MS = 200;
const EDITED = 'cpu/main.c';
const USABLE = 'fish v0.2';
const PLACE = { wrapper: [], pathMap: {} };
const here = new LocalConnection('here');

interface Bench {
  build: BuildDirectory;
  menu: MenuList;
  facts: HostFacts;
  /** Of the guests' logs. */
  directory: string;
  made: MadeTargets;
}

async function make({ build }: Bench, targets: readonly string[]): Promise<void> {
  let output = '';
  const { ended } = startBuild(makeCommand(build, targets, { place: PLACE }), (text) => (output += text));
  if ((await ended) !== 0) throw new Error(output);
}

async function machine({ build, menu }: Bench): Promise<MachineSpec> {
  const options = { accelerator: 'tcg' as const, memoryMiB: 64 };
  return deliverFiles(here, await planBoot({ build, menu, menuPath, devices: [], options }));
}

async function bootOurs(bench: Bench): Promise<void> {
  const { build, menu, facts, directory, made } = bench;
  const targets = targetsOf(build, menu);
  await made.bringUpToDate(build, targets, () => make(bench, targets));
  const usable = Promise.withResolvers<undefined>();
  const guest = await Guest.start(here, facts, await machine(bench), {
    beforeRun: (started) => {
      SerialRecord.start(directory, started.session, started.serial, { kept: 1 });
      const findings = new Findings(started, () => {
        if (findings.progress.stage === 'usable') usable.resolve(undefined);
      });
    },
  });
  try {
    await Promise.race([usable.promise, guest.ended]);
  } finally {
    await guest.kill();
  }
}

/** As one would type it: the same goals, the same machine, the serial line in the terminal. */
async function bootByHand(bench: Bench, spec: MachineSpec): Promise<void> {
  const { build, menu } = bench;
  const { argv } = makeCommand(build, targetsOf(build, menu), { place: PLACE });
  const script = '"$@" >&2 && exec "${QEMU[@]}"';
  const words = qemuCommand(spec).map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`);
  const child = spawn('/bin/bash', ['-c', `QEMU=(${words.join(' ')}); ${script}`, 'sh', ...argv], {
    cwd: spec.directory,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const forget = atExit(() => child.kill('SIGKILL'));
  const ended = once(child, 'exit');
  let said = '';
  for await (const text of child.stdout.setEncoding('latin1')) {
    said += String(text);
    if (said.includes(USABLE)) break;
  }
  child.kill('SIGKILL');
  await ended;
  forget();
  if (!said.includes(USABLE)) throw new Error(`The guest did not come up:\n${said}`);
}

async function open(root: string): Promise<Bench> {
  const { buildDirectory } = await copyOfGuest(root);
  const build = await readBuildDirectory(buildDirectory);
  if (!build) throw new Error(`${buildDirectory} is no build directory.`);
  return {
    build,
    menu: parseMenuList(await readFile(path.join(buildDirectory, menuPath), 'utf8')),
    facts: await readFacts(here),
    directory: path.join(root, 'records'),
    made: new MadeTargets((argv) => runProcess(argv, { host: 'localhost' })),
  };
}

export const loop: Measurement = {
  name: 'loop',
  title: 'from an edited module to a guest that is usable',
  run: async () => {
    const root = await mkdtemp(path.join(tmpdir(), 'loop-'));
    process.env['XDG_STATE_HOME'] = path.join(root, 'state');
    try {
      const bench = await open(root);
      const spec = await machine(bench);
      const edited = path.join(bench.build.sourceDirectory, EDITED);
      const after = (boot: () => Promise<void>) => async (): Promise<number> => {
        await appendFile(edited, '// edited\n');
        return milliseconds(boot);
      };
      const times = await takeTurns(
        ROUNDS,
        after(() => bootOurs(bench)),
        after(() => bootByHand(bench, spec)),
      );
      const [ours, reference] = [median(times.ours), median(times.reference)];
      return [
        {
          name: 'edited module to a usable guest',
          ...{ ours, reference, ratio: ours / reference, unit: 'ms' },
          bar: `≤ ${String(MOST)}× + ${String(MOST_MORE_MS)} ms`,
          ok: ours <= MOST * reference + MOST_MORE_MS,
        },
      ];
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  },
};
