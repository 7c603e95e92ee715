import { madeOnce } from '../made-once.ts';
import { canRead, canWrite, type Access } from './access.ts';
import { layFields, maskOf, type FieldLayout } from './field-layout.ts';
import type {
  Addressing,
  Constants,
  DataType,
  Device,
  Field,
  MackerelTree,
  Register,
  RegisterType,
  Space,
  TypeReference,
  Value,
} from './syntax.ts';

/** Where everything of a device is: what the compiler makes its C from (tools/mackerel: Dev, TypeTable, RegisterTable, Fields). */
export interface DeviceLayout {
  readonly name: string;
  readonly node: Device;
  /** The built-in ones first, then the device's own. */
  readonly spaces: readonly SpaceLayout[];
  /** In the order of the text, the implicit types of registers among them; the built-in ones are last. */
  readonly types: readonly TypeLayout[];
  readonly registers: readonly RegisterLayout[];
  /** The first of each name, as the compiler looks them up. */
  readonly typeNamed: ReadonlyMap<string, TypeLayout>;
  readonly registerNamed: ReadonlyMap<string, RegisterLayout>;
  readonly constantNamed: ReadonlyMap<string, ConstantLayout>;
  readonly spaceNamed: ReadonlyMap<string, SpaceLayout>;
}

export interface SpaceLayout {
  readonly name: string;
  readonly addressing: Addressing | undefined;
  readonly description: string;
  /** Undefined for a built-in one. */
  readonly node?: Space;
}

export type TypeLayout = FormatLayout | ConstantsLayout | BuiltinLayout;

export interface FormatLayout {
  readonly kind: 'register' | 'data';
  readonly name: string;
  readonly bits: number;
  readonly fields: readonly FieldLayout[];
  readonly description: string;
  /** The register itself for an implicit type. */
  readonly node: RegisterType | DataType | Register;
  /** Of data: the bits of a word; the whole where none is given. */
  readonly word: number;
}

export interface ConstantsLayout {
  readonly kind: 'constants';
  readonly name: string;
  /** As given, else the smallest of 8, 16, 32 and 64 that holds the greatest value. */
  readonly bits: number;
  readonly values: readonly ConstantLayout[];
  readonly description: string;
  readonly node: Constants;
}

export interface ConstantLayout {
  readonly name: string;
  readonly value: bigint | undefined;
  readonly description: string;
  readonly type: Constants;
  readonly node: Value;
}

interface BuiltinLayout {
  readonly kind: 'builtin';
  readonly name: string;
  readonly bits: number;
}

export interface RegisterLayout {
  readonly name: string;
  readonly access: Access;
  /** Undefined for `noaddr`, for a space that isn't there, and where the text is damaged: see `node.place`. */
  readonly space: SpaceLayout | undefined;
  readonly base: string;
  /** In the space, from the base. */
  readonly offset: number;
  readonly array: ArrayLayout | undefined;
  /** Undefined where there is no such type in the device. */
  readonly type: TypeLayout | undefined;
  /** −1 where its type is constants without a width; 32 where the type isn't there. */
  readonly bits: number;
  /** With the access that they have in this register. */
  readonly fields: readonly FieldLayout[];
  readonly description: string;
  readonly readable: boolean;
  readonly writable: boolean;
  /** Something can be written that can't be read: the device keeps a shadow of it. */
  readonly shadowed: boolean;
  readonly node: Register;
}

interface ArrayLayout {
  readonly count: number;
  /** From one register to the next, in addresses of the space, as the generated C has it; 0 for a list. */
  readonly stride: number;
  readonly offsets: readonly number[] | undefined;
}

const BUILTIN_SPACES: readonly SpaceLayout[] = [
  { name: 'addr', addressing: { by: 'bytes', step: 1 }, description: 'Physical memory' },
  { name: 'io', addressing: { by: 'bytes', step: 1 }, description: 'I/O ports' },
  { name: 'pci', addressing: { by: 'bytes', step: 1 }, description: 'PCI configuration space' },
];

const BUILTIN_TYPES: readonly BuiltinLayout[] = [8, 16, 32, 64].map((bits) => ({
  kind: 'builtin',
  name: `uint${String(bits)}`,
  bits,
}));

const layoutOfDevice = madeOnce(layDevice);

/** The layout of the file's device; undefined when the file has none. It is made once for each tree. */
export function layoutOf({ device }: MackerelTree): DeviceLayout | undefined {
  return device && layoutOfDevice(device);
}

function layDevice(node: Device): DeviceLayout {
  const types: TypeLayout[] = [];
  const spaces = [...BUILTIN_SPACES];
  for (const each of node.declarations) {
    if (each.kind === 'space') spaces.push(laySpace(each));
    else {
      const type = layType(each, node);
      if (type) types.push(type);
    }
  }
  types.push(...BUILTIN_TYPES);
  const typeNamed = firstOfName(types);
  const spaceNamed = firstOfName(spaces);
  const name = node.name?.text ?? '';
  const registers: RegisterLayout[] = [];
  for (const each of node.declarations) {
    if (each.kind === 'register' || each.kind === 'regarray') {
      registers.push(layRegister(each, node, typeNamed, spaceNamed));
    }
  }
  const constants = types.flatMap((type) => (type.kind === 'constants' ? type.values : []));
  return {
    name,
    node,
    spaces,
    types,
    registers,
    typeNamed,
    spaceNamed,
    registerNamed: firstOfName(registers),
    constantNamed: firstOfName(constants),
  };
}

function firstOfName<T extends { readonly name: string }>(all: readonly T[]): ReadonlyMap<string, T> {
  const map = new Map<string, T>();
  for (const each of all) if (!map.has(each.name)) map.set(each.name, each);
  return map;
}

function laySpace(node: Space): SpaceLayout {
  return { name: node.name.text, addressing: node.addressing, description: node.description?.value ?? '', node };
}

function bitsIn(fields: readonly Field[]): number {
  return fields.reduce((sum, { width }) => sum + (width?.value ?? 0), 0);
}

function layType(node: Constants | RegisterType | DataType | Register, device: Device): TypeLayout | undefined {
  if (node.kind === 'constants') return layConstants(node);
  if (!node.fields) return undefined;
  const isData = node.kind === 'datatype';
  const bits = bitsIn(node.fields);
  const word = isData ? (node.word?.value ?? 0) : 0;
  const order = (isData ? node.order : undefined) ?? device.order;
  const own = node.kind === 'register' ? (node.access ?? 'rw') : 'none';
  return {
    kind: isData ? 'data' : 'register',
    name: node.name.text,
    bits,
    fields: layFields(node.fields, { order, word, access: isData ? 'rw' : own }),
    description: node.description?.value ?? node.name.text,
    node,
    word: word === 0 ? bits : word,
  };
}

function layConstants(node: Constants): ConstantsLayout {
  const values = node.values.map((value) => ({
    name: value.name.text,
    value: value.expression?.value,
    description: value.description?.value ?? value.name.text,
    type: node,
    node: value,
  }));
  const greatest = node.values.reduce((most, { expression }) => {
    const literal = expression?.literal;
    return literal !== undefined && literal > most ? literal : most;
  }, 0n);
  const fitting = greatest <= 0xffn ? 8 : greatest <= 0xffffn ? 16 : greatest <= 0xffffffffn ? 32 : 64;
  return {
    kind: 'constants',
    name: node.name.text,
    bits: node.width?.value ?? fitting,
    values,
    description: node.description?.value ?? '',
    node,
  };
}

/** The compiler looks for the types of registers in their own device only, even where another one is named. */
function ownTypeName(reference: TypeReference | undefined, device: string): string | undefined {
  if (!reference?.name || (reference.device && reference.device.text !== device)) return undefined;
  return reference.name.text;
}

function layRegister(
  node: Register,
  device: Device,
  types: ReadonlyMap<string, TypeLayout>,
  spaces: ReadonlyMap<string, SpaceLayout>,
): RegisterLayout {
  const access = node.access ?? 'rw';
  const typeName = node.fields ? node.name.text : ownTypeName(node.type, device.name?.text ?? '');
  const type = typeName === undefined ? undefined : types.get(typeName);
  const fields = fieldsOf(node, type, access, device);
  const bits = type?.kind === 'constants' ? (type.node.width?.value ?? -1) : (type?.bits ?? 32);
  const space = node.place?.space && spaces.get(node.place.space.text);
  const plain = type?.kind === 'builtin' || type?.kind === 'constants';
  const some = (can: (access: Access) => boolean): boolean =>
    plain ? can(access) : fields.some((field) => can(field.access));
  return {
    name: node.name.text,
    access,
    space,
    base: node.place?.base?.text ?? '',
    offset: node.place?.offset?.value ?? 0,
    array: arrayOf(node, space, bits),
    type,
    bits,
    fields,
    description: node.description?.value ?? node.name.text,
    readable: some(canRead),
    writable: some(canWrite),
    shadowed: some((each) => each === 'wo'),
    node,
  };
}

function fieldsOf(node: Register, type: TypeLayout | undefined, access: Access, device: Device): FieldLayout[] {
  if (node.fields) return layFields(node.fields, { order: device.order, word: 0, access });
  if (type?.kind !== 'register' && type?.kind !== 'data') return [];
  return type.fields.map((field) => (field.access === 'none' ? { ...field, access } : field));
}

function arrayOf({ array }: Register, space: SpaceLayout | undefined, bits: number): ArrayLayout | undefined {
  if (!array) return undefined;
  if (array.by === 'list') return { count: array.offsets.length, stride: 0, offsets: array.offsets };
  const { count, step } = array;
  return { count, stride: step === 0 ? besideEachOther(space?.addressing, bits) : step, offsets: undefined };
}

function besideEachOther(addressing: Addressing | undefined, bits: number): number {
  if (addressing?.by === 'values') return 1;
  if (addressing?.by !== 'bytes' || addressing.step <= 0) return 0;
  return Math.floor(Math.floor(bits / addressing.step) / 8);
}

/** Where a register is in its space, from its base. */
export function addressOf({ offset, array }: RegisterLayout, index = 0): number {
  if (!array) return offset;
  return offset + (array.offsets ? (array.offsets[index] ?? 0) : index * array.stride);
}

/** What the generated `…_default` holds. */
export function defaultOf({ fields }: FormatLayout): bigint {
  return fields.reduce((all, field) => all | (field.initial === 0n ? 0n : maskOf(field)), 0n);
}

/** How a space is addressed; undefined where its declaration is damaged or makes no sense. */
export function addressingOf({ addressing }: SpaceLayout): Addressing | undefined {
  return addressing?.by === 'bytes' && !(addressing.step > 0) ? undefined : addressing;
}
