import type { Hover, Location } from 'vscode-languageserver-types';
import type { ParsedFile, Workspace } from '../language.ts';
import { hoverOf, plain } from '../markdown.ts';
import { allDefinitions, type Definition, type Use } from '../outline.ts';
import { Kind } from '../scanner.ts';
import { cardName, structAt, type DeviceDbTree } from './parser.ts';
import { fieldText, VENDORS } from './words.ts';

type File = ParsedFile<DeviceDbTree>;

/** Where Hakefiles name a target. */
export function builtBy(binary: string, workspace: Workspace): Location[] {
  return workspace
    .declaring('barrelfish-hakefile', binary)
    .flatMap((uri) =>
      (workspace.summary(uri)?.declared ?? [])
        .filter(({ name }) => name === binary)
        .map(({ range }) => ({ uri, range })),
    );
}

/** Of a program, a driver, a field, a vendor, a card, and an entry as a whole. */
export function hoverDeviceDb(file: File, offset: number, workspace: Workspace): Hover | undefined {
  const { tree, source } = file;
  const { tokens } = tree;
  const use = tree.uses.find(({ start, end }) => start <= offset && offset <= end);
  if (use) return hoverOf(source, use, describeProgram(file, use, workspace));
  const index = tokens.at(offset);
  if (tokens.start(index) > offset) return undefined;
  const span = { start: tokens.start(index), end: tokens.end(index) };
  const word = tokens.textOf(index);
  const inside = [...allDefinitions(tree.definitions)].findLast(({ start, end }) => start <= offset && offset < end);
  const card = inside && tree.cards.get(inside);
  const vendor = card?.vendor === undefined ? undefined : VENDORS.get(card.vendor);
  const of = vendor === undefined ? '' : ` · ${plain(vendor)}`;
  if (card && tokens.kind(index) === Kind.number && tokens.textOf(index - 2) === 'vendor') {
    return of === '' ? undefined : hoverOf(source, span, [`**${plain(cardName(card).slice(0, 4))}**${of}`]);
  }
  if (tokens.kind(index) !== Kind.name) return undefined;
  if (tokens.textOf(index + 1) === ':') {
    const struct = structAt(tokens, index);
    const text = struct === undefined ? undefined : fieldText(struct, word);
    return text === undefined
      ? undefined
      : hoverOf(source, span, [`**${plain(word)}** of ${plain(struct ?? '')}`, plain(text)]);
  }
  if (card && word === 'pci_card') return hoverOf(source, span, [`**${plain(cardName(card))}**${of}`]);
  return inside?.start === span.start ? hoverOf(source, span, describeEntry(inside)) : undefined;
}

function describeEntry({ name, what, detail, inside }: Definition): string[] {
  const cards = inside.map((card) => `\`${card.name}\``).join(' ');
  return [`**${plain(name)}** · ${what}${detail === '' ? '' : ` · module ${plain(detail)}`}`, cards];
}

function describeProgram(file: File, { name, what, start }: Use, workspace: Workspace): string[] {
  if (what.includes('module')) return [`**${plain(name)}** · driver module`, 'Defined in C by `DEFINE_MODULE`.'];
  const entry = file.tree.definitions.find((each) => each.start <= start && start < each.end);
  const by = builtBy(name, workspace).map(({ uri }) => plain(uri.split('/').slice(-3).join('/')));
  const isKnown = workspace.files('barrelfish-hakefile').length > 0;
  const none = isKnown ? 'No Hakefile builds it.' : '';
  return [
    ...(entry ? describeEntry(entry) : [`**${plain(name)}**`]),
    by.length > 0 ? `Built by ${by.join(', ')}.` : none,
  ];
}
