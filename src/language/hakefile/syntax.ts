import type { Tokens } from '../scanner.ts';
import type { Span } from '../source-text.ts';

/** What a string of a Hakefile names. */
export type Role =
  | 'target'
  | 'source'
  | 'interface'
  | 'device'
  | 'library'
  | 'module'
  | 'program'
  | 'directory'
  | 'architecture'
  | 'backend'
  | 'schema'
  | 'sockeye';

/** A string, with its quotes. */
export interface Entry extends Span {
  readonly text: string;
  /** Unknown: a flag, a part of a path, or anything else. */
  readonly role: Role | undefined;
  /** Whether the name is whole as it stands here: nothing is put before or behind it, nor made of it. */
  readonly certain: boolean;
}

/** `cFiles = [ … ]`: the span goes up to the comma behind it. */
export interface Field extends Span {
  readonly name: string;
  readonly nameSpan: Span;
  readonly entries: readonly Entry[];
}

/** `application { target = …, cFiles = … }`: what is built, by the word in front of the brace. */
export interface Block extends Span {
  readonly kind: string;
  readonly kindSpan: Span;
  readonly fields: readonly Field[];
}

export interface HakefileTree {
  readonly tokens: Tokens;
  readonly blocks: readonly Block[];
  /** All strings, those in blocks too, in the order of the file. */
  readonly entries: readonly Entry[];
  /** `platform "X86_64_Basic" …`, `boot "qemu_x86_64" …`, and other functions that name what they make. */
  readonly made: readonly { readonly by: string; readonly entry: Entry; readonly span: Span }[];
  /** Brackets that go over several lines. */
  readonly brackets: readonly Span[];
}

/** Where programs are in a build directory, and how platforms name them. */
export const PROGRAMS = '/sbin/';

const LINKED: ReadonlySet<string> = new Set(['library', 'staticLibrary', 'drivermodule']);
const MADE_BY_MAKE: ReadonlySet<string> = new Set(['platform', 'boot']);

/** Whether a target of that kind is linked into others; or else is a program that runs. */
export function isLinked(kind: string): boolean {
  return LINKED.has(kind);
}

export function isProgram(kind: string): boolean {
  return !LINKED.has(kind) && !MADE_BY_MAKE.has(kind);
}

export function targetsOf(block: Block): Entry[] {
  return block.fields
    .filter(({ name }) => name === 'target')
    .flatMap(({ entries }) => entries.filter(({ certain }) => certain));
}
