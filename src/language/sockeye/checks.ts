import type { Finding, Language, ParsedFile, Workspace } from '../language.ts';
import { allDefinitions, type Definition, type Use } from '../outline.ts';
import { repeated } from '../outline-names.ts';
import { findingAt } from '../wrong.ts';
import { sockeyeFindings } from './findings.ts';
import { importedDefinition, importedUri } from './imports.ts';
import { NODES, type SockeyeTree } from './syntax.ts';

type File = ParsedFile<SockeyeTree>;

/** What the syntax allows and sockeye refuses (SockeyeSymbolTableBuilder.hs), and names that nobody declares. */
export function diagnoseSockeye(language: Language<SockeyeTree>, file: File, workspace: Workspace): Finding[] {
  const { tree } = file;
  // The first version is read for its names only.
  if (tree.version === 1) return [];
  const top = tree.definitions;
  const modules = top.filter(({ what }) => what === 'module');
  const moduleNames = new Set(modules.map(({ name }) => name));
  const twice = (of: readonly Definition[], word: string): Finding[] =>
    repeated(
      file,
      of,
      ({ name }) => name,
      ({ name }) => sockeyeFindings.repeated(word, name),
    );
  const of = (module: Definition, ...what: readonly string[]): Definition[] =>
    module.inside.filter((each) => what.includes(each.what));
  return [
    ...tree.findings,
    ...twice(modules, 'module'),
    ...twice(
      top.filter(({ what }) => what === 'type'),
      'type',
    ),
    ...top
      .filter(({ name, what }) => what === 'type' && name !== '' && moduleNames.has(name))
      .map(({ name, at }) => findingAt(at, sockeyeFindings.moduleAndType(name))),
    ...modules.flatMap((module) => {
      const parameters = new Set(of(module, 'parameter').map(({ name }) => name));
      const constants = of(module, 'constant');
      return [
        ...twice(of(module, 'parameter'), 'parameter'),
        ...twice(constants, 'constant'),
        ...twice(of(module, 'instance'), 'instance'),
        ...twice(of(module, ...NODES), 'node'),
        ...constants
          .filter(({ name }) => parameters.has(name))
          .map(({ name, at }) => findingAt(at, sockeyeFindings.shadowedParameter(name))),
      ];
    }),
    ...imports(language, file, workspace),
    ...unknown(language, file, workspace),
  ];
}

function imports(language: Language<SockeyeTree>, file: File, workspace: Workspace): Finding[] {
  return file.tree.imports.flatMap(({ path, at, names }) => {
    const uri = importedUri(file, path, workspace);
    if (uri === undefined) return [findingAt(at, sockeyeFindings.unknownImport(path))];
    const other = workspace.parsed(language, uri);
    if (!names || other?.tree.version !== 2) return [];
    const exported = new Set(other.tree.definitions.map(({ name }) => name));
    return names
      .filter(({ name }) => !exported.has(name))
      .map((each) => findingAt(each.at, sockeyeFindings.notExported(each.name, path)));
  });
}

function unknown(language: Language<SockeyeTree>, file: File, workspace: Workspace): Finding[] {
  const { tree } = file;
  const ports = new Map(tree.ports.map(({ use, instance }) => [use, instance]));
  const damaged = tree.findings.length > 0 || tree.unsure;
  // Where a declaration may have been lost, nothing can be said of a name.
  if (damaged) return [];
  return tree.uses.flatMap((use) => {
    if (use.to || use.name === '') return [];
    const instance = ports.get(use);
    if (instance) return unknownPort(language, file, use, instance, workspace);
    if (importedDefinition(language, file, use, workspace)) return [];
    // The module may come by an import that can't be read.
    const isGlobal = use.what.includes('module') || use.what.includes('type');
    if (isGlobal && tree.imports.length > 0) return [];
    const what = isGlobal ? (use.what[0] ?? '') : use.what.includes('instance') ? 'node or instance' : 'variable';
    return [findingAt(use, sockeyeFindings.unknownName(what, use.name, isGlobal ? 'in this file' : 'in this module'))];
  });
}

function unknownPort(
  language: Language<SockeyeTree>,
  file: File,
  use: Use,
  instance: Use,
  workspace: Workspace,
): Finding[] {
  const module = instance.to && file.tree.moduleOf.get(instance.to);
  if (!module) return [];
  const found = module.to ?? importedDefinition(language, file, module, workspace)?.definition;
  if (
    !found ||
    [...allDefinitions(found.inside)].some(({ name, what }) => name === use.name && use.what.includes(what))
  ) {
    return [];
  }
  return [findingAt(use, sockeyeFindings.unknownName(use.what[0] ?? 'port', use.name, `in module ${module.name}`))];
}
