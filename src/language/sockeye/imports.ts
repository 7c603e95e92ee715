import type { Language, ParsedFile, Workspace } from '../language.ts';
import type { Definition, Use } from '../outline.ts';
import type { Import, SockeyeTree } from './syntax.ts';

type File = ParsedFile<SockeyeTree>;

/** The file of an import: below socs/, where sockeye is run with, or else beside the file. */
export function importedUri(file: File, path: string, workspace: Workspace): string | undefined {
  const root = workspace.sourceRoot(file.uri);
  const beside = file.uri.slice(0, file.uri.lastIndexOf('/') + 1);
  const places = [...(root === undefined ? [] : [`${root}socs/`]), beside].map((place) => `${place}${path}.soc`);
  return places.find((place) => workspace.exists(place));
}

/** The module or type that a name stands for, in the files that are imported. Imports of imports are not seen. */
export function importedDefinition(
  language: Language<SockeyeTree>,
  file: File,
  use: Pick<Use, 'name' | 'what' | 'start'>,
  workspace: Workspace,
): { readonly file: File; readonly definition: Definition } | undefined {
  for (const each of file.tree.imports) {
    const wanted = originalName(each, use);
    const uri = wanted === undefined ? undefined : importedUri(file, each.path, workspace);
    const other = uri === undefined ? undefined : workspace.parsed(language, uri);
    const definition = other?.tree.definitions.find((one) => one.name === wanted && use.what.includes(one.what));
    if (other && definition) return { file: other, definition };
  }
  return undefined;
}

/** What a name is called in the file that it is imported from. */
function originalName({ names }: Import, { name, start }: Pick<Use, 'name' | 'start'>): string | undefined {
  if (!names) return name;
  // In the list itself, in front of `as`, stands the original name.
  return (names.find(({ at }) => at.start === start) ?? names.find(({ alias }) => alias === name))?.name;
}

/** What a file calls something that it imports under another name. */
export function importedAs({ imports }: SockeyeTree, name: string): string[] {
  return imports.flatMap(({ names = [] }) => names.filter((each) => each.name === name).map(({ alias }) => alias));
}
