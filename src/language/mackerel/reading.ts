import type { FileSummary, Language, LanguageId, ParsedFile, Workspace } from '../language.ts';
import { parseMackerel } from './parser.ts';
import { summarize } from './summary.ts';
import type { Import, MackerelTree } from './syntax.ts';

export const MACKEREL: LanguageId = 'barrelfish-mackerel';

export type MackerelFile = ParsedFile<MackerelTree>;

/** As much of the language as is needed to read a file. */
export const reader: Language<MackerelTree> = {
  id: MACKEREL,
  parse: ({ text }) => parseMackerel(text),
  summarize: (file): FileSummary => summarize(file),
  diagnose: () => [],
};

export function readDevice(uri: string, workspace: Workspace): MackerelFile | undefined {
  return workspace.parsed(reader, uri);
}

/** `e1000` of `…/devices/e1000.dev`. */
export function stemOf(uri: string): string {
  return baseOf(uri).replace(/\.[^.]*$/, '');
}

export function baseOf(uri: string): string {
  const base = uri.slice(uri.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(base);
  } catch {
    return base;
  }
}

/** The file that an import means: beside the importing one, else anywhere in the tree. */
export function importedUri(name: string, from: string, workspace: Workspace): string | undefined {
  const file = `${name}.dev`;
  const beside = from.slice(0, from.lastIndexOf('/') + 1) + encodeURIComponent(file);
  if (workspace.exists(beside)) return beside;
  return workspace.files(MACKEREL).find((uri) => baseOf(uri) === file);
}

interface ImportProblem {
  /** In the file that is looked at. */
  readonly at: Import;
  readonly name: string;
  readonly problem: 'missing' | 'damaged' | 'name';
  readonly device: string;
}

/** All that a file imports, and what those import, with what is wrong with it. A cycle is no problem to the compiler. */
export function importsOf(
  file: MackerelFile,
  workspace: Workspace,
): { readonly files: readonly MackerelFile[]; readonly problems: readonly ImportProblem[] } {
  const files: MackerelFile[] = [];
  const problems: ImportProblem[] = [];
  const seen = new Set([file.tree.device?.name?.text ?? '']);
  const open = file.tree.imports.map((at) => ({ at, name: at.name?.text, from: file.uri }));
  for (const { at, name, from } of open) {
    if (name === undefined || seen.has(name)) continue;
    seen.add(name);
    const uri = importedUri(name, from, workspace);
    const found = uri === undefined ? undefined : readDevice(uri, workspace);
    const device = found?.tree.device?.name?.text ?? '';
    if (!found) problems.push({ at, name, problem: 'missing', device });
    else if (found.tree.findings.length > 0) problems.push({ at, name, problem: 'damaged', device });
    else if (device !== name) problems.push({ at, name, problem: 'name', device });
    if (!found) continue;
    files.push(found);
    for (const each of found.tree.imports) open.push({ at, name: each.name?.text, from: found.uri });
  }
  return { files, problems };
}
