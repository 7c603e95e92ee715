import { Kind, type Tokens } from '../scanner.ts';
import type { Field, MackerelTree, Value } from './syntax.ts';

/** A longer name stands out of its column. */
const WIDEST_NAME = 40;

/** Columns of fields and constants: for words (by their numbers) that stand in one, how many spaces are in front of them. */
export function alignmentsIn({ tokens, device }: MackerelTree): ReadonlyMap<number, number> {
  const spaces = new Map<number, number>();
  for (const each of device?.declarations ?? []) {
    if (each.kind === 'constants') alignValues(each.values, tokens, spaces);
    else if ('fields' in each) alignFields(each.fields ?? [], tokens, spaces);
  }
  return spaces;
}

function alignFields(fields: readonly Field[], tokens: Tokens, spaces: Map<number, number>): void {
  const rows = fields.flatMap(({ name, width }) => {
    if (!width) return [];
    const token = tokens.at(width.start);
    // A sign, or a comment between both, keeps a row out of the columns.
    if (tokens.kind(token) !== Kind.number || tokens.start(token - 1) !== name.start) return [];
    return [{ token, name: name.text.length, width: width.end - width.start }];
  });
  const name = widest(rows.map((row) => row.name));
  const width = widest(rows.map((row) => row.width));
  for (const row of rows) spaces.set(row.token, Math.max(1, name - row.name + 1 + (width - row.width)));
}

function alignValues(values: readonly Value[], tokens: Tokens, spaces: Map<number, number>): void {
  const rows = values.flatMap(({ name, expression, description }) => {
    if (!expression) return [];
    const sign = tokens.at(name.end);
    const value = sign + 1;
    const plain = tokens.start(value) === expression.start && tokens.end(value) === expression.end;
    const text = description && tokens.at(description.start);
    const beside = plain && text === value + 1;
    return [{ sign, name: name.text.length, ...(beside && { text, value: expression.end - expression.start }) }];
  });
  const name = widest(rows.map((row) => row.name));
  const value = widest(rows.map((row) => row.value ?? 0));
  for (const row of rows) {
    spaces.set(row.sign, Math.max(1, name - row.name + 1));
    if (row.text !== undefined) spaces.set(row.text, Math.max(1, value - (row.value ?? 0) + 1));
  }
}

function widest(lengths: readonly number[]): number {
  return lengths.reduce((most, length) => (length > most && length <= WIDEST_NAME ? length : most), 0);
}
