import type { CompletionItem, Location } from 'vscode-languageserver-types';
import type {
  DeclaredName,
  FileSummary,
  Finding,
  Json,
  Language,
  LanguageId,
  ParsedFile,
  Workspace,
} from './language.ts';
import { allDefinitions, locationOf, type Definition, type Outline } from './outline.ts';
import { findingAt, type Wrong } from './wrong.ts';

type Naming = (definition: Definition) => string | undefined;

/** A file's summary: the definitions that have a name outside of it, by that name. */
export function summaryOf(file: ParsedFile<Outline>, nameOf: Naming, data?: Json): FileSummary {
  const declared: DeclaredName[] = [];
  for (const definition of allDefinitions(file.tree.definitions)) {
    const name = definition.name === '' ? undefined : nameOf(definition);
    if (name === undefined) continue;
    const container = definition.container?.name;
    const range = file.source.range(definition.at);
    declared.push({ name, kind: definition.symbol, range, ...(container === undefined ? {} : { container }) });
  }
  const used = new Set(file.tree.uses.filter(({ to }) => to === undefined).map(({ name }) => name));
  return { declared, used: [...used], ...(data === undefined ? {} : { data }) };
}

/** Where files of a language declare a name; found in their trees, so as they are in the editor. */
export function declaredIn<Tree extends Outline>(
  language: Language<Tree>,
  name: string,
  nameOf: Naming,
  workspace: Workspace,
): { readonly file: ParsedFile<Tree>; readonly definition: Definition } | undefined {
  for (const uri of workspace.declaring(language.id, name)) {
    const file = workspace.parsed(language, uri);
    if (!file) continue;
    for (const definition of allDefinitions(file.tree.definitions)) {
      if (nameOf(definition) === name) return { file, definition };
    }
  }
  return undefined;
}

/** Names that files of a language declare, and that begin so. */
export function declaredNames(
  id: LanguageId,
  prefix: string,
  workspace: Workspace,
  item: (declared: DeclaredName) => CompletionItem,
): CompletionItem[] {
  const found = new Map<string, CompletionItem>();
  for (const uri of workspace.files(id)) {
    for (const declared of workspace.summary(uri)?.declared ?? []) {
      if (declared.name.startsWith(prefix) && !found.has(declared.name)) found.set(declared.name, item(declared));
    }
  }
  return [...found.values()];
}

/** A finding for each definition whose key an earlier one has, with the place of that one. */
export function repeated(
  file: ParsedFile<Outline>,
  definitions: Iterable<Definition>,
  keyOf: (definition: Definition) => string,
  wrong: (definition: Definition, first: Definition) => Wrong,
): Finding[] {
  const first = new Map<string, Definition>();
  const findings: Finding[] = [];
  for (const definition of definitions) {
    if (definition.name === '') continue;
    const key = keyOf(definition);
    const before = first.get(key);
    if (!before) {
      first.set(key, definition);
      continue;
    }
    const location: Location = locationOf(file, before.at);
    const related = [{ location, message: 'The first one is here.' }];
    findings.push(findingAt(definition.at, wrong(definition, before), related));
  }
  return findings;
}
