import type { FieldLayout } from './field-layout.ts';
import type { ConstantLayout, ConstantsLayout, FormatLayout, RegisterLayout, TypeLayout } from './layout.ts';

/** A C name that is generated for a device (tools/mackerel/ShiftDriver.hs), and what it stands for. */
export interface CName {
  readonly name: string;
  readonly kind: 'function' | 'type' | 'constant' | 'variable';
  /** A C declaration of it. */
  readonly prototype: string;
  /** What it does, in a sentence. */
  readonly about: string;
  readonly target: CTarget;
  /** It is there, but not what one would call: reads a shadow, or must be written by hand. */
  readonly unusual?: boolean;
}

interface CTarget {
  readonly register?: RegisterLayout;
  readonly type?: TypeLayout;
  readonly field?: FieldLayout;
  readonly constant?: ConstantLayout;
  readonly space?: string;
}

/** The unsigned type that holds so many bits. */
export function unsignedOf(bits: number): string {
  if (bits <= 8) return 'uint8_t';
  if (bits <= 16) return 'uint16_t';
  return bits <= 32 ? 'uint32_t' : 'uint64_t';
}

export function typeInC(device: string, type: TypeLayout | undefined): string {
  if (type?.kind === 'builtin') return `${type.name}_t`;
  return type ? `${device}_${type.name}_t` : 'uint32_t';
}

export function fieldInC(device: string, { node, width }: FieldLayout): string {
  const { type } = node;
  if (!type?.name) return unsignedOf(width);
  return `${type.device?.text ?? device}_${type.name.text}_t`;
}

export function namesOfType(device: string, type: TypeLayout): CName[] {
  if (type.kind === 'builtin') return [];
  return type.kind === 'constants' ? namesOfConstants(device, type) : namesOfFormat(device, type);
}

function namesOfFormat(device: string, type: FormatLayout): CName[] {
  const own = `${device}_${type.name}`;
  const target = { type };
  const data = type.kind === 'data';
  const names: CName[] = [];
  const add = (name: string, kind: CName['kind'], prototype: string, about: string): void => {
    names.push({ name: `${own}_${name}`, kind, prototype, about, target });
  };
  const bytes = Math.floor((type.bits + 7) / 8);
  if (data) {
    add('t', 'type', `typedef uint8_t *${own}_t;`, 'Points to the data.');
    add('array_t', 'type', `typedef uint8_t ${own}_array_t[${String(bytes)}];`, 'Room for the data.');
    add('size', 'variable', `static const size_t ${own}_size = ${String(bytes)};`, 'The bytes of the data.');
  } else {
    add('t', 'type', `typedef ${unsignedOf(type.bits)} ${own}_t;`, 'What the register holds.');
    add('default', 'constant', `#define ${own}_default`, 'Ones where they must be, else zeros.');
  }
  add(
    'prtval',
    'function',
    `int ${own}_prtval(char *s, size_t size, ${own}_t value);`,
    'Prints the fields of a value.',
  );
  return names;
}

/** Of a field in a type. */
export function namesOfTypeField(device: string, type: FormatLayout, field: FieldLayout): CName[] {
  if (field.anonymous) return [];
  const own = `${device}_${type.name}_${field.name}`;
  const all = `${device}_${type.name}_t`;
  const value = fieldInC(device, field);
  const target = { type, field };
  const data = type.kind === 'data';
  const result = data ? 'void' : all;
  return [
    {
      name: `${own}_extract`,
      kind: 'function',
      prototype: `${value} ${own}_extract(${all} ${data ? 'data' : 'value'});`,
      about: data ? 'The field, read from the data.' : 'The field, taken out of a value.',
      target,
    },
    {
      name: `${own}_insert`,
      kind: 'function',
      prototype: `${result} ${own}_insert(${all} ${data ? 'data' : 'value'}, ${value} field);`,
      about: data ? 'The field, written into the data.' : 'A value with the field put in.',
      target,
    },
  ];
}

function namesOfConstants(device: string, type: ConstantsLayout): CName[] {
  const own = `${device}_${type.name}`;
  const target = { type };
  return [
    {
      name: `${own}_t`,
      kind: 'type',
      prototype: `typedef ${unsignedOf(type.bits)} ${own}_t;`,
      about: 'One of the constants.',
      target,
    },
    {
      name: `${own}_describe`,
      kind: 'function',
      prototype: `char *${own}_describe(${own}_t value);`,
      about: 'The description of a constant.',
      target,
    },
    {
      name: `${own}_prtval`,
      kind: 'function',
      prototype: `int ${own}_prtval(char *s, size_t size, ${own}_t value);`,
      about: 'Prints the description of a constant.',
      target,
    },
  ];
}

export function nameOfConstant(device: string, constant: ConstantLayout): CName {
  const value = constant.value === undefined ? '' : constantInC(constant.value);
  const type = `${device}_${constant.type.name.text}_t`;
  return {
    name: `${device}_${constant.name}`,
    kind: 'constant',
    prototype: `#define ${device}_${constant.name} ((${type})${value})`,
    about: constant.description,
    target: { constant },
  };
}

export function constantInC(value: bigint): string {
  return value === -1n ? '(-1LL)' : value < 0n ? String(value) : `0x${value.toString(16)}`;
}
