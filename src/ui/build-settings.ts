import { workspace } from 'vscode';
import type { BuildPlace } from '../barrelfish/build-command.ts';
import { pathMapOf } from '../barrelfish/build-command.ts';
import { isSourceTree, readBuildDirectory, type BuildDirectory } from '../barrelfish/build-directory.ts';

const SECTION = 'barrelfish.build';

function read(key: string): unknown {
  return workspace.getConfiguration(SECTION).get(key);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

/** Where builds run. What isn't of that shape is left out: settings can be written by hand. */
export function buildPlace(): BuildPlace {
  const wrapper = read('wrapper');
  const pathMap = read('pathMap');
  const entries = typeof pathMap === 'object' && pathMap !== null ? Object.entries(pathMap) : [];
  return {
    wrapper: Array.isArray(wrapper) ? wrapper.filter(isText) : [],
    pathMap: Object.fromEntries(entries.filter((entry): entry is [string, string] => isText(entry[1]))),
  };
}

/** How many jobs make runs at once; undefined: as many as there are cores. */
export function buildJobs(): number | undefined {
  const value = read('jobs');
  return typeof value === 'number' && value >= 1 ? Math.floor(value) : undefined;
}

export function beforeBoot(): 'never' | 'missing' | 'needed' | 'always' {
  const value = read('beforeBoot');
  return value === 'never' || value === 'missing' || value === 'always' ? value : 'needed';
}

/** Folders of the workspace that are on this machine's disk. */
export function workspaceFolders(): string[] {
  return (workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file').map(({ uri }) => uri.fsPath);
}

/** Those of them that are source trees. */
export async function sourceTrees(): Promise<string[]> {
  const folders = workspaceFolders();
  const are = await Promise.all(folders.map(isSourceTree));
  return folders.filter((_, index) => are[index]);
}

/** What Hake made at a directory; undefined when it didn't. */
export async function readBuild(directory: string): Promise<BuildDirectory | undefined> {
  return readBuildDirectory(directory, { pathMap: buildPlace().pathMap, trees: await sourceTrees() });
}

/** From what debugging information calls directories to what this machine does, for gdb; the first that fits counts. */
export async function debugSourceMap(
  directory: string,
): Promise<readonly (readonly [from: string, to: string])[] | undefined> {
  const build = await readBuild(directory);
  return build && pathMapOf(build, buildPlace()).pairs.map(({ there, here }) => [there, here] as const);
}
