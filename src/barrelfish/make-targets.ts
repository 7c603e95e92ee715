import { open } from 'node:fs/promises';
import { Failure } from '../host/failure.ts';

/** A target with the sentence that `make help-platforms` or `make help-boot` says of it. */
interface DescribedTarget {
  target: string;
  description: string;
}

/** A program that is booted from a menu.lst: `x86_64/sbin/e1000n`. */
interface ModuleTarget {
  target: string;
  /** Directory of the Hakefile that makes it, relative to the source tree; absent where the Makefile doesn't tell. */
  directory?: string;
}

/** What a Makefile of Hake's offers. */
export interface MakeTargets {
  platforms: readonly DescribedTarget[];
  bootTargets: readonly DescribedTarget[];
  /** `install_PLATFORM`. */
  installs: readonly string[];
  modules: readonly ModuleTarget[];
  /** Files that are made in the build directory itself, as `skb_ramfs.cpio.gz`: a menu.lst may name them, too. */
  others: readonly string[];
  /** How many files have a rule. */
  files: number;
}

const CHUNK_BYTES = 256 * 1024;
/** Behind that, a line has only inputs and commands. */
const LONGEST_HEAD = 16 * 1024;
const LONGEST_NAME = 255;
/** The whole tree has some hundred of each; a damaged file may have anything. */
const MOST = 20_000;

const [TAB, LF, SPACE, HASH, DOLLAR, PERCENT, DOT, COLON, EQUALS] = [9, 10, 32, 35, 36, 37, 46, 58, 61];

/** Beside a program there are its debugging information (hake/RuleDefs.hs, linking) and what objcopy makes of it. */
const BESIDE_A_PROGRAM = /\.(?:full|debug|o|a|gdb|map|bin|elf|efi|asm)$/;
const MODULE = /^(?!tools\/)[\w-]+\/sbin\/./;
/** Made in the build directory itself. */
const ARCHIVE = /^\w[\w-]*\.[\w.-]*(?<!\.[oa])$/;
const HELP = { 'help-platforms': 'platforms', 'help-boot': 'bootTargets' } as const;

/** Whether make takes a text for the name of a file or target, whatever stands around it: no option, no assignment. */
export function isGoal(text: string): boolean {
  return text.length <= LONGEST_NAME && /^[\w./+,@~][\w./+,@~-]*$/.test(text) && !text.split('/').includes('..');
}

/**
 * Reads the targets of a Makefile, piece by piece: that of a whole tree has 37 MB in 268,000 lines. What is damaged is
 * passed over. Throws `file-missing` and `cancelled`.
 */
export async function readMakeTargets(
  file: string,
  options: { signal?: AbortSignal | undefined } = {},
): Promise<MakeTargets> {
  const handle = await open(file).catch(() => {
    throw new Failure('file-missing', { path: file, neededBy: 'make' });
  });
  const reader = new MakefileReader();
  try {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    for (;;) {
      if (options.signal?.aborted) throw new Failure('cancelled', undefined);
      const { bytesRead } = await handle.read(buffer, 0, CHUNK_BYTES, null);
      if (bytesRead === 0) break;
      reader.push(buffer.subarray(0, bytesRead));
    }
  } finally {
    await handle.close();
  }
  return reader.end();
}

/** Takes a Makefile in pieces that may end anywhere. */
class MakefileReader {
  /** The head of a line whose end hasn't come yet. */
  readonly #carry = Buffer.allocUnsafe(LONGEST_HEAD);
  #carried = 0;
  #inLine = false;
  readonly #described = { platforms: new Map<string, string>(), bootTargets: new Map<string, string>() };
  readonly #phonies = new Set<string>();
  readonly #modules = new Map<string, string | undefined>();
  readonly #others = new Set<string>();
  #files = 0;
  /** Directory of the Hakefile that the rules come from. */
  #directory: string | undefined;
  /** What the commands of the rule at hand describe. */
  #help: (typeof HELP)[keyof typeof HELP] | undefined;
  #phony = '';

  push(chunk: Buffer): void {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(LF, start);
      if (end === -1) break;
      if (this.#inLine) {
        this.#keep(chunk.subarray(start, end));
        this.#endCarried();
      } else {
        this.#line(chunk, start, Math.min(end, start + LONGEST_HEAD));
      }
      start = end + 1;
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start));
  }

  end(): MakeTargets {
    if (this.#inLine) this.#endCarried();
    const list = (found: ReadonlyMap<string, string>): DescribedTarget[] =>
      [...found].map(([target, description]) => ({ target, description }));
    return {
      platforms: list(this.#described.platforms),
      bootTargets: list(this.#described.bootTargets),
      installs: [...this.#described.platforms.keys()]
        .map((platform) => `install_${platform}`)
        .filter((target) => this.#phonies.has(target)),
      modules: [...this.#modules].map(([target, directory]) => ({
        target,
        ...(directory === undefined ? {} : { directory }),
      })),
      others: [...this.#others],
      files: this.#files,
    };
  }

  #keep(bytes: Buffer): void {
    this.#inLine = true;
    this.#carried += bytes.copy(this.#carry, this.#carried, 0, LONGEST_HEAD - this.#carried);
  }

  #endCarried(): void {
    this.#line(this.#carry, 0, this.#carried);
    this.#carried = 0;
    this.#inLine = false;
  }

  #line(bytes: Buffer, start: number, end: number): void {
    if (start === end) return;
    switch (bytes[start]) {
      case TAB:
        if (this.#help) this.#describe(this.#help, bytes.toString('utf8', start, end));
        return;
      case HASH:
        this.#from(bytes.toString('utf8', start, Math.min(end, start + LONGEST_NAME)));
        return;
      case SPACE:
      case DOLLAR:
      case PERCENT:
        return;
      case DOT:
        if (bytes[start + 1] !== 0x50 /* P */) break;
        this.#phony = /^\.PHONY: *(\S+)/.exec(bytes.toString('utf8', start, Math.min(end, start + 512)))?.[1] ?? '';
        return;
      default:
    }
    // Within the line: looked for behind it, the next colon could be far away, from each line anew.
    const head = bytes.subarray(start, end);
    const colon = head.indexOf(COLON);
    if (colon === -1 || head[colon + 1] === EQUALS) return;
    this.#rule(head.toString('utf8', 0, colon));
  }

  /** `# From: ./usr/drivers/e1000n/Hakefile` stands in front of what a Hakefile makes (hake/Main.hs). */
  #from(line: string): void {
    const hakefile = /^# From: (?:\.?\/)*(\S+)/.exec(line)?.[1];
    if (hakefile === undefined) return;
    this.#directory = hakefile.replace(/\/?Hakefile$/, '').replace(/\/+$/, '');
  }

  /** What stands left of a rule's colon. */
  #rule(head: string): void {
    this.#help = undefined;
    if (head.includes('=') || head.includes('%')) return;
    for (const word of head.split(' ')) {
      const target = word.startsWith('./') ? word.slice(2) : word;
      if (target === '' || !isGoal(target)) continue;
      if (target === 'help-platforms' || target === 'help-boot') this.#help = HELP[target];
      else if (target === this.#phony) {
        if (this.#phonies.size < MOST) this.#phonies.add(target);
      } else {
        this.#files += 1;
        if (MODULE.test(target) && !BESIDE_A_PROGRAM.test(target) && this.#modules.size < MOST)
          this.#modules.set(target, this.#directory);
        else if (ARCHIVE.test(target) && this.#others.size < MOST) this.#others.add(target);
      }
    }
  }

  /** `@echo " X86_64_Basic:\n\t Basic PC based platform"` */
  #describe(kind: (typeof HELP)[keyof typeof HELP], line: string): void {
    const [, target = '', rest = ''] = /^\t@?echo +"[ ]*([\w.-]+):(.*)/.exec(line) ?? [];
    const found = this.#described[kind];
    if (!isGoal(target) || found.size >= MOST) return;
    const description = rest
      .replaceAll(/\\[nt]/g, ' ')
      .replaceAll(/[\p{Cc}"]/gu, '')
      .trim();
    found.set(target, description);
  }
}
