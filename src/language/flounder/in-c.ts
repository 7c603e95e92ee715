import { type CompletionItem, CompletionItemKind, MarkupKind } from 'vscode-languageserver-types';
import type { GeneratedName, Workspace } from '../language.ts';
import { madeOnce } from '../made-once.ts';
import { hoverOf } from '../markdown.ts';
import type { Element } from './element.ts';
import { flounder } from './flounder.ts';
import { type CName, generatedNames } from './generated-names.ts';
import { paragraphsOf } from './hover.ts';
import { declarationsOf, type FlounderFile, parsedInterface, scopeOf } from './scope.ts';
import type { FlounderTree } from './syntax.ts';
import { wiresOf } from './c-types.ts';

const MOST_ITEMS = 1000;

/** What a C name was generated from. `includes`: the headers of the C file, which decide where several could be meant. */
export function resolveInC(name: string, includes: readonly string[], workspace: Workspace): GeneratedName | undefined {
  for (const file of candidates(name, includes, workspace)) {
    const found = resolveIn(name, file, workspace);
    if (found) return found;
  }
  return field(name, includes, workspace);
}

export function completeInC(prefix: string, includes: readonly string[], workspace: Workspace): CompletionItem[] {
  const items: CompletionItem[] = [];
  for (const file of interfacesIncluded(includes, workspace)) {
    for (const each of namesOf(file.tree).values()) {
      if (each.header === 'thc' && !includes.some((path) => path.endsWith('_thc.h'))) continue;
      if (each.name.startsWith(prefix) && items.length < MOST_ITEMS) items.push(itemOf(each, file));
    }
  }
  return items;
}

/** The C names of one version of a file; where two are the same, the first is meant. */
const namesOf = madeOnce((tree: FlounderTree): ReadonlyMap<string, CName> => {
  const names = new Map<string, CName>();
  for (const each of generatedNames(tree)) if (!names.has(each.name)) names.set(each.name, each);
  return names;
});

/** Interfaces whose names a C name begins with, the longest first; those that the C file includes before all others. */
function candidates(name: string, includes: readonly string[], workspace: Workspace): FlounderFile[] {
  const type = /^IF_TYPE_(\w+)$/.exec(name)?.[1];
  const plain = name.replace(/^_+/, '');
  const names = new Set<string>();
  if (type !== undefined) names.add(type.toLowerCase()).add(type);
  else {
    for (const each of plain.startsWith('ahci_') ? [plain, plain.slice('ahci_'.length)] : [plain]) {
      for (let at = each.lastIndexOf('_'); at > 0; at = each.lastIndexOf('_', at - 1)) names.add(each.slice(0, at));
    }
  }
  const files = [...names].flatMap((each) => interfacesNamed(each, workspace));
  const included = new Set(interfaceNames(includes));
  const isIncluded = (file: FlounderFile): number => (included.has(file.tree.head?.name?.text ?? '') ? 0 : 1);
  return files.sort((a, b) => isIncluded(a) - isIncluded(b));
}

/** Where there are several, the one that the build takes: if/NAME.if. */
function interfacesNamed(name: string, workspace: Workspace): FlounderFile[] {
  return workspace
    .declaring(flounder.id, name)
    .map((uri) => parsedInterface(uri, workspace))
    .filter((file) => file !== undefined)
    .filter(({ tree }) => tree.head?.name?.text === name)
    .sort((a, b) => Number(b.uri.endsWith(`/if/${name}.if`)) - Number(a.uri.endsWith(`/if/${name}.if`)));
}

/** Of `if/spawn_defs.h`, `if/spawn_lmp_defs.h`, `if/spawn_thc.h`. */
function interfaceNames(includes: readonly string[]): string[] {
  return includes.flatMap((path) => {
    const base = /(?:^|\/)if\/([^/]+?)_(?:defs|thc)\.h$/.exec(path)?.[1];
    if (base === undefined) return [];
    const backend = /_(?:lmp|ump_ipi|ump|multihop|local|loopback|rpcclient|msgbuf|ahci)$/.exec(base);
    return backend ? [base.slice(0, backend.index), base] : [base];
  });
}

function interfacesIncluded(includes: readonly string[], workspace: Workspace): FlounderFile[] {
  return [...new Set(interfaceNames(includes))].flatMap((name) => interfacesNamed(name, workspace));
}

function resolveIn(name: string, file: FlounderFile, workspace: Workspace): GeneratedName | undefined {
  const found = namesOf(file.tree).get(name);
  if (found) return generated(found, file, workspace);
  // Included types get a C name of their own in every interface.
  const interfaceName = file.tree.head?.name?.text ?? '';
  if (!name.startsWith(`${interfaceName}_`) || !name.endsWith('_t')) return undefined;
  const scope = scopeOf(file, workspace);
  const type = declarationsOf(name.slice(interfaceName.length + 1, -2), file, scope).at(-1);
  const declaration = type?.declaration;
  if (!type || !declaration?.name) return undefined;
  const paragraphs = paragraphsOf({ kind: 'type use', name: declaration.name }, file, scope);
  const { contents } = hoverOf(type.file.source, declaration, paragraphs);
  return { location: { uri: type.file.uri, range: type.file.source.range(declaration.name) }, hover: { contents } };
}

/** A field of a table of functions: `b->rpc_tx_vtbl.spawn_domain`. Only such as no one else would call so. */
function field(name: string, includes: readonly string[], workspace: Workspace): GeneratedName | undefined {
  if (!name.includes('_')) return undefined;
  for (const file of interfacesIncluded(includes, workspace)) {
    const message = file.tree.messages.find(
      (each) => each.name?.text === name || wiresOf(each).some((wire) => wire.name === name),
    );
    if (!message?.name) continue;
    const what = `Field of the tables of functions of ${file.tree.head?.name?.text ?? ''}.`;
    return generated({ name, kind: 'function', header: 'defs', origin: message.name, message, what }, file, workspace);
  }
  return undefined;
}

function generated(name: CName, file: FlounderFile, workspace: Workspace): GeneratedName {
  const { range, contents } = hoverOf(file.source, name.origin, paragraphs(name, file, workspace));
  // The range is the C file's to know.
  return { location: { uri: file.uri, range: range ?? file.source.range(name.origin) }, hover: { contents } };
}

function paragraphs(name: CName, file: FlounderFile, workspace: Workspace): (string | undefined)[] {
  return [`\`${name.name}\`: ${name.what}`, ...paragraphsOf(elementOf(name), file, scopeOf(file, workspace))];
}

function elementOf({ origin, message, type }: CName): Element {
  if (message) return { kind: 'message', name: origin, message };
  if (!type) return { kind: 'interface', name: origin };
  const value = type.constants.indexOf(origin);
  if (value >= 0) return { kind: 'constant', name: origin, value, declaration: type };
  return { kind: 'type', name: origin, declaration: type };
}

const itemKinds: Readonly<Record<CName['kind'], CompletionItemKind>> = {
  function: CompletionItemKind.Function,
  type: CompletionItemKind.Interface,
  struct: CompletionItemKind.Struct,
  union: CompletionItemKind.Struct,
  enum: CompletionItemKind.Enum,
  constant: CompletionItemKind.Constant,
};

function itemOf({ name, kind, what }: CName, file: FlounderFile): CompletionItem {
  return {
    label: name,
    kind: itemKinds[kind],
    detail: `${file.tree.head?.name?.text ?? ''}.if`,
    documentation: { kind: MarkupKind.PlainText, value: what },
  };
}
