/** The words of Skate, and what they mean. */
export const SKATE_WORDS: Readonly<Record<string, string>> = {
  schema: 'The schema that the file is: schema NAME "description" { … };',
  import: 'import NAME; reads NAME.sks as well.',
  fact: 'A fact of the SKB with its attributes; before a name, the type of an attribute that is such a fact.',
  flags: 'Names for bits: flags NAME WIDTH "description" { BIT NAME "description"; };',
  flag: 'Before a name: the type of an attribute that holds such flags.',
  constants: 'Constants of a type: constants NAME TYPE "description" { NAME = VALUE "description"; };',
  const: 'Before a name: the type of an attribute that holds such a constant.',
  enumeration: 'Names that count from 0: enumeration NAME "description" { NAME "description"; };',
  enum: 'Before a name: the type of an attribute that holds such a value.',
  namespace: 'Declarations whose names begin with the namespace’s: namespace NAME "description" { … };',
  section: 'A chapter of the documentation: section "title" { … };',
  text: 'A paragraph of the documentation: text { "…" "…" };',
};

export const DECLARATIONS = ['fact', 'flags', 'constants', 'enumeration', 'namespace', 'section', 'text'] as const;
/** Before the name of a declared type. */
export const REFERENCES: Readonly<Record<string, string>> = {
  fact: 'fact',
  flag: 'flags',
  const: 'constants',
  enum: 'enumeration',
};

/** Names that no declaration can have; `namespace` and `import` can be names (tools/skate/SkateParser.hs). */
export const RESERVED: ReadonlySet<string> = new Set(
  Object.keys(SKATE_WORDS).filter((word) => word !== 'namespace' && word !== 'import'),
);

/** Types that need no declaration, and what they are in C (tools/skate/SkateBackendCommon.hs). */
export const BUILT_IN: ReadonlyMap<string, string> = new Map([
  ['uint8', 'uint8_t'],
  ['uint16', 'uint16_t'],
  ['uint32', 'uint32_t'],
  ['uint64', 'uint64_t'],
  ['uintptr', 'uintptr_t'],
  ['int8', 'int8_t'],
  ['int16', 'int16_t'],
  ['int32', 'int32_t'],
  ['int64', 'int64_t'],
  ['intptr', 'intptr_t'],
  ['size', 'size_t'],
  ['bool', 'bool'],
  ['string', 'char *'],
  ['char', 'char'],
  ['capref', 'struct capref'],
]);
