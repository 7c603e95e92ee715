import type { Location } from 'vscode-languageserver-types';
import type { ParsedFile, Workspace } from '../language.ts';
import { hakefile } from './hakefile.ts';
import { type Entry, type HakefileTree, isLinked, PROGRAMS } from './syntax.ts';
import { places } from './vocabulary.ts';

export type HakefileFile = ParsedFile<HakefileTree>;

/** The file that a string names; undefined when it names none. A leading `/` is the source tree. */
export function fileOf(entry: Entry, uri: string, workspace: Workspace): string | undefined {
  const root = workspace.sourceRoot(uri);
  const { role, text } = entry;
  if (role === 'source' || role === 'directory') return resolved(text, uri, root);
  const place = role && places[role];
  return place && root !== undefined ? resolved(`/${place[0]}${text}${place[1]}`, uri, root) : undefined;
}

/** Undefined for what leads out of the file system, and for what needs a source tree where there is none. */
function resolved(path: string, uri: string, root: string | undefined): string | undefined {
  if (!path.isWellFormed()) return undefined; // half of a pair of UTF-16 units has no place in a URI
  const base = path.startsWith('/') ? root : uri.slice(0, uri.lastIndexOf('/') + 1);
  if (base === undefined || path.trim() === '' || path.includes('\0')) return undefined;
  const encoded = path.replace(/^\/+/, '').split('/').map(encodeURIComponent).join('/');
  return URL.canParse(encoded, base) ? new URL(encoded, base).href : undefined;
}

/** By what a file, or something that is built, is called in `FileSummary.used`: `if/spawn.if`, `net`. */
export function keyOf(entry: Entry): string | undefined {
  const { role, text } = entry;
  if (role === 'library' || role === 'module') return text;
  if (role === 'program') return programKey(text);
  const place = role && places[role];
  return place ? `${place[0]}${text}${place[1]}` : undefined;
}

/** Of what is built, by its kind. */
export function keyOfTarget(name: string, kind: string): string {
  return isLinked(kind) ? name : programKey(name);
}

function programKey(name: string): string {
  return `${PROGRAMS}${programOf(name)}`;
}

/** `init` of `/sbin/init`. */
export function programOf(text: string): string {
  return text.startsWith(PROGRAMS) ? text.slice(PROGRAMS.length) : text;
}

/** Strings of all Hakefiles that name something, by its key. */
export function usesIn(key: string, workspace: Workspace): Location[] {
  return workspace.using(key).flatMap((uri) => {
    const file = /(?:^|\/)Hakefile$/.test(uri) ? workspace.parsed(hakefile, uri) : undefined;
    if (!file) return [];
    return file.tree.entries.filter((entry) => keyOf(entry) === key).map((entry) => locate(file, entry));
  });
}

/** What is between the quotes. */
export function inside({ start, text }: Entry): { start: number; end: number } {
  return { start: start + 1, end: start + 1 + text.length };
}

export function locate(file: HakefileFile, entry: Entry): Location {
  return { uri: file.uri, range: file.source.range(inside(entry)) };
}

export function entryAt(tree: HakefileTree, offset: number): Entry | undefined {
  return tree.entries.find(({ start, end }) => start <= offset && offset <= end);
}
