import { madeOnce } from '../made-once.ts';
import type { Span } from '../source-text.ts';
import { layoutOf } from './layout.ts';
import type { Declaration, Field, MackerelTree, Name, Register, TypeReference, Value } from './syntax.ts';

/** A name in a file, and what it is the name of. */
export interface Occurrence extends Span {
  readonly text: string;
  readonly role: 'device' | 'import' | 'argument' | 'space' | 'type' | 'register' | 'constant' | 'field' | 'part';
  /** It stands where the thing is declared. */
  readonly declares: boolean;
  /** Of another device's type: that device. */
  readonly device?: string;
  readonly declaration?: Declaration;
  readonly field?: Field;
  readonly value?: Value;
}

/** All names of a file that stand for something, in the order of the text. */
export const occurrencesIn: (tree: MackerelTree) => readonly Occurrence[] = madeOnce(collect);

/** The name at an offset, or just before it. */
export function occurrenceAt(tree: MackerelTree, offset: number): Occurrence | undefined {
  const all = occurrencesIn(tree);
  let low = 0;
  let high = all.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((all[middle]?.end ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  const found = all[low];
  return found && found.start <= offset && offset <= found.end ? found : undefined;
}

/** Two occurrences in one file with the same key are names of the same thing. */
export function keyOf({ role, text, device, field }: Occurrence): string {
  if (role === 'field') return `field:${String(field?.start ?? 0)}`;
  if (role === 'import') return `import:${text}`;
  return `${device === undefined ? '' : `${device}.`}${role}:${text}`;
}

function collect(tree: MackerelTree): Occurrence[] {
  const found: Occurrence[] = [];
  const add = (name: Name, role: Occurrence['role'], more: Partial<Occurrence> = {}): void => {
    found.push({ start: name.start, end: name.end, text: name.text, role, declares: false, ...more });
  };
  for (const { name } of tree.imports) if (name) add(name, 'import');
  const { device } = tree;
  if (!device) return found;
  const own = device.name?.text ?? '';
  const types = layoutOf(tree)?.typeNamed;
  if (device.name) add(device.name, 'device', { declares: true });
  for (const { name } of device.arguments) add(name, 'argument', { declares: true });
  const addType = ({ device: of, name }: TypeReference): void => {
    const foreign = of !== undefined && of.text !== own;
    if (of) add(of, foreign ? 'import' : 'device');
    if (!name) return;
    if (foreign) add(name, 'type', { device: of.text });
    else {
      const type = types?.get(name.text);
      const implicit =
        type && type.kind !== 'builtin' && (type.node.kind === 'register' || type.node.kind === 'regarray');
      add(name, implicit ? 'register' : 'type');
    }
  };
  const addFields = (fields: readonly Field[], declaration: Declaration): void => {
    for (const field of fields) {
      if (field.name.text !== '_') add(field.name, 'field', { declares: true, field, declaration });
      if (field.type) addType(field.type);
    }
  };
  for (const each of device.declarations) {
    add(each.name, roleOf(each), { declares: true, declaration: each });
    if (each.kind === 'space') for (const name of each.parameters) add(name, 'part', { declaration: each });
    else if (each.kind === 'constants') {
      for (const value of each.values) add(value.name, 'constant', { declares: true, value, declaration: each });
    } else {
      if ('place' in each) addPlace(each, add);
      if ('type' in each) addType(each.type);
      addFields(each.fields ?? [], each);
    }
  }
  return found;
}

function addPlace({ place }: Register, add: (name: Name, role: Occurrence['role']) => void): void {
  if (place?.space && !place.builtin) add(place.space, 'space');
  if (place?.base) add(place.base, place.builtin ? 'argument' : 'part');
}

function roleOf({ kind }: Declaration): Occurrence['role'] {
  if (kind === 'space') return 'space';
  return kind === 'register' || kind === 'regarray' ? 'register' : 'type';
}
