import { constantInC, typeInC, unsignedOf } from '../../../../src/language/mackerel/c-type-names.ts';
import { canRead, canWrite } from '../../../../src/language/mackerel/access.ts';
import { maskOf, type FieldLayout } from '../../../../src/language/mackerel/field-layout.ts';
import {
  defaultOf,
  type DeviceLayout,
  type FormatLayout,
  type RegisterLayout,
} from '../../../../src/language/mackerel/layout.ts';

/** The same lines as generated-header.ts reads from a header, made from our layout. */
export function factsInLayout(layout: DeviceLayout): ReadonlyMap<string, string> {
  const facts = new Map<string, string>();
  const device = layout.name;
  const typeOf = ({ node, width }: FieldLayout): string =>
    node.type?.name ? `${node.type.device?.text ?? device}_${node.type.name.text}_t` : unsignedOf(width);
  for (const type of layout.types) {
    if (type.kind === 'builtin') continue;
    const own = `${device}_${type.name}`;
    if (type.kind === 'constants') {
      facts.set(`${own}_t`, unsignedOf(type.bits));
      for (const { name, value } of type.values)
        facts.set(`${device}_${name}`, `((${own}_t)${constantInC(value ?? 0n)})`);
      continue;
    }
    if (type.kind === 'register') {
      facts.set(`${own}_t`, unsignedOf(type.bits));
      facts.set(`${own}_default`, hex(defaultOf(type)));
    } else {
      facts.set(`${own}_t`, 'uint8_t *');
      facts.set(`${own}_array_t`, `uint8_t[${String(Math.floor((type.bits + 7) / 8))}]`);
    }
    for (const field of type.fields) {
      if (field.anonymous) continue;
      facts.set(`${own}_${field.name}_extract`, `${typeOf(field)} ${extraction(type, field)}`);
    }
  }
  for (const register of layout.registers) ofRegister(device, register, facts);
  return facts;
}

function extraction({ kind }: FormatLayout, field: FieldLayout): string {
  if (kind === 'register') return `${hex(maskOf(field))} >> ${String(field.low)}`;
  const load = [8, 16, 32, 64].find((bits) => field.width + (field.low % bits) <= bits) ?? 0;
  const low = field.low % load;
  return `${String(load)} ${String((field.low - low) / 8)} ${hex(maskOf({ low, width: field.width }))} ${String(low)}`;
}

function ofRegister(device: string, register: RegisterLayout, facts: Map<string, string>): void {
  const own = `${device}_${register.name}`;
  const { array, space } = register;
  if (array) facts.set(`${own}_length`, String(array.count));
  if (space) {
    const access = accessOf(register);
    if (register.readable) facts.set(`${own}_rawrd`, access);
    if (register.writable) facts.set(`${own}_rawwr`, access);
  }
  if (register.type?.kind === 'builtin' || register.type?.kind === 'constants') return;
  for (const field of register.fields) {
    if (canWrite(field.access)) {
      facts.set(`${own}_${field.name}_wrf`, `${hex(maskOf(field))} << ${String(field.low)}`);
    }
    if (canRead(field.access)) facts.set(`${own}_${field.name}_rdf`, typeInC(device, register.type));
  }
}

function accessOf({ space, base, bits, offset, array }: RegisterLayout): string {
  const name = space?.name ?? '';
  const address = `${hex(BigInt(offset))}${array && !array.offsets ? ` + i * ${String(array.stride)}` : ''}`;
  if (!space?.node) return `${name} ${String(bits)} ${base} ${address}`;
  if (space.addressing?.by === 'registers') return `${name} ${String(bits)} ${base}`;
  return `${name} ${String(bits)} ${address}`;
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}

/** Lines that differ; names that only one of both has, where both should. */
export function differences(header: ReadonlyMap<string, string>, layout: ReadonlyMap<string, string>): string[] {
  const found: string[] = [];
  for (const [name, fact] of header) {
    const ours = layout.get(name);
    if (ours !== fact) found.push(`${name}: header ${fact}, layout ${ours ?? '–'}`);
  }
  for (const [name, fact] of layout) {
    if (!header.has(name) && !name.endsWith('_rdf')) found.push(`${name}: header –, layout ${fact}`);
  }
  return found;
}
