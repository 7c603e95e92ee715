import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { symbolFile, type BuildDirectory } from './build-directory.ts';

/** A place in the source that an address belongs to. */
export interface CodePlace {
  function: string;
  /** As the debugging information has it: often relative to the build directory, or of another machine. */
  path: string;
  /** Counted from 1. */
  line: number;
}

type Run = (
  argv: readonly [string, ...string[]],
  options: { signal?: AbortSignal | undefined },
) => Promise<{ exitCode: number; stdout: Buffer }>;

/** A domain's name is cut to so many characters in what it prints (DISP_NAME_LEN, its NUL included). */
const LONGEST_NAME = 15;
const PROGRAM = /^\w[\w.+-]{0,63}$/;
const ADDRESS = /^0x[0-9a-f]{1,16}$/i;
const MOST_KEPT = 1000;

/**
 * Addresses of programs → places in their source, innermost first (an inlined function, then who has it), by binutils'
 * addr2line. Whatever is missing (the program, its debugging information, the tool) there is no place; nothing fails.
 */
export class CodeAddresses {
  readonly #run: Run;
  readonly #kept = new Map<string, Promise<readonly CodePlace[]>>();

  constructor(run: Run) {
    this.#run = run;
  }

  /** `program`: what a domain calls itself, or `cpu`; `address` as it was linked. Both may be anything. */
  async resolve(
    build: Pick<BuildDirectory, 'path'>,
    program: string,
    address: string,
    options: { signal?: AbortSignal | undefined; architecture?: string | undefined } = {},
  ): Promise<readonly CodePlace[]> {
    if (!PROGRAM.test(program) || !ADDRESS.test(address)) return [];
    const file = await this.#fileOf(build, program, options.architecture ?? 'x86_64');
    const status = file === undefined ? undefined : await stat(file).catch(() => undefined);
    if (file === undefined || !status) return [];
    // A program that was built anew has other addresses.
    const key = [file, status.mtimeMs, status.size, BigInt(address)].join('\n');
    const known = this.#kept.get(key);
    if (known) return known;
    const asked = this.#ask(file, address, options.signal);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    this.#kept.set(key, asked);
    try {
      return await asked;
    } catch {
      this.#kept.delete(key); // called off, or no tool yet
      return [];
    }
  }

  async #ask(file: string, address: string, signal: AbortSignal | undefined): Promise<readonly CodePlace[]> {
    const argv = ['addr2line', '-f', '-i', '-C', '-e', file, address] as const;
    const { exitCode, stdout } = await this.#run(argv, { signal });
    if (exitCode !== 0) throw new Error('addr2line could not read it');
    return parsePlaces(stdout.toString('utf8'));
  }

  /** A name that was cut stands for the only program that begins with it. */
  async #fileOf(
    build: Pick<BuildDirectory, 'path'>,
    program: string,
    architecture: string,
  ): Promise<string | undefined> {
    const own = await symbolFile(build, program, architecture);
    if (own !== undefined) return path.join(build.path, own);
    if (program.length < LONGEST_NAME) return undefined;
    const all = await readdir(path.join(build.path, architecture, 'sbin')).catch(() => []);
    const [only, another] = all.filter((each) => each.startsWith(program) && each.endsWith('.full'));
    return only === undefined || another !== undefined ? undefined : path.join(build.path, architecture, 'sbin', only);
  }
}

/** Two lines for each place: the function, and `path:line`, after which it may say `(discriminator 2)`. */
function parsePlaces(output: string): CodePlace[] {
  const lines = output.split('\n');
  const places: CodePlace[] = [];
  for (let index = 0; index + 1 < lines.length; index += 2) {
    const name = lines[index]?.trim() ?? '';
    const match = /^(.+):(\d+)(?: \(discriminator \d+\))?\s*$/.exec(lines[index + 1] ?? '');
    const [, file = '??', line = '0'] = match ?? [];
    if (file === '??' || Number(line) === 0) continue;
    places.push({ function: name === '??' ? '' : name, path: file, line: Number(line) });
  }
  return places;
}
