/** The words of Sockeye, and what they mean. */
export const SOCKEYE_WORDS: Readonly<Record<string, string>> = {
  import: 'import PATH reads PATH.soc below socs/; names in parentheses take those only.',
  as: 'Another name for what is imported.',
  extern: 'A module that is described elsewhere.',
  module: 'A piece of hardware that can be instantiated: module NAME(parameters) { … }.',
  input: 'A node that others of outside can map to.',
  output: 'A node that has to be bound where the module is instantiated.',
  type: 'A name for a set of addresses: type NAME (…; …).',
  const: 'A name for a number: const NAME NUMBER.',
  memory: 'Domain of memory addresses.',
  intr: 'Domain of interrupts.',
  power: 'Domain of power.',
  clock: 'Domain of clocks.',
  instance: 'An instance of a module: instance NAME of MODULE.',
  of: 'Names the module of an instance.',
  forall: 'Repeats definitions for each number of a set: forall i in (0 to 3) { … }.',
  in: 'The set that a variable goes through.',
  accepts: 'Addresses that end at this node: NODE accepts [ (…) ].',
  maps: 'Addresses that are handed on: NODE maps [ (…) to OTHER at (…) ].',
  converts: 'Addresses of one domain that become ones of another.',
  overlays: 'What the node does not accept or map goes to another node.',
  blockoverlays: 'Overlays in blocks of 2^N: NODE blockoverlays OTHER bits(N, …).',
  instantiates: 'Makes an instance, with arguments: INSTANCE instantiates MODULE(…).',
  binds: 'Connects output ports of an instance: INSTANCE binds [ PORT to NODE ].',
  to: 'Limit of a range, target of a mapping or a binding.',
  at: 'Address at the target.',
  bits: 'A range of 2^N addresses: BASE bits N.',
};

export const DOMAINS: readonly string[] = ['memory', 'intr', 'power', 'clock'];
export const RESERVED: ReadonlySet<string> = new Set(Object.keys(SOCKEYE_WORDS));
export const RELATIONS: readonly string[] = [
  'accepts',
  'maps',
  'converts',
  'overlays',
  'blockoverlays',
  'instantiates',
  'binds',
];
