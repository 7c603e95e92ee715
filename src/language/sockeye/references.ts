import type { Location } from 'vscode-languageserver-types';
import type { Language, ParsedFile, Workspace } from '../language.ts';
import { locationOf, nameAt, type Definition, type Use } from '../outline.ts';
import { importedAs, importedDefinition } from './imports.ts';
import type { SockeyeTree } from './syntax.ts';

type File = ParsedFile<SockeyeTree>;

export interface Found {
  readonly file: File;
  readonly definition: Definition;
}

/** What a name stands for that this file doesn't declare. */
export function elsewhere(
  language: Language<SockeyeTree>,
  file: File,
  use: Use,
  workspace: Workspace,
): Found | undefined {
  const port = file.tree.ports.find((each) => each.use === use);
  if (!port) return importedDefinition(language, file, use, workspace);
  const module = port.instance.to && file.tree.moduleOf.get(port.instance.to);
  const found = module && importedDefinition(language, file, module, workspace);
  const definition = found?.definition.inside.find(({ name, what }) => name === use.name && use.what.includes(what));
  return found && definition && { file: found.file, definition };
}

/** All places, of any file, at which stands what is named at an offset; undefined when nobody declares it. */
export function referencesOf(
  language: Language<SockeyeTree>,
  file: File,
  offset: number,
  options: { readonly declaration: boolean },
  workspace: Workspace,
): Location[] | undefined {
  const named = nameAt(file.tree, offset);
  if (!named) return undefined;
  const { definition, use } = named;
  const target = definition ? { file, definition } : use && elsewhere(language, file, use, workspace);
  if (!target) return undefined;
  const { name } = target.definition;
  const uris = new Set([target.file.uri, file.uri, ...workspace.using(name)]);
  const files = [...uris].map((uri) => (uri === file.uri ? file : workspace.parsed(language, uri)));
  const places = files.flatMap((each) => (each ? usesIn(language, each, target, workspace) : []));
  return options.declaration ? [locationOf(target.file, target.definition.at), ...places] : places;
}

function usesIn(language: Language<SockeyeTree>, file: File, target: Found, workspace: Workspace): Location[] {
  const isOwn = file.uri === target.file.uri;
  const names = new Set([target.definition.name, ...(isOwn ? [] : importedAs(file.tree, target.definition.name))]);
  return file.tree.uses
    .filter((use) => {
      if (use.to || isOwn) return use.to === target.definition;
      const found = names.has(use.name) ? elsewhere(language, file, use, workspace) : undefined;
      return found?.definition === target.definition;
    })
    .map((use) => locationOf(file, use));
}
