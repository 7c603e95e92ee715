import type { Access } from './access.ts';
import type { BitOrder, Field } from './syntax.ts';

/** Where the bits of a field are. */
export interface FieldLayout {
  /** As in C: a field without a name is `_anon` with its lowest bit. */
  readonly name: string;
  readonly anonymous: boolean;
  /** The lowest bit, counted from 0 in the whole register or data type. */
  readonly low: number;
  readonly width: number;
  readonly access: Access;
  /** What the generated default holds here: all ones where it must be one, else 0. Not shifted. */
  readonly initial: bigint;
  readonly description: string;
  readonly node: Field;
}

/**
 * Fields in the order of their bits. `word` > 0: the fields are taken in words of so many bits, and the order of bits is
 * within a word. `access` is for those that say nothing; one without a name is then reserved.
 */
export function layFields(
  fields: readonly Field[],
  { order, word, access }: { readonly order: BitOrder; readonly word: number; readonly access: Access },
): FieldLayout[] {
  const laid: FieldLayout[] = [];
  let low = 0;
  let inWord: Field[] = [];
  let bits = 0;
  const layWord = (): void => {
    for (const field of order === 'msbfirst' ? inWord.reverse() : inWord) {
      const one = layField(field, low, access);
      laid.push(one);
      low += one.width;
    }
    inWord = [];
    bits = 0;
  };
  for (const field of fields) {
    inWord.push(field);
    bits += field.width?.value ?? 0;
    if (word > 0 && bits >= word) layWord();
  }
  layWord();
  return laid;
}

/** Wider fields are told as too wide; nothing needs their bits. */
const WIDEST = 4096;

function layField(node: Field, low: number, register: Access): FieldLayout {
  const anonymous = node.name.text === '_';
  const width = node.width?.value ?? 0;
  const access = node.access ?? (anonymous ? 'rsvd' : register);
  const ones = access === 'mb1' && width > 0 && width <= WIDEST;
  return {
    name: anonymous ? `_anon${String(low)}` : node.name.text,
    anonymous,
    low,
    width,
    access,
    initial: ones ? (1n << BigInt(width)) - 1n : 0n,
    description: node.description?.value ?? node.name.text,
    node,
  };
}

/** The bits of a field, in their place. */
export function maskOf({ low, width }: Pick<FieldLayout, 'low' | 'width'>): bigint {
  if (width <= 0 || width > WIDEST || low < 0 || low > WIDEST) return 0n;
  return ((1n << BigInt(width)) - 1n) << BigInt(low);
}

/** `7:4`, or `3`. */
export function bitsOf({ low, width }: Pick<FieldLayout, 'low' | 'width'>): string {
  return width === 1 ? String(low) : `${String(low + width - 1)}:${String(low)}`;
}
