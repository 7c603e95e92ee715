import { CompletionItemKind, type CompletionItem } from 'vscode-languageserver-types';
import { INTERRUPT_MODELS } from '../../barrelfish/device-db.ts';
import type { ParsedFile, Workspace } from '../language.ts';
import { lookUp } from '../look-up.ts';
import { Kind } from '../scanner.ts';
import { completesAt, tokenBeingWritten } from '../word-completion.ts';
import { structAt, type DeviceDbTree } from './parser.ts';
import { FIELDS } from './words.ts';

type File = ParsedFile<DeviceDbTree>;

/** Names of structures and fields, and what can stand in the quotes of a value. */
export function completeDeviceDb(file: File, offset: number, workspace: Workspace): CompletionItem[] {
  const { tokens } = file.tree;
  const before = tokens.at(offset - 1);
  if (tokens.kind(before) === Kind.string && tokens.start(before) < offset && offset < tokens.end(before)) {
    return texts(file, before, workspace);
  }
  if (!completesAt(tokens, offset)) return [];
  const index = tokenBeingWritten(tokens, offset);
  const last = tokens.textOf(index - 1);
  const struct = structAt(tokens, index);
  const fields = struct === undefined ? undefined : lookUp(FIELDS, struct);
  if (fields && (last === '{' || last === ',')) {
    const kind = CompletionItemKind.Field;
    return Object.entries(fields).map(([label, documentation]) => ({
      label,
      kind,
      documentation,
      insertText: `${label}: `,
    }));
  }
  const isTop = struct === undefined && (index === 0 || last === '.');
  const names = isTop ? ['pci_driver', 'cpu_driver', 'bus_driver'] : last === '[' ? ['pci_card'] : [];
  return names.map((label) => ({ label, kind: CompletionItemKind.Struct }));
}

function texts({ tree, source }: File, index: number, workspace: Workspace): CompletionItem[] {
  const { tokens } = tree;
  let at = index - 1;
  while (tokens.textOf(at) === ',' || tokens.textOf(at) === '[' || tokens.kind(at) === Kind.string) at--;
  const field = tokens.textOf(at) === ':' ? tokens.textOf(at - 1) : '';
  const range = source.range({ start: tokens.start(index) + 1, end: tokens.end(index) - 1 });
  const item = (newText: string): CompletionItem => ({
    label: newText,
    kind: CompletionItemKind.Value,
    textEdit: { range, newText },
  });
  if (field === 'interrupt_model') return INTERRUPT_MODELS.map(item);
  if (field === 'platforms') return ['x86_64', 'armv7', 'armv8'].map(item);
  if (field !== 'binary') return [];
  const built = workspace.files('barrelfish-hakefile').flatMap((uri) => workspace.summary(uri)?.declared ?? []);
  return [...new Set(built.map(({ name }) => name))].map(item);
}
