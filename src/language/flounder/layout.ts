import type { CTypes } from './c-types.ts';
import { builtins } from './words.ts';

/** Bytes of a type in C, where pointers have 8. */
export interface Layout {
  readonly size: number;
  readonly alignment: number;
}

const DEEPEST = 100;

/** Undefined for capabilities and strings, and for what isn't declared (well). */
export function layoutOf(name: string, types: CTypes, depth = 0): Layout | undefined {
  if (depth > DEEPEST) return undefined;
  const resolved = types.resolved(name);
  if (resolved === undefined) return undefined;
  if (typeof resolved === 'string') {
    const size = builtins.get(resolved)?.size ?? (POINTERS.has(resolved) ? 8 : undefined);
    return size === undefined ? undefined : { size, alignment: size };
  }
  const { form, of, length, fields } = resolved;
  if (form === 'enum') return { size: 4, alignment: 4 };
  if (form === 'array') {
    const element = of && layoutOf(of.text, types, depth + 1);
    return element && length !== undefined ? { size: element.size * length, alignment: element.alignment } : undefined;
  }
  let size = 0;
  let alignment = 1;
  for (const { type } of fields) {
    const field = layoutOf(type.text, types, depth + 1);
    if (!field) return undefined;
    size = up(size, field.alignment) + field.size;
    alignment = Math.max(alignment, field.alignment);
  }
  return { size: up(size, alignment), alignment };
}

const POINTERS: ReadonlySet<string> = new Set(['uintptr', 'intptr', 'size']);

function up(offset: number, alignment: number): number {
  return Math.ceil(offset / alignment) * alignment;
}
