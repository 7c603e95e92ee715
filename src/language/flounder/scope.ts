import type { ParsedFile, Workspace } from '../language.ts';
import { madeOnce } from '../made-once.ts';
import { flounder } from './flounder.ts';
import { includedAs } from './included.ts';
import type { FlounderTree, TypeDeclaration } from './syntax.ts';

export type FlounderFile = ParsedFile<FlounderTree>;

/** A declared type, and the file that it is in. */
export interface KnownType {
  readonly declaration: TypeDeclaration;
  readonly file: FlounderFile;
}

/** What a file can refer to: its own types, and those of the files that the build includes in every interface. */
export interface Scope {
  /** In the order of the file; the later of two of one name hides the other. */
  readonly own: ReadonlyMap<string, readonly TypeDeclaration[]>;
  readonly included: ReadonlyMap<string, readonly IncludedType[]>;
  /** For which there are include files, and which the source tree is built for, as far as that is known. */
  readonly architectures: readonly string[];
  /** Whether any included file was found. */
  readonly complete: boolean;
}

interface IncludedType extends KnownType {
  /** None: on all. */
  readonly architecture: string | undefined;
}

export function parsedInterface(uri: string, workspace: Workspace): FlounderFile | undefined {
  return workspace.parsed(flounder, uri);
}

/** `if/` of the source tree that a file belongs to. */
function interfacesDirectory(uri: string, workspace: Workspace): string {
  const root = workspace.sourceRoot(uri);
  if (root !== undefined) return `${root}if/`;
  return uri.slice(0, uri.lastIndexOf('/if/') + '/if/'.length) || uri.slice(0, uri.lastIndexOf('/') + 1);
}

function architecturesOf(uri: string, workspace: Workspace): readonly string[] {
  const present = workspace
    .list(`${interfacesDirectory(uri, workspace)}arch/`)
    .filter((name) => name.endsWith('.if'))
    .map((name) => name.slice(0, -'.if'.length));
  const built = workspace.build(uri)?.architectures.filter((each) => present.includes(each));
  return built && built.length > 0 ? built : present;
}

/** Types that a file declares, by their names; those of one name in their order. */
export const ownTypes = madeOnce((tree: FlounderTree): Scope['own'] => {
  const own = new Map<string, TypeDeclaration[]>();
  for (const declaration of tree.types) if (declaration.name) pushTo(own, declaration.name.text, declaration);
  return own;
});

/** In this order they are read; each can use the types of those before it. */
export function scopeOf(file: FlounderFile, workspace: Workspace): Scope {
  const included = new Map<string, IncludedType[]>();
  const directory = interfacesDirectory(file.uri, workspace);
  const here = includedAs(file.uri);
  const architectures = architecturesOf(file.uri, workspace).filter(
    (each) => here?.architecture === undefined || each === here.architecture,
  );
  const add = (path: string, architecture: string | undefined): boolean => {
    const uri = `${directory}${path}.if`;
    const parsed = uri === file.uri ? undefined : parsedInterface(uri, workspace);
    for (const declaration of parsed?.tree.types ?? []) {
      if (parsed && declaration.name)
        pushTo(included, declaration.name.text, { declaration, file: parsed, architecture });
    }
    return parsed !== undefined;
  };
  let complete = here !== undefined;
  for (const architecture of architectures) {
    if (here?.kind !== 'platform') complete = add(`platform/${architecture}`, architecture) || complete;
    if (here === undefined || here.kind === 'types') complete = add(`arch/${architecture}`, architecture) || complete;
  }
  if (!here) complete = add('types', undefined) || complete;
  return { own: ownTypes(file.tree), included, architectures, complete };
}

function pushTo<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

/** Where a type that a file names is declared: in it, or in the included files, of several architectures perhaps. */
export function declarationsOf(name: string, file: FlounderFile, scope: Scope): readonly KnownType[] {
  const own = scope.own.get(name);
  if (own) return own.map((declaration) => ({ declaration, file }));
  return scope.included.get(name) ?? [];
}

/** The one that Flounder takes: the last of the file itself, else the last included. */
export function declarationOf(name: string, file: FlounderFile, scope: Scope): KnownType | undefined {
  return declarationsOf(name, file, scope).at(-1);
}

/** Architectures on which no included file declares a type of this name. */
export function missingOn(name: string, scope: Scope): readonly string[] {
  const all = scope.included.get(name) ?? [];
  if (scope.own.has(name) || all.some(({ architecture }) => architecture === undefined)) return [];
  return scope.architectures.filter((each) => !all.some(({ architecture }) => architecture === each));
}
