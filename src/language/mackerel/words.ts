import { plain } from '../markdown.ts';
import type { Workspace } from '../language.ts';
import { meaningOf, type Access } from './access.ts';
import { constantInC } from './c-type-names.ts';
import { bitsOf, type FieldLayout } from './field-layout.ts';
import { addressOf, type ConstantsLayout, type DeviceLayout, type RegisterLayout, type SpaceLayout } from './layout.ts';
import type { MackerelFile } from './reading.ts';
import { fieldTypeOf, foreignDevices } from './scopes.ts';

/** `1 register`, `2 registers`. */
export function counted(count: number, what: string): string {
  return `${String(count)} ${what}${count === 1 ? '' : 's'}`;
}

/** So many rows a table of a hover has. */
const MOST_ROWS = 64;
/** So many constants are listed in the row of a field. */
const MOST_VALUES = 8;

export function hex(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  return value < 0 ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;
}

/** `addr base + 0x40`, `msr 0x10`, with the last one and the step of an array. */
export function placeOf(register: RegisterLayout): string {
  const { space, base, array, node } = register;
  if (!node.place) return '';
  if (!node.place.space) return 'no address';
  const name = node.place.space.text;
  if (space?.addressing?.by === 'registers') return `${name} ${base}`;
  const from = node.place.builtin ? `${name} ${base} + ` : `${name} `;
  if (!array) return `${from}${hex(addressOf(register))}`;
  const { count, stride, offsets } = array;
  if (offsets)
    return `${from}${offsets
      .map((each) => hex(register.offset + each))
      .slice(0, 8)
      .join(', ')}`;
  const last = count > 1 ? ` … ${hex(addressOf(register, count - 1))}` : '';
  return `${from}${hex(register.offset)}${last}, ${String(count)} registers, every ${hex(stride)}`;
}

export function addressingWords({ addressing }: SpaceLayout): string {
  if (addressing?.by === 'bytes') {
    return addressing.step === 1 ? 'addressed by bytes' : `addressed in steps of ${String(addressing.step)} bytes`;
  }
  return addressing?.by === 'values' ? 'registers are numbered' : 'registers have names';
}

export function accessWords(access: Access): string {
  return `${access}: ${meaningOf(access)}`;
}

/** Shows fields as data sheets do: a row for each, the highest bits first. */
export class BitTable {
  readonly #layout: DeviceLayout;
  readonly #foreign: ReadonlyMap<string, DeviceLayout>;

  constructor(file: MackerelFile, layout: DeviceLayout, workspace: Workspace) {
    this.#layout = layout;
    this.#foreign = foreignDevices(file, workspace);
  }

  of(fields: readonly FieldLayout[]): string {
    if (fields.length === 0) return '';
    const rows = [...fields].sort((a, b) => b.low - a.low);
    const lines = rows.slice(0, MOST_ROWS).map((field) => this.#row(field));
    if (rows.length > MOST_ROWS) lines.push(rowOf('…', `${String(rows.length - MOST_ROWS)} more`, '', ''));
    return [rowOf('Bits', 'Field', 'Access', 'Description'), '| ---: | :--- | :--- | :--- |', ...lines].join('\n');
  }

  #row(field: FieldLayout): string {
    const { anonymous, access, node } = field;
    const name = anonymous ? '–' : `**${plain(node.name.text)}**`;
    const about = [anonymous && field.description === '_' ? '' : plain(field.description), this.values(field)];
    const text = about.filter((each) => each !== '').join(' · ');
    return rowOf(bitsOf(field), name, access === 'none' ? '' : access, text);
  }

  /** The type of a field and its first constants. */
  values({ node }: FieldLayout): string {
    if (!node.type?.name) return '';
    const { constants, name } = fieldTypeOf(node.type, this.#layout, this.#foreign);
    if (!constants) return `type ${plain(name)}`;
    const shown = constants.values
      .slice(0, MOST_VALUES)
      .map((each) => `${each.value === undefined ? '?' : valueWords(each.value)} ${plain(each.name)}`);
    if (constants.values.length > MOST_VALUES) shown.push('…');
    return `*${plain(name)}*: ${shown.join(', ')}`;
  }
}

/** A row of a table. Editors leave next to no room between columns. */
function rowOf(...cells: readonly string[]): string {
  const last = cells.length - 1;
  return `| ${cells.map((cell, column) => (cell === '' || column === last ? cell : `${cell}&nbsp;&nbsp;`)).join(' | ')} |`;
}

export function constantsTable({ values }: ConstantsLayout): string {
  const lines = values.slice(0, MOST_ROWS).map(({ name, value, description }) => {
    const about = description === name ? '' : plain(description);
    return rowOf(value === undefined ? '?' : valueWords(value), `**${plain(name)}**`, about);
  });
  if (values.length > MOST_ROWS) lines.push(rowOf('…', `${String(values.length - MOST_ROWS)} more`, ''));
  return [rowOf('Value', 'Constant', 'Description'), '| ---: | :--- | :--- |', ...lines].join('\n');
}

export function valueWords(value: bigint): string {
  return value === -1n ? 'all ones' : constantInC(value);
}
