import { readFileSync, statSync } from 'node:fs';

/** The largest file of the tree that is of one of the languages has 170 kB. */
const LARGEST_FILE = 4 * 1024 * 1024;
/** Where binary files have their first NUL. */
const LOOKED_AT = 8 * 1024;

/** What tells whether a file is as it was. */
export interface Stamp {
  readonly size: number;
  readonly modifiedMs: number;
  readonly inode: number;
}

/** Undefined for what is no plain file. */
export function stampOf(path: string): Stamp | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() === true ? { size: found.size, modifiedMs: found.mtimeMs, inode: found.ino } : undefined;
}

export function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

export function isSame(a: Stamp, b: Stamp): boolean {
  return a.size === b.size && a.modifiedMs === b.modifiedMs && a.inode === b.inode;
}

/** A text without its byte order mark, or why it is none for us. What isn't UTF-8 becomes U+FFFD. */
export function readText(path: string, { size }: Pick<Stamp, 'size'>): string | { readonly refused: string } {
  if (size > LARGEST_FILE) return { refused: `it has ${(size / 1e6).toFixed(1)} MB` };
  try {
    const bytes = readFileSync(path);
    if (bytes.subarray(0, LOOKED_AT).includes(0)) return { refused: 'it is a binary file' };
    const text = bytes.toString('utf8');
    return text.startsWith('\uFEFF') ? text.slice(1) : text;
  } catch (error) {
    return { refused: error instanceof Error ? error.message : String(error) };
  }
}

/** Why a text of the editor's is none for a language. */
export function refusal(text: string): string | undefined {
  if (text.length > LARGEST_FILE) return `it has ${(text.length / 1e6).toFixed(1)} million characters`;
  return text.slice(0, LOOKED_AT).includes('\0') ? 'it is a binary file' : undefined;
}
