import type { Hover } from 'vscode-languageserver-types';
import type { Workspace } from '../language.ts';
import { codeBlock, hoverOf, plain } from '../markdown.ts';
import { FIELD_ACCESS, meaningOf } from './access.ts';
import { namesOfDevice, namesOfField, namesOfRegister } from './c-names.ts';
import { nameOfConstant, namesOfTypeField, type CName } from './c-type-names.ts';
import { bitsOf, maskOf, type FieldLayout } from './field-layout.ts';
import {
  defaultOf,
  layoutOf,
  type DeviceLayout,
  type RegisterLayout,
  type SpaceLayout,
  type TypeLayout,
} from './layout.ts';
import { occurrenceAt, type Occurrence } from './occurrences.ts';
import type { MackerelFile } from './reading.ts';
import { registerOfTarget, targetOf, typeOfTarget, type Target } from './targets.ts';
import { accessWords, addressingWords, BitTable, constantsTable, counted, placeOf, valueWords } from './words.ts';

const BUILTIN_SPACE: Readonly<Record<string, string>> = {
  addr: '**addr**: physical memory, from an argument of the device on',
  io: '**io**: I/O ports, from an argument of the device on',
  pci: '**pci**: PCI configuration space, from an argument of the device on',
  noaddr: '**noaddr**: the register has no address; how it is read and written is defined in C',
  also: '**also**: the register may be where another one is',
};

export function hover(file: MackerelFile, offset: number, workspace: Workspace): Hover | undefined {
  const name = occurrenceAt(file.tree, offset);
  if (!name) return keywordHover(file, offset);
  const target = targetOf(file, name, workspace);
  if (!target) {
    const builtin = name.role === 'type' ? layoutOf(file.tree)?.typeNamed.get(name.text) : undefined;
    if (builtin?.kind !== 'builtin') return undefined;
    return hoverOf(file.source, name, [`**${builtin.name}**: ${String(builtin.bits)} bits, without fields`]);
  }
  return hoverOf(file.source, name, paragraphsOf(target, workspace));
}

function keywordHover({ tree, source }: MackerelFile, offset: number): Hover | undefined {
  const index = tree.tokens.at(offset);
  const span = { start: tree.tokens.start(index), end: tree.tokens.end(index) };
  if (span.start > offset) return undefined;
  const word = tree.tokens.textOf(index).toLowerCase();
  const access = FIELD_ACCESS.get(word);
  const text = access
    ? `**${plain(word)}**: ${meaningOf(access)}`
    : Object.hasOwn(BUILTIN_SPACE, word)
      ? BUILTIN_SPACE[word]
      : undefined;
  return text === undefined ? undefined : hoverOf(source, span, [text]);
}

/** What a hover says of a thing. */
export function paragraphsOf(target: Target, workspace: Workspace): (string | undefined)[] {
  const layout = layoutOf(target.file.tree);
  if (!layout) return [];
  const words = new Words(layout, new BitTable(target.file, layout, workspace));
  const { role, text } = target.at;
  if (role === 'device') return words.device();
  if (role === 'argument') return words.argument(text);
  if (role === 'space') return words.space(layout.spaceNamed.get(text));
  if (role === 'constant') return words.constant(text);
  if (role === 'field') return words.field(target.at);
  if (role === 'register') return words.register(registerOfTarget(target));
  return words.type(typeOfTarget(target));
}

class Words {
  readonly #layout: DeviceLayout;
  readonly #bits: BitTable;

  constructor(layout: DeviceLayout, bits: BitTable) {
    this.#layout = layout;
    this.#bits = bits;
  }

  device(): (string | undefined)[] {
    const { node, name, registers } = this.#layout;
    const about = node.description ? ` · ${plain(node.description.value)}` : '';
    const facts = [
      counted(registers.length, 'register'),
      node.order === 'msbfirst' ? 'highest bits first' : 'lowest bits first',
    ];
    return [`**${plain(name)}** · device${about}`, facts.join(' · '), inC(namesOfDevice(this.#layout).slice(0, 2))];
  }

  argument(name: string): string[] {
    const found = this.#layout.node.arguments.find((each) => each.name.text === name);
    const count = this.#layout.registers.filter(({ base, node }) => node.place?.builtin && base === name).length;
    return [
      `**${plain(name)}** · argument of the device, an address in ${found?.type ?? ''} · ${counted(count, 'register')}`,
    ];
  }

  space(space: SpaceLayout | undefined): (string | undefined)[] {
    if (!space) return [];
    const count = this.#layout.registers.filter((each) => each.space === space).length;
    return [
      `**${plain(space.name)}** · address space · ${plain(space.description)}`,
      `${addressingWords(space)} · ${counted(count, 'register')}`,
    ];
  }

  constant(name: string): (string | undefined)[] {
    const constant = this.#layout.constantNamed.get(name);
    if (!constant) return [];
    const value = constant.value === undefined ? '' : ` = ${valueWords(constant.value)}`;
    const about = constant.description === name ? '' : ` · ${plain(constant.description)}`;
    return [
      `**${plain(name)}**${value} · ${plain(constant.type.name.text)}${about}`,
      inC([nameOfConstant(this.#layout.name, constant)]),
    ];
  }

  type(type: TypeLayout | undefined): (string | undefined)[] {
    if (!type || type.kind === 'builtin') return [];
    if (type.kind === 'constants') {
      const width = type.node.width ? ` · ${String(type.bits)} bits` : '';
      return [`**${plain(type.name)}** · constants${width} · ${plain(type.description)}`, constantsTable(type)];
    }
    const kind = type.kind === 'data' ? 'data type' : 'register type';
    const set = defaultOf(type);
    const initial = set === 0n ? '' : ` · default 0x${set.toString(16)}`;
    const users = this.#layout.registers.filter((each) => each.type === type).length;
    const used = type.kind === 'register' ? ` · ${counted(users, 'register')}` : '';
    return [
      `**${plain(type.name)}** · ${kind} · ${plain(type.description)}`,
      `${String(type.bits)} bits${initial}${used}`,
      this.#bits.of(type.fields),
    ];
  }

  register(register: RegisterLayout | undefined): (string | undefined)[] {
    if (!register) return [];
    const { name, description, type, access, bits, node } = register;
    const about = description === name ? '' : ` · ${plain(description)}`;
    const kind = node.kind === 'regarray' ? 'register array' : 'register';
    const facts = [placeOf(register), bits > 0 ? `${String(bits)} bits` : '', accessWords(access)];
    if (!node.fields && type) facts.push(`type ${type.name}`);
    const set = type?.kind === 'register' ? defaultOf(type) : 0n;
    if (set !== 0n) facts.push(`default 0x${set.toString(16)}`);
    const constants = type?.kind === 'constants' ? constantsTable(type) : undefined;
    const usual = namesOfRegister(this.#layout.name, register).filter(
      (each) => each.unusual !== true && /_(?:rd|wr)$/.test(each.name),
    );
    return [
      `**${plain(name)}** · ${kind}${about}`,
      facts
        .filter((fact) => fact !== '')
        .map(plain)
        .join(' · '),
      this.#bits.of(register.fields),
      constants,
      inC(usual),
    ];
  }

  field({ field, declaration }: Occurrence): (string | undefined)[] {
    const register = this.#layout.registers.find(
      ({ node, fields }) => node === declaration || fields.some((each) => each.node === field),
    );
    const type = this.#layout.types.find(
      (each) => (each.kind === 'register' || each.kind === 'data') && each.node === declaration,
    );
    const format = type?.kind === 'register' || type?.kind === 'data' ? type : undefined;
    const own = register?.node === declaration ? register : undefined;
    const laid = (own?.fields ?? format?.fields)?.find(({ node }) => node === field);
    if (!laid) return [];
    const device = this.#layout.name;
    const names = register
      ? namesOfField(device, register, laid)
      : format
        ? namesOfTypeField(device, format, laid)
        : [];
    return [...this.fieldHead(laid, declaration?.name.text ?? ''), inC(names)];
  }

  fieldHead(field: FieldLayout, owner: string): string[] {
    const { name, description, access, width } = field;
    const about = description === name ? '' : ` · ${plain(description)}`;
    const bits = width === 1 ? `bit ${bitsOf(field)}` : `bits ${bitsOf(field)}`;
    const facts = [`${bits} of ${plain(owner)}`, `mask 0x${maskOf(field).toString(16)}`];
    if (access !== 'none') facts.push(plain(accessWords(access)));
    return [`**${plain(name)}** · field${about}`, facts.join(' · '), this.#bits.values(field)];
  }
}

function inC(names: readonly CName[]): string | undefined {
  return names.length === 0 ? undefined : codeBlock('c', names.map(({ prototype }) => prototype).join('\n'));
}
