import type { BuildFacts, Finding, ParsedFile, Workspace } from '../language.ts';
import { findingAt } from '../wrong.ts';
import { findings } from './findings.ts';
import { modulesOf, targetOf, type MenuTree, type ModuleLine } from './syntax.ts';

/** The build that a file's paths are of; undefined where there is none, or `root` leads elsewhere. */
export function buildOf({ uri, tree }: ParsedFile<MenuTree>, workspace: Workspace): BuildFacts | undefined {
  const { root } = tree.menu;
  return root === undefined || root.startsWith('(') ? workspace.build(uri) : undefined;
}

/** Files that have not been built, or never can be. */
export function buildFindings(file: ParsedFile<MenuTree>, workspace: Workspace): Finding[] {
  const build = buildOf(file, workspace);
  if (!build) return [];
  const found = modulesOf(file.tree).flatMap(({ file: module }): Finding[] => {
    const state = stateOf(module, build);
    const target = targetOf(module);
    if (state === 'no-target') return [findingAt(module.path, findings.noSuchTarget(target, build.directory))];
    return state === 'not-built' ? [findingAt(module.path, findings.notBuilt(target))] : [];
  });
  const overwritten = sourceOf(file, workspace, build);
  if (overwritten === undefined) return found;
  const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
  const related = [{ location: { uri: overwritten, range }, message: 'This one is copied.' }];
  const { start, end } = file.source.line(0);
  return [...found, findingAt({ start, end }, findings.overwritten(), related)];
}

/** What is to be said of a file; nothing for an architecture that is not built here. */
export function stateOf(module: ModuleLine, build: BuildFacts): 'built' | 'not-built' | 'no-target' | undefined {
  const { architecture, path } = module;
  if (!path.text.startsWith('/') || (architecture !== undefined && !build.architectures.includes(architecture)))
    return undefined;
  const target = targetOf(module);
  if (build.exists(target)) return 'built';
  return build.makes(target) === false ? 'no-target' : 'not-built';
}

/** platforms/Hakefile copies the menu.lst of hake/ into the build directory. */
function sourceOf({ uri }: ParsedFile<MenuTree>, workspace: Workspace, { directory }: BuildFacts): string | undefined {
  const root = sourceRootOf(workspace);
  const at = uri.lastIndexOf('/');
  if (root === undefined || !decodeURI(uri).startsWith(`file://${directory}/platforms/`)) return undefined;
  const source = `${root}hake/${uri.slice(at + 1)}`;
  return workspace.exists(source) ? source : undefined;
}

/** Of a file in a build directory, too: every Hakefile of its tree tells. */
function sourceRootOf(workspace: Workspace): string | undefined {
  const [any] = workspace.files('barrelfish-hakefile');
  return any === undefined ? undefined : workspace.sourceRoot(any);
}
