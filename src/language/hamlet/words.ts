import { lookUp } from '../look-up.ts';

/** The words of Hamlet, and what they mean. */
export const HAMLET_WORDS: Readonly<Record<string, string>> = {
  define: 'A constant: define NAME NUMBER; It becomes an enumerator in capitals.',
  cap: 'A type of capability: cap NAME … { … };',
  from: 'The type that this one is retyped from.',
  from_self: 'One of this type can be retyped to others of the same type.',
  is_always_copy: 'Any two of this type count as copies of each other.',
  is_never_copy: 'No two of this type count as copies of each other.',
  abstract: 'Only to be inherited from: it is no type of object itself.',
  inherit: 'Takes the fields, the address, the size and the rules of an earlier capability over.',
  can_retype_multiple: 'May be retyped more than once. Stands first in the braces.',
  address: 'The field, or the expression in braces, that tells where the object is.',
  size: 'The field, or the expression in braces, that tells the size of the object in bytes.',
  size_bits: 'The field, or the expression in braces, that tells the size as a power of two.',
  eq: 'A field that is compared as well, when two capabilities are told apart.',
  mem_to_phys: 'The physical address of a pointer of the kernel: mem_to_phys(NAME).',
  get_address: 'The address of the capability that a field points to: get_address(NAME).',
};

export const HEADER_WORDS = ['from', 'from_self', 'is_always_copy', 'is_never_copy', 'abstract', 'inherit'] as const;
export const BODY_WORDS = ['can_retype_multiple', 'address', 'size', 'size_bits', 'eq'] as const;
export const EXPRESSION_WORDS = ['mem_to_phys', 'get_address'] as const;

/** Types of fields, and what they are in C (tools/hamlet/HamletBackend.lhs). Any other is a pointer to what is written. */
export const HAMLET_TYPES: Readonly<Record<string, string>> = {
  uint8: 'uint8_t',
  uint16: 'uint16_t',
  uint32: 'uint32_t',
  uint64: 'uint64_t',
  int: 'int32_t',
  genpaddr: 'genpaddr_t',
  gensize: 'gensize_t',
  lpaddr: 'lpaddr_t',
  genvaddr: 'genvaddr_t',
  lvaddr: 'lvaddr_t',
  caddr: 'capaddr_t',
  caprights: 'CapRights',
  coreid: 'coreid_t',
  pasid: 'pasid_t',
};

/** The C type of a field, by what is written. */
export function typeInC(written: string): string {
  return lookUp(HAMLET_TYPES, written) ?? `${written} *`;
}
