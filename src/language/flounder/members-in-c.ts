import type { Location } from 'vscode-languageserver-types';
import type { Workspace } from '../language.ts';
import { wiresOf } from './c-types.ts';
import type { Element } from './element.ts';
import type { FlounderFile } from './scope.ts';

interface MembersInC {
  readonly found: readonly { readonly name: string; readonly location: Location }[];
  /** Whether these are all, and nothing else. */
  readonly certain: boolean;
}

/**
 * Where C has the bare name of a message (`rx_vtbl.NAME`, `rpc_tx_vtbl.NAME`), or of a structure's field. It is looked for in
 * sources that include the interface. Words without an underscore are not known, and others may be in sources that include
 * it by way of another header, or mean something else there.
 */
export function membersInC(
  element: Element,
  file: FlounderFile,
  workspace: Workspace,
  including = sourcesIncluding(file, workspace),
): MembersInC {
  const names = including.size > 0 ? membersOf(element) : [];
  const all = names.flatMap((name) => workspace.inC(name, file.uri).map((location) => ({ name, location })));
  const found = all.filter(({ location }) => including.has(location.uri));
  return { found, certain: found.length === all.length && names.every((name) => name.includes('_')) };
}

/** C sources with the header of an interface; for one that many include, it takes time. */
export function sourcesIncluding({ tree, uri }: FlounderFile, workspace: Workspace): ReadonlySet<string> {
  const name = tree.head?.name?.text;
  return new Set(name === undefined ? [] : workspace.inC(`${name}_defs`, uri).map((each) => each.uri));
}

function membersOf(element: Element): string[] {
  if (element.kind === 'field') return [element.name.text];
  if (element.kind !== 'message') return [];
  return [...new Set([element.name.text, ...wiresOf(element.message).map(({ name }) => name)])];
}
