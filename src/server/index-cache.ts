import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import type { SymbolKind } from 'vscode-languageserver-types';
import type { DeclaredName, FileSummary, Json } from '../language/language.ts';
import type { Stamp } from './disk-files.ts';

/** A file as it was when it was last read. */
export interface Remembered {
  readonly stamp: Stamp;
  /** Of its text: a file with another stamp may still be the same, after a checkout. */
  readonly hash: string;
  readonly summary: FileSummary;
}

/** Another number makes all that is cached be read anew. */
const VERSION = 1;
const LARGEST_BYTES = 64 * 1024 * 1024;
/** Of source trees; those looked at least recently go. */
const MOST_KEPT = 8;

type PackedName = readonly [string, number, number, number, number, number, string?];
type Packed = readonly [
  file: string,
  stamp: readonly [number, number, number],
  hash: string,
  declared: readonly PackedName[],
  used: readonly string[],
  data?: Json,
];

/** Summaries of a source tree's files, in one file. What is damaged is as if it weren't there. */
export class IndexCache {
  readonly #file: string;
  readonly #key: string;

  /** `program` stands for the version of the languages: other ones may see other things in the same files. */
  constructor(directory: string, root: string, program: string) {
    this.#file = path.join(directory, `${digest(root).slice(0, 32)}.index`);
    this.#key = JSON.stringify([VERSION, program, root]);
  }

  /** By path. */
  async read(): Promise<Map<string, Remembered>> {
    try {
      if ((await stat(this.#file)).size > LARGEST_BYTES) return new Map();
      const text = await readFile(this.#file, 'utf8');
      const [key, sum] = [text.indexOf('\n'), text.indexOf('\n', text.indexOf('\n') + 1)];
      const body = text.slice(sum + 1);
      if (text.slice(0, key) !== this.#key || text.slice(key + 1, sum) !== digest(body)) return new Map();
      return new Map((JSON.parse(body) as Packed[]).map((each) => [each[0], unpacked(each)]));
    } catch {
      return new Map();
    }
  }

  /** In one step, so that another window never reads half of it. Fails silently: then it is read anew next time. */
  async write(files: ReadonlyMap<string, Remembered>): Promise<void> {
    const body = JSON.stringify([...files].map(([file, each]) => packed(file, each)));
    if (body.length > LARGEST_BYTES) return;
    const draft = `${this.#file}.${String(process.pid)}`;
    try {
      await mkdir(path.dirname(this.#file), { recursive: true });
      await writeFile(draft, `${this.#key}\n${digest(body)}\n${body}`);
      await rename(draft, this.#file);
      await this.#prune();
    } catch {
      await rm(draft, { force: true }).catch(() => undefined);
    }
  }

  async #prune(): Promise<void> {
    const directory = path.dirname(this.#file);
    const names = (await readdir(directory)).filter((name) => name.includes('.index'));
    if (names.length <= MOST_KEPT) return;
    const dated = await Promise.all(
      names.map(async (name) => ({ name, at: (await stat(path.join(directory, name))).mtimeMs })),
    );
    const old = dated.sort((a, b) => b.at - a.at).slice(MOST_KEPT);
    for (const { name } of old) await rm(path.join(directory, name), { force: true });
  }
}

export function digest(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}

function packed(file: string, { stamp, hash, summary }: Remembered): Packed {
  const declared = summary.declared.map(({ name, kind, range: { start, end }, container }): PackedName => {
    const place = [name, kind, start.line, start.character, end.line, end.character] as const;
    return container === undefined ? place : [...place, container];
  });
  const stamped = [stamp.size, stamp.modifiedMs, stamp.inode] as const;
  const head = [file, stamped, hash, declared, summary.used] as const;
  return summary.data === undefined ? head : [...head, summary.data];
}

function unpacked([, [size, modifiedMs, inode], hash, declared, used, data]: Packed): Remembered {
  const names = declared.map(([name, kind, startLine, startColumn, endLine, endColumn, container]): DeclaredName => {
    const range = {
      start: { line: startLine, character: startColumn },
      end: { line: endLine, character: endColumn },
    };
    return { name, kind: kind as SymbolKind, range, ...(container === undefined ? {} : { container }) };
  });
  return {
    stamp: { size, modifiedMs, inode },
    hash,
    summary: { declared: names, used, ...(data === undefined ? {} : { data }) },
  };
}
