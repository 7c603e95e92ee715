import { CompletionItemKind, InsertTextFormat, type CompletionItem } from 'vscode-languageserver-types';
import type { Workspace } from '../language.ts';
import { Kind } from '../scanner.ts';
import { DATA_ACCESS, FIELD_ACCESS, meaningOf, REGISTER_ACCESS, type Access } from './access.ts';
import { layoutOf, type DeviceLayout, type TypeLayout } from './layout.ts';
import { expectedAt } from './parser.ts';
import { MACKEREL, stemOf, type MackerelFile } from './reading.ts';
import { foreignDevices } from './scopes.ts';
import type { Argument } from './syntax.ts';
import type { Expectation } from './terminals.ts';
import { addressingWords } from './words.ts';

/** What the grammar and the declarations allow at an offset. */
export function complete(file: MackerelFile, offset: number, workspace: Workspace): readonly CompletionItem[] {
  const { tokens } = file.tree;
  if (tokens.comments.some(({ start, end, block }) => start < offset && (block ? offset < end : offset <= end)))
    return [];
  let limit = tokens.at(offset);
  // The word that is being typed is not there yet.
  if (limit > 0 && tokens.end(limit - 1) === offset && tokens.kind(limit - 1) === Kind.name) limit--;
  else if (tokens.start(limit) < offset && tokens.kind(limit) !== Kind.name) return [];
  const begin = beginningOf(file, tokens.start(limit), limit);
  let expected = expectedAt(tokens, begin, limit);
  // In a new line something new can begin, even where the end of the last thing is still missing.
  const isNewLine = limit > 0 && tokens.text.slice(tokens.end(limit - 1), tokens.start(limit)).includes('\n');
  if (expected.size === 0 && begin > 0 && isNewLine && !isInBlock(file, offset)) expected = BETWEEN;
  const items = new Items(file, workspace);
  for (const [what, about] of expected) items.add(what, about);
  return items.all;
}

const BETWEEN: ReadonlyMap<Expectation, string> = new Map([['declaration', '']]);

/** Whether the next words are a field's or a constant's. */
function isInBlock({ tree }: MackerelFile, offset: number): boolean {
  const around = tree.device?.declarations.find(({ body }) => body && body.start < offset && offset <= body.end);
  return around !== undefined;
}

/**
 * The word with which the declaration around an offset begins; −1 between declarations, and 0 when the whole file has to be
 * read.
 */
function beginningOf({ tree: { device, tokens } }: MackerelFile, offset: number, limit: number): number {
  const body = device?.body;
  if (!body || offset <= body.start || (offset >= body.end && tokens.text.charAt(body.end - 1) === '}')) return 0;
  let low = 0;
  let high = device.declarations.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((device.declarations[middle]?.start ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  const before = device.declarations[low - 1];
  const isWhole = before !== undefined && before.end <= offset && tokens.text.charAt(before.end - 1) === ';';
  const from = tokens.at(before ? (isWhole ? before.end : before.start) : body.start + 1);
  return from >= limit ? -1 : from;
}

class Items {
  readonly all: CompletionItem[] = [];
  readonly #file: MackerelFile;
  readonly #layout: DeviceLayout | undefined;
  readonly #workspace: Workspace;

  constructor(file: MackerelFile, workspace: Workspace) {
    this.#file = file;
    this.#workspace = workspace;
    this.#layout = layoutOf(file.tree);
  }

  add(what: Expectation, about: string): void {
    switch (what) {
      case 'import':
        this.#snippet('import', 'import ${1:device};', 'Takes the constants of another device');
        break;
      case 'import-name':
        this.#devices();
        break;
      case 'device':
        this.#snippet('device', DEVICE.replace('NAME', stemOf(this.#file.uri)), 'Describes a device');
        break;
      case 'device-name':
        this.#item(stemOf(this.#file.uri), CompletionItemKind.Class, 'as the file is called');
        break;
      case 'order':
        this.#orders(about);
        break;
      case 'argument-type':
        for (const [word, text] of SPACES) this.#item(word, CompletionItemKind.Keyword, text);
        break;
      case 'declaration':
        for (const [word, text, detail] of DECLARATIONS) this.#snippet(word, text, detail);
        break;
      case 'addressing':
        for (const [word, text, detail] of ADDRESSING) this.#snippet(word, text, detail);
        break;
      case 'access-register':
        this.#access(REGISTER_ACCESS);
        break;
      case 'access-field':
        this.#access(FIELD_ACCESS);
        break;
      case 'access-data':
        this.#access(DATA_ACCESS);
        break;
      case 'also':
        this.#item('also', CompletionItemKind.Keyword, 'may be where another register is');
        break;
      case 'place':
        this.#places();
        break;
      case 'base':
        this.#bases(about);
        break;
      case 'type':
        this.#snippet(
          'type',
          'type($1)',
          about === 'field' ? 'one of the constants' : 'a type that is declared elsewhere',
        );
        break;
      case 'type-register':
        for (const type of this.#layout?.types ?? []) this.#type(type);
        break;
      case 'type-field':
        for (const type of this.#layout?.types ?? []) if (type.kind === 'constants') this.#type(type);
        for (const name of foreignDevices(this.#file, this.#workspace).keys()) {
          this.#item(name, CompletionItemKind.Module, 'imported device', `${name}.`);
        }
        break;
      case 'type-member':
        this.#members(about);
        break;
      case 'width':
        this.#snippet('width', 'width(${1|8,16,32,64|})', 'so that registers can have these constants as their type');
        break;
    }
  }

  #item(label: string, kind: CompletionItemKind, detail: string, insertText?: string): void {
    this.all.push({
      label,
      kind,
      detail,
      sortText: String(this.all.length).padStart(5, '0'),
      ...(insertText !== undefined && { insertText }),
    });
  }

  #snippet(label: string, insertText: string, detail: string): void {
    this.#item(label, CompletionItemKind.Keyword, detail, insertText);
    const item = this.all.at(-1);
    if (item) item.insertTextFormat = InsertTextFormat.Snippet;
  }

  #access(modes: ReadonlyMap<string, Access>): void {
    for (const [word, access] of modes) this.#item(word, CompletionItemKind.Keyword, meaningOf(access));
  }

  #orders(about: string): void {
    const open = about === 'word' ? '(${1:32})' : '';
    this.#snippet('lsbfirst', `lsbfirst${open}`, 'the field with the lowest bits stands first');
    this.#snippet('msbfirst', `msbfirst${open}`, 'the field with the highest bits stands first');
  }

  #devices(): void {
    for (const uri of this.#workspace.files(MACKEREL)) {
      const name = this.#workspace.summary(uri)?.declared[0]?.name;
      if (uri !== this.#file.uri && name === stemOf(uri)) this.#item(name, CompletionItemKind.Module, 'device');
    }
  }

  #places(): void {
    const used = this.#layout?.node.arguments ?? [];
    for (const { type, name } of used)
      this.#snippet(
        `${type}(${name.text}, …)`,
        `${type}(${name.text}, \${1:0x0})`,
        'from an argument of the device on',
      );
    for (const space of this.#layout?.spaces ?? []) {
      if (space.node) this.#snippet(space.name, `${space.name}(\${1:0x0})`, addressingWords(space));
      else if (!used.some(({ type }) => type === space.name)) {
        this.#snippet(space.name, `${space.name}(\${1:base}, \${2:0x0})`, space.description);
      }
    }
    this.#item('noaddr', CompletionItemKind.Keyword, 'without an address: accessed by C of your own');
  }

  #bases(space: string): void {
    const all: readonly Argument[] = this.#layout?.node.arguments ?? [];
    for (const { type, name } of all) {
      if (type === space) this.#item(name.text, CompletionItemKind.Variable, `argument of the device, ${type}`);
    }
  }

  #type(type: TypeLayout): void {
    const detail = type.kind === 'constants' ? 'constants' : `${String(type.bits)} bits`;
    const kind = type.kind === 'constants' ? CompletionItemKind.Enum : CompletionItemKind.Struct;
    this.#item(type.name, kind, type.kind === 'builtin' ? detail : `${detail} · ${type.description}`);
  }

  #members(about: string): void {
    const [what, device] = about.split(':');
    const layout =
      device === this.#layout?.name ? this.#layout : foreignDevices(this.#file, this.#workspace).get(device ?? '');
    for (const type of layout?.types ?? []) {
      if (type.kind === 'constants' || (what === 'type-register' && layout === this.#layout)) this.#type(type);
    }
  }
}

const SPACES: readonly (readonly [string, string])[] = [
  ['addr', 'address in physical memory'],
  ['io', 'number of an I/O port'],
  ['pci', 'address in PCI configuration space'],
];

const DEVICE = 'device ${1:NAME} ${2|lsbfirst,msbfirst|} (${3:addr base}) "${4:Description}" {\n\t$0\n};';

const DECLARATIONS: readonly (readonly [string, string, string])[] = [
  [
    'register',
    'register ${1:name} ${2|rw,ro,wo,rc,rwc,rwzc|} addr(${3:base}, ${4:0x0}) "${5:Description}" {\n\t${6:field} ${7:1} "${8:Description}";\n};',
    'A register',
  ],
  [
    'regarray',
    'regarray ${1:name} ${2|rw,ro,wo,rc,rwc,rwzc|} addr(${3:base}, ${4:0x0}) [${5:4}; ${6:0x4}] "${7:Description}" type(${8:uint32});',
    'Registers of one kind',
  ],
  [
    'regtype',
    'regtype ${1:name} "${2:Description}" {\n\t${3:field} ${4:32} "${5:Description}";\n};',
    'What several registers hold',
  ],
  [
    'datatype',
    'datatype ${1:name} ${2|lsbfirst,msbfirst|}(${3:32}) "${4:Description}" {\n\t${5:field} ${6:32} "${7:Description}";\n};',
    'Data in memory, such as a descriptor',
  ],
  [
    'constants',
    'constants ${1:name} "${2:Description}" {\n\t${3:constant} = ${4:0} "${5:Description}";\n};',
    'Values of fields',
  ],
  [
    'space',
    'space ${1:name}(${2:index}) ${3|valuewise,bytewise,registerwise|} "${4:Description}";',
    'An address space of the device',
  ],
];

const ADDRESSING: readonly (readonly [string, string, string])[] = [
  ['bytewise', 'bytewise', 'an address is that of a byte'],
  ['valuewise', 'valuewise', 'an address is the number of a register'],
  ['registerwise', 'registerwise', 'each register has a function of its own'],
  ['stepwise', 'stepwise(${1:4})', 'an address stands for so many bytes'],
];
