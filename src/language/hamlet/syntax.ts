import type { Definition, Outline } from '../outline.ts';

/** What a capability is beside its fields. */
export interface Capability {
  readonly definition: Definition;
  readonly copies: 'always' | 'never' | undefined;
  readonly from: Capability | undefined;
  readonly fromSelf: boolean;
  readonly abstract: boolean;
  readonly parent: Capability | undefined;
  readonly multiple: boolean;
  /** As written: the field, or what stands in the braces. */
  readonly address: string | undefined;
  readonly size: string | undefined;
  /** C types of its own fields. */
  readonly types: ReadonlyMap<Definition, string>;
  /** Number of its enumerator; undefined for those that have none. */
  readonly number: number | undefined;
}

export interface HamletTree extends Outline {
  readonly capabilities: ReadonlyMap<Definition, Capability>;
  /** Values of constants. */
  readonly constants: ReadonlyMap<Definition, string>;
}

/** Nobody inherits over so many generations; the bound keeps what follows from growing with the square of a file. */
const DEEPEST = 32;

/** A capability, what it inherits from, and so on. */
function chainOf(capability: Capability): Capability[] {
  const chain: Capability[] = [];
  for (let at: Capability | undefined = capability; at && chain.length < DEEPEST; at = at.parent) chain.push(at);
  return chain;
}

/** Its fields, those first that it inherits. */
export function fieldsOf(capability: Capability): Definition[] {
  return chainOf(capability)
    .reverse()
    .flatMap(({ definition }) => definition.inside);
}

/** Its own address or size, or what it inherits. */
export function inherited(capability: Capability, key: 'address' | 'size'): string | undefined {
  return chainOf(capability).find((each) => each[key] !== undefined)?.[key];
}
