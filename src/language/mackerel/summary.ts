import { SymbolKind } from 'vscode-languageserver-types';
import type { DeclaredName, FileSummary } from '../language.ts';
import type { MackerelFile } from './reading.ts';
import type { Declaration, Field, Name } from './syntax.ts';

const KINDS: Readonly<Record<Declaration['kind'], SymbolKind>> = {
  space: SymbolKind.Namespace,
  constants: SymbolKind.Enum,
  regtype: SymbolKind.Struct,
  datatype: SymbolKind.Struct,
  register: SymbolKind.Variable,
  regarray: SymbolKind.Array,
};

export function kindOf({ kind }: Declaration): SymbolKind {
  return KINDS[kind];
}

/** Names of the device and of all that is in it but fields; the device's is the first. Used are the names of other devices and their types. */
export function summarize({ tree, source }: MackerelFile): FileSummary {
  const declared: DeclaredName[] = [];
  const used = new Set<string>();
  const { device } = tree;
  const declare = (name: Name, kind: SymbolKind, container?: string): void => {
    declared.push({ name: name.text, kind, range: source.range(name), ...(container !== undefined && { container }) });
  };
  if (device?.name) declare(device.name, SymbolKind.Class);
  for (const each of device?.declarations ?? []) {
    declare(each.name, kindOf(each), device?.name?.text);
    if (each.kind === 'constants')
      for (const { name } of each.values) declare(name, SymbolKind.EnumMember, each.name.text);
  }
  for (const { name } of tree.imports) if (name) used.add(name.text);
  if (used.size > 0) for (const each of device?.declarations ?? []) addQualified(each, used);
  return { declared, used: [...used] };
}

function addQualified(declaration: Declaration, used: Set<string>): void {
  const fields: readonly Field[] = 'fields' in declaration ? (declaration.fields ?? []) : [];
  for (const { type } of fields) {
    if (!type?.device) continue;
    used.add(type.device.text);
    if (type.name) used.add(type.name.text);
  }
}
