import { pathOf, type Definition, type Outline, type Use } from '../outline.ts';
import type { Span } from '../source-text.ts';

/** A type of an attribute that the schema declares, as written. */
export interface TypeUse {
  readonly use: Use;
  /** `fact`, `flag`, `const`, `enum`. */
  readonly word: string;
  /** The fact that it is in. */
  readonly fact: Definition;
}

export interface SkateTree extends Outline {
  readonly schema: Definition | undefined;
  readonly imports: readonly { readonly name: string; readonly at: Span }[];
  readonly types: readonly TypeUse[];
  /** What is written before an entry's name, or behind it: its type, bit, value; of flags their width. */
  readonly values: ReadonlyMap<Definition, string>;
  /** Types by their whole name. */
  readonly byName: ReadonlyMap<string, Definition>;
}

export const TYPES: ReadonlySet<string> = new Set(['fact', 'flags', 'constants', 'enumeration']);

/** `schema.namespace.fact`; sections are no part of a name. */
export function wholeName(definition: Definition): string {
  return pathOf(definition)
    .filter(({ what }) => what !== 'section')
    .map(({ name }) => name)
    .join('.');
}

/** Names that skate makes of a definition in schemas/SCHEMA_schema.h (tools/skate/SkateBackendHeader.hs). */
export function namesInC(definition: Definition): string[] {
  const name = wholeName(definition).replaceAll('.', '_');
  const upper = name.toUpperCase();
  switch (definition.what) {
    case 'fact':
      return [
        `${name}_t`,
        `${name}_add`,
        `${name}_describe`,
        `${upper}_PRI`,
        `${upper}_SCN`,
        `${upper}_FIELDS_PRI`,
        `${upper}_FIELDS_SCN`,
        `${upper}_EXTRACT_ALL`,
      ];
    case 'flags':
    case 'constants':
    case 'enumeration':
      return [`${name}_t`];
    case 'flag':
    case 'constant':
    case 'enumeration value':
      return [upper];
    default:
      return [];
  }
}
