import { CompletionItemKind, MarkupKind, type CompletionItem } from 'vscode-languageserver-types';
import type { GeneratedName, NamesInC, Workspace } from '../language.ts';
import { codeBlock } from '../markdown.ts';
import { namesOfDevice, namesOfField, namesOfRegister, namesOfSpace } from './c-names.ts';
import { nameOfConstant, namesOfType, namesOfTypeField, type CName } from './c-type-names.ts';
import { paragraphsOf } from './hover.ts';
import { layoutOf, type DeviceLayout } from './layout.ts';
import { occurrencesIn } from './occurrences.ts';
import { baseOf, MACKEREL, readDevice, stemOf, type MackerelFile } from './reading.ts';
import { locationOf } from './references.ts';
import type { Target } from './targets.ts';

/** So many names are offered at once. */
const MOST_ITEMS = 2000;

/** Names of the older of the compiler's two back ends (BitFieldDriver.hs), by what they are in the newer one. */
const OLDER: readonly (readonly [older: string, newer: string])[] = [
  ['_rd_raw', '_rawrd'],
  ['_wr_raw', '_rawwr'],
  ['_prt', '_prtval'],
  ['_chk', '_describe'],
  ['_un', '_t'],
];

export const namesInC: NamesInC = { resolve, complete };

function resolve(name: string, includes: readonly string[], workspace: Workspace): GeneratedName | undefined {
  for (const file of devicesOf(name, includes, workspace)) {
    const layout = layoutOf(file.tree);
    const found = layout && (namedIn(layout, name) ?? namedInOlder(layout, name));
    const target = found && targetOfName(file, found);
    if (!target) continue;
    const heading = [codeBlock('c', found.prototype), found.about];
    const value = [
      ...heading,
      ...paragraphsOf(target, workspace).map((each) => (each?.startsWith('```') ? undefined : each)),
    ];
    const text = value.filter((each) => each !== undefined && each !== '').join('\n\n');
    return { location: locationOf(file, target.at), hover: { contents: { kind: MarkupKind.Markdown, value: text } } };
  }
  return undefined;
}

/** Files whose device's name is in front of a C name: the longest name first, those whose header is included before others. */
function* devicesOf(name: string, includes: readonly string[], workspace: Workspace): Generator<MackerelFile> {
  for (let end = name.lastIndexOf('_'); end > 0; end = name.lastIndexOf('_', end - 1)) {
    const device = name.slice(0, end);
    const uris = workspace
      .declaring(MACKEREL, device)
      .filter((uri) => workspace.summary(uri)?.declared[0]?.name === device)
      .sort((a, b) => Number(isIncluded(b, includes)) - Number(isIncluded(a, includes)));
    for (const uri of uris) {
      const file = readDevice(uri, workspace);
      if (file) yield file;
    }
  }
}

/** Whether `dev/e1000_dev.h`, or `dev/omap/…_dev.h`, is made from a file. */
function isIncluded(uri: string, includes: readonly string[]): boolean {
  const header = `${stemOf(uri)}_dev.h`;
  return includes.some(
    (each) => baseOf(each) === header && uri.endsWith(each.replace(/^dev\//, '').replace(/_dev\.h$/, '.dev')),
  );
}

/** Tries where the name of a register or a type could end; what is left over must be one of its functions, or of a field's. */
function namedIn(layout: DeviceLayout, name: string): CName | undefined {
  const device = layout.name;
  const rest = name.slice(device.length + 1);
  const is = (each: CName): boolean => each.name === name;
  const constant = layout.constantNamed.get(rest);
  if (constant) return nameOfConstant(device, constant);
  for (let end = rest.lastIndexOf('_'); end > 0; end = rest.lastIndexOf('_', end - 1)) {
    const owner = rest.slice(0, end);
    const tail = rest.slice(end + 1);
    const register = layout.registerNamed.get(owner);
    const type = layout.typeNamed.get(owner);
    const own = register ? namesOfRegister(device, register).find(is) : undefined;
    const found = own ?? (type ? namesOfType(device, type).find(is) : undefined);
    if (found) return found;
    for (const field of register?.fields ?? []) {
      const ofField =
        register && tail.startsWith(field.name) ? namesOfField(device, register, field).find(is) : undefined;
      if (ofField) return ofField;
    }
    if (type?.kind !== 'register' && type?.kind !== 'data') continue;
    for (const field of type.fields) {
      const ofField = tail.startsWith(field.name) ? namesOfTypeField(device, type, field).find(is) : undefined;
      if (ofField) return ofField;
    }
  }
  for (const space of layout.spaces) {
    const ofSpace =
      space.node && rest.startsWith(`${space.name}_`)
        ? namesOfSpace(device, space.name, layout.registers).find(is)
        : undefined;
    if (ofSpace) return ofSpace;
  }
  return namesOfDevice(layout).find(is);
}

function namedInOlder(layout: DeviceLayout, name: string): CName | undefined {
  for (const [older, newer] of OLDER) {
    if (!name.endsWith(older)) continue;
    const found = namedIn(layout, name.slice(0, -older.length) + newer);
    if (found) return { ...found, prototype: name, about: 'Made by the older back end of the compiler.' };
  }
  return undefined;
}

function targetOfName(file: MackerelFile, { target }: CName): Target | undefined {
  const { register, type, field, constant, space } = target;
  const names = occurrencesIn(file.tree);
  const at = names.find((each) => {
    if (!each.declares) return false;
    if (field) return each.field === field.node;
    if (constant) return each.value === constant.node;
    if (register) return each.role === 'register' && each.declaration === register.node;
    if (type && type.kind !== 'builtin')
      return each.role !== 'field' && each.role !== 'constant' && each.declaration === type.node;
    return space === undefined ? each.role === 'device' : each.role === 'space' && each.text === space;
  });
  return at && { file, at };
}

const ITEM_KINDS: Readonly<Record<CName['kind'], CompletionItemKind>> = {
  function: CompletionItemKind.Function,
  type: CompletionItemKind.Struct,
  constant: CompletionItemKind.Constant,
  variable: CompletionItemKind.Variable,
};

/** What is called most, and is to come first. */
const USUAL = /_(?:rd|wr)f?$/;

/**
 * Of included devices, and of one whose name is written out: the names of registers, constants and types, and those of the
 * fields of the register that is begun.
 */
function complete(prefix: string, includes: readonly string[], workspace: Workspace): readonly CompletionItem[] {
  const items: CompletionItem[] = [];
  for (const layout of devicesFor(prefix, includes, workspace)) {
    for (const each of namesFor(prefix, layout)) {
      if (items.length === MOST_ITEMS) return items;
      if (each.unusual === true || !each.name.startsWith(prefix)) continue;
      const { field, register, constant } = each.target;
      items.push({
        label: each.name,
        // A prototype in the list would leave no room for the name.
        labelDetails: { description: (field ?? register ?? constant)?.description ?? '' },
        kind: ITEM_KINDS[each.kind],
        detail: each.prototype,
        documentation: each.about,
        sortText: `${USUAL.test(each.name) ? '0' : '1'}${each.name}`,
      });
    }
  }
  return items;
}

/** Each name of a device once: two headers of one name can't be included together. */
function devicesFor(prefix: string, includes: readonly string[], workspace: Workspace): Iterable<DeviceLayout> {
  const found = new Map<string, DeviceLayout>();
  const add = (file: MackerelFile | undefined): void => {
    const layout = file && layoutOf(file.tree);
    if (layout && !found.has(layout.name)) found.set(layout.name, layout);
  };
  for (const include of includes) {
    if (!include.endsWith('_dev.h')) continue;
    const device = baseOf(include).slice(0, -'_dev.h'.length);
    if (!device.startsWith(prefix) && !prefix.startsWith(device)) continue;
    const uri = workspace.declaring(MACKEREL, device).find((each) => isIncluded(each, [include]));
    if (uri !== undefined) add(readDevice(uri, workspace));
  }
  // A driver often includes the device by way of a header of its own.
  for (const file of devicesOf(prefix, includes, workspace)) add(file);
  return found.values();
}

function* namesFor(prefix: string, layout: DeviceLayout): Generator<CName> {
  const { name } = layout;
  yield* namesOfDevice(layout);
  for (const register of layout.registers) {
    const own = `${name}_${register.name}`;
    if (!own.startsWith(prefix) && !prefix.startsWith(own)) continue;
    yield* namesOfRegister(name, register);
    if (prefix.startsWith(`${own}_`)) for (const field of register.fields) yield* namesOfField(name, register, field);
  }
  for (const type of layout.types) {
    const own = `${name}_${type.name}`;
    if (own.startsWith(prefix) || prefix.startsWith(own)) yield* namesOfType(name, type);
    if (type.kind === 'constants') for (const constant of type.values) yield nameOfConstant(name, constant);
    else if (type.kind !== 'builtin' && prefix.startsWith(`${own}_`)) {
      for (const field of type.fields) yield* namesOfTypeField(name, type, field);
    }
  }
}
