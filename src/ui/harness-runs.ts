import path from 'node:path';
import { l10n } from 'vscode';
import type { BuildDirectory } from '../barrelfish/build-directory.ts';
import {
  madeTests,
  runHarnessTest,
  type MadeTest,
  type TestMachine,
  type TestVerdict,
} from '../barrelfish/harness-driver.ts';
import { findPython, harnessCommand, placedCommand, type PythonPlace } from '../barrelfish/harness-python.ts';
import { Failure } from '../host/failure.ts';
import { openProcess, runProcess } from '../host/processes.ts';
import type { BootConfigurations } from './boot-configurations.ts';
import type { Booting, BootWish } from './booting.ts';
import { buildChoice } from './build-choice.ts';
import type { BuildDirectories } from './build-directories.ts';
import { buildPlace } from './build-settings.ts';
import type { Builds } from './builds.ts';
import type { RunningGuest } from './guest-list.ts';
import { HarnessOutput } from './harness-output.ts';
import { guestSettings, pythonSettings } from './settings.ts';

/** Which test of which tree. */
export interface TestPlace {
  tree: string;
  file: string;
  name: string;
}

export interface TestWatcher {
  signal: AbortSignal;
  /** For a terminal. */
  onOutput: (text: string) => void;
  /** It has its machine; `log` is the file with all that it says. */
  onBooted: (log: string) => void;
}

interface Parts {
  booting: Booting;
  builds: Builds;
  buildDirectories: BuildDirectories;
  configurations: BootConfigurations;
}

const LOCAL = { host: 'localhost' };
const LIST_MS = 60_000;

/** Runs tests of a tree's harness in our guests. */
export class HarnessRuns {
  readonly #parts: Parts;
  /** Python that works, by tree and by what stands before it. */
  readonly #pythons = new Map<string, string>();
  /** What is in use, and until when: a device can be in one guest only. */
  readonly #busy = new Map<string, Promise<unknown>>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The tests that a file registers while it runs. Throws `harness-failed` and `program-missing`. */
  async made(tree: string, file: string): Promise<readonly MadeTest[]> {
    const where = this.#placeOf(await this.#knownBuild(tree), tree);
    const python = await this.#python(tree, where);
    await using driver = await openProcess(harnessCommand(python, tree, where, { file }), {
      ...LOCAL,
      signal: AbortSignal.timeout(LIST_MS),
    });
    return await madeTests(driver, file);
  }

  /**
   * Builds what a test needs, boots it as the chosen boot configuration says, and lets the test judge. Nothing of it runs
   * any more when this is over. Throws `cancelled`, `harness-failed`, and what building and booting throw.
   */
  async run({ tree, file, name }: TestPlace, { signal, onOutput, onBooted }: TestWatcher): Promise<TestVerdict> {
    const build = (await this.#knownBuild(tree)) ?? (await buildChoice());
    if (!build) throw new Failure('cancelled', undefined);
    const wish = await this.#wish();
    const where = this.#placeOf(build, tree);
    const python = await this.#python(tree, where);
    let log = '';
    using output = new HarnessOutput(onOutput, () =>
      l10n.t('There is more than is shown here; all of it is in {0}.', log),
    );
    const architecture = build.architectures.includes('x86_64') ? 'x86_64' : (build.architectures[0] ?? 'x86_64');
    const cores = wish.configuration?.cores ?? guestSettings().cores;
    return await this.#alone(wish, signal, async () => {
      const command = harnessCommand(python, tree, where, { file, test: name, architecture, cores });
      await using driver = await openProcess(command, {
        ...LOCAL,
        signal,
        onError: (text) => {
          output.text(text);
        },
      });
      try {
        return await runHarnessTest(driver, name, {
          build: (targets) => this.#parts.builds.make(build, targets, { signal }),
          boot: async (menu) => {
            const made = { build, name, menu: path.join('tools', 'harness', 'tests', file), text: menu };
            const running = await this.#parts.booting.boot({ ...wish, made, signal }, ignore);
            if (!running) throw new Failure('cancelled', undefined);
            log = running.log.file;
            onBooted(log);
            return machineOf(running, output);
          },
        });
      } catch (error) {
        if (signal.aborted) throw new Failure('cancelled', undefined);
        throw error;
      }
    });
  }

  /** The build directory of a tree, without asking anybody. */
  async #knownBuild(tree: string): Promise<BuildDirectory | undefined> {
    const { buildDirectories } = this.#parts;
    await buildDirectories.ready();
    const { all, chosen } = buildDirectories;
    return chosen?.sourceDirectory === tree ? chosen : all.find(({ sourceDirectory }) => sourceDirectory === tree);
  }

  #placeOf(build: BuildDirectory | undefined, tree: string): PythonPlace {
    const { inWrapper } = pythonSettings();
    const place = inWrapper && build ? buildPlace() : undefined;
    const none = { path: tree, sourceDirectory: tree, sourceReference: tree, architectures: [] };
    return { build: build ?? none, place };
  }

  async #python(tree: string, where: PythonPlace): Promise<string> {
    const { program } = pythonSettings();
    if (program !== '') return program;
    const key = JSON.stringify([tree, where.place]);
    const known = this.#pythons.get(key);
    if (known !== undefined) return known;
    const python = await findPython(tree, (argv) => runProcess(placedCommand(argv, where), LOCAL));
    this.#pythons.set(key, python);
    return python;
  }

  /** Host and devices of the chosen boot configuration; without one, those of the last boot; else emulated ones. */
  async #wish(): Promise<BootWish> {
    const { booting, configurations } = this.#parts;
    const configuration = configurations.last()?.name;
    if (configuration === undefined && booting.last) {
      const { host, devices } = booting.last;
      return { host, devices };
    }
    return configurations.wish({ configuration });
  }

  /** Waits until no other test uses one of the devices; tests without any don't wait. */
  async #alone<T>({ host, devices }: BootWish, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const keys = devices.map((address) => `${host.name} ${address}`);
    const before = keys.flatMap((key) => this.#busy.get(key) ?? []);
    const done = Promise.withResolvers<undefined>();
    const turn = Promise.all(before).then(() => undefined);
    for (const key of keys)
      this.#busy.set(
        key,
        turn.then(() => done.promise),
      );
    try {
      await turn;
      if (signal.aborted) throw new Failure('cancelled', undefined);
      return await work();
    } finally {
      done.resolve(undefined);
    }
  }
}

/** Whoever asked for the boot gets the guest, and its failure. */
function ignore(_name: string, starting: Promise<unknown>): void {
  starting.catch(() => undefined);
}

function machineOf({ guest }: RunningGuest, output: HarnessOutput): TestMachine {
  const { serial } = guest;
  const shown = serial.listen(
    (chunk) => {
      output.bytes(chunk);
    },
    { replay: true },
  );
  return {
    listen: (listener) => serial.listen(listener, { replay: true }),
    hold: () => serial.hold(),
    write: (bytes) => serial.write(bytes),
    stop: async () => {
      shown[Symbol.dispose]();
      await guest.stop();
    },
    // All that it has said comes before its end.
    ended: guest.ended.then(() => serial.ended),
  };
}
