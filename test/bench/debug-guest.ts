// Guests to debug, the session that the extension would have at them, and bare gdb.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { readBuildDirectory } from '../../src/barrelfish/build-directory.ts';
import { parseMenuList } from '../../src/barrelfish/menu-list.ts';
import type { SessionWish } from '../../src/debug/session-arguments.ts';
import { planBoot } from '../../src/guest/boot-plan.ts';
import { emulatedNic } from '../../src/guest/emulated-wish.ts';
import { Guest } from '../../src/guest/guest.ts';
import { readFacts } from '../../src/host/facts.ts';
import { LocalConnection } from '../../src/host/local-connection.ts';
import { temporaryDirectory } from '../temporary-directory.ts';
import { buildGuest } from '../guest/build.ts';

const PATIENCE_MS = 60_000;

export interface DebugLab extends AsyncDisposable {
  /** A guest that waits at its first instruction, or one that is at its prompt. */
  guest(kind: 'paused' | 'at its prompt'): Promise<Guest>;
  program(name: string): string;
  source(name: string): string;
  /** What our session is told of these domains; with the loader for a guest that is paused. */
  wish(kind: 'launch' | 'attach', ...domains: string[]): Pick<SessionWish, 'barrelfish' | 'sourceMap'>;
}

export async function openDebugLab(scripts: string): Promise<DebugLab> {
  const here = new LocalConnection('here');
  const facts = await readFacts(here);
  const { buildDirectory, sourceDirectory } = await buildGuest();
  const build = await readBuildDirectory(buildDirectory);
  if (!build) throw new Error(`${buildDirectory} is no build directory.`);
  const menuPath = path.join(buildDirectory, 'platforms/x86/menu.lst.x86_64');
  const menu = parseMenuList(await readFile(menuPath, 'utf8'));
  const options = { accelerator: 'tcg' as const, memoryMiB: 64, emulated: [emulatedNic('e1000e')] };
  const { spec } = await planBoot({ build, menu, menuPath, devices: [], options });
  const state = temporaryDirectory();
  process.env['XDG_STATE_HOME'] = state;
  process.env['TMPDIR'] = state; // what a gdb leaves that is killed goes with the rest
  const guests: Guest[] = [];
  const program = (name: string): string => path.join(buildDirectory, 'x86_64/sbin', `${name}.full`);
  return {
    program,
    source: (name) => path.join(sourceDirectory, name),
    guest: async (kind) => {
      const paused = kind === 'paused';
      const guest = await Guest.start(here, facts, { ...spec, paused }, { signal: AbortSignal.timeout(PATIENCE_MS) });
      guests.push(guest);
      if (!paused) await said(guest, '\n> ');
      return guest;
    },
    wish: (kind, ...domains) => ({
      sourceMap: [['../source', sourceDirectory]],
      barrelfish: {
        script: path.join(scripts, 'barrelfish.py'),
        kernel: program('cpu'),
        loader: kind === 'launch' ? program('elver') : undefined,
        programs: path.join(buildDirectory, 'x86_64/sbin'),
        debugged: domains.map((name) => ({ name, file: program(name) })),
      },
    }),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(guests.map((guest) => guest.kill()));
    },
  };
}

/** Waits until the serial line has this text, and gives all that it has said. */
export async function said({ serial }: Guest, wanted: string): Promise<string> {
  const found = Promise.withResolvers<undefined>();
  let all = '';
  using _listening = serial.listen(
    (chunk) => {
      all += chunk.toString('latin1');
      if (all.includes(wanted)) found.resolve(undefined);
    },
    { replay: true },
  );
  await found.promise;
  return all;
}

/** gdb's machine interface, as bare as can be. */
export class BareGdb implements AsyncDisposable {
  readonly #process = spawn('gdb', ['-nx', '-q', '--interpreter=mi2'], { stdio: ['pipe', 'pipe', 'inherit'] });
  #said = '';
  #heard: (() => void) | undefined;

  constructor() {
    this.#process.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#said += text;
      this.#heard?.();
    });
  }

  send(command: string): void {
    this.#process.stdin.write(`${command}\n`);
  }

  /** Waits for what fits, and forgets all up to its end. */
  async until(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = pattern.exec(this.#said);
      if (found) {
        this.#said = this.#said.slice(found.index + found[0].length);
        return found[0];
      }
      await new Promise<void>((resolve) => (this.#heard = resolve));
    }
  }

  async run(command: string): Promise<void> {
    this.send(command);
    await this.until(/^\^(?:done|running|connected).*\n/m);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#process, 'close');
    this.#process.kill('SIGKILL');
    await closed;
  }
}
