import { canRead, canWrite } from './access.ts';
import { fieldInC, typeInC, type CName } from './c-type-names.ts';
import type { FieldLayout } from './field-layout.ts';
import type { DeviceLayout, RegisterLayout } from './layout.ts';

export function namesOfDevice({ name, node, registers }: DeviceLayout): CName[] {
  const addresses = node.arguments.map((each) => `, mackerel_${each.type}_t ${each.name.text}`).join('');
  const target = {};
  const initials = registers.length > 0;
  return [
    {
      name: `${name}_t`,
      kind: 'type',
      prototype: `typedef struct ${name}_t ${name}_t;`,
      about: 'The device: its bases and shadows.',
      target,
    },
    {
      name: `${name}_initialize`,
      kind: 'function',
      prototype: `void ${name}_initialize(${name}_t *dev${addresses});`,
      about: 'Sets the bases that the registers are reached by.',
      target,
    },
    {
      name: `${name}_pr`,
      kind: 'function',
      prototype: `int ${name}_pr(char *s, size_t size, ${name}_t *dev);`,
      about: 'Prints all registers, which reads them.',
      target,
    },
    ...(initials
      ? [
          {
            name: `${name}_initials`,
            kind: 'type' as const,
            prototype: `enum ${name}_initials;`,
            about: 'Initial values of the registers: 0.',
            target,
          },
        ]
      : []),
  ];
}

export function namesOfRegister(device: string, register: RegisterLayout): CName[] {
  const { name, type, array, readable, writable, node } = register;
  const target = { register };
  const own = `${device}_${name}`;
  const value = typeInC(device, type);
  const dev = `${device}_t *dev${array ? ', int i' : ''}`;
  const which = array ? 'A register of the array' : 'The register';
  const noaddr = node.place !== undefined && !node.place.space;
  const names: CName[] = [];
  const add = (suffix: string, prototype: string, about: string, more: Partial<CName> = {}): void => {
    names.push({ name: `${own}_${suffix}`, kind: 'function', prototype, about, target, ...more });
  };
  const reading = readable ? `${which}, read.` : `${which}'s shadow: it can't be read itself.`;
  add('rd', `${value} ${own}_rd(${dev});`, reading, { unusual: !readable });
  if (readable || noaddr) {
    const about = noaddr
      ? `${which}, read: yours to define, as it has no address.`
      : `${which}, read, without a look at its fields.`;
    add('rawrd', `${value} ${own}_rawrd(${dev});`, about, { unusual: noaddr });
  }
  if (writable) {
    add(
      'wr',
      `void ${own}_wr(${dev}, ${value} value);`,
      `${which}, written; fields that must be zero, one or kept are taken care of.`,
    );
  }
  if (writable || noaddr) {
    const about = noaddr
      ? `${which}, written: yours to define, as it has no address.`
      : `${which}, written as the value is.`;
    add('rawwr', `void ${own}_rawwr(${dev}, ${value} value);`, about, { unusual: noaddr });
  }
  const print = 'char *s, size_t size, ';
  add('pr', `int ${own}_pr(${print}${device}_t *dev);`, array ? 'Prints the registers.' : 'Prints the register.');
  if (array) {
    add('pri', `int ${own}_pri(${print}${dev});`, 'Prints a register of the array.');
    add('length', `static const size_t ${own}_length = ${String(array.count)};`, 'The number of registers.', {
      kind: 'variable',
    });
  }
  add('initial', `enum { ${own}_initial = 0x0 };`, 'Initial value of the register: 0.', {
    kind: 'constant',
    unusual: true,
  });
  return names;
}

/** Of a field in a register. */
export function namesOfField(device: string, register: RegisterLayout, field: FieldLayout): CName[] {
  if (register.type?.kind === 'builtin' || register.type?.kind === 'constants') return [];
  const own = `${device}_${register.name}_${field.name}`;
  const dev = `${device}_t *dev${register.array ? ', int i' : ''}`;
  const value = fieldInC(device, field);
  const target = { register, field };
  const names: CName[] = [];
  const add = (suffix: string, prototype: string, about: string): void => {
    names.push({ name: `${own}_${suffix}`, kind: 'function', prototype, about, target });
  };
  if (canRead(field.access)) add('rdf', `${value} ${own}_rdf(${dev});`, 'The field, read from the register.');
  if (field.access === 'wo')
    add('rd_shadow', `${value} ${own}_rd_shadow(${dev});`, 'The field, as it was written last.');
  if (canWrite(field.access)) {
    add('wrf', `void ${own}_wrf(${dev}, ${value} value);`, 'The field, written; the others of the register are kept.');
  }
  return names;
}

/** Of registers in a space of the device's own: yours to define. */
export function namesOfSpace(device: string, space: string, registers: readonly RegisterLayout[]): CName[] {
  const names = new Map<string, CName>();
  for (const register of registers) {
    if (register.space?.name !== space || !register.space.node) continue;
    const byName = register.space.addressing?.by === 'registers';
    const bits = String(register.bits);
    const value = `uint${bits}_t`;
    const [read, write] = byName
      ? [`${space}_read_${bits}_${register.base}`, `${space}_write_${bits}_${register.base}`]
      : [`${device}_${space}_read_${bits}`, `${device}_${space}_write_${bits}`];
    const address = byName ? '' : `${device}_t *dev, size_t offset`;
    const also = address === '' ? '' : `${address}, `;
    const target = { space };
    const about = 'Yours to define: the space is one of the device’s own.';
    names.set(read, {
      name: read,
      kind: 'function',
      prototype: `${value} ${read}(${address === '' ? 'void' : address});`,
      about,
      target,
    });
    names.set(write, {
      name: write,
      kind: 'function',
      prototype: `void ${write}(${also}${value} value);`,
      about,
      target,
    });
  }
  return [...names.values()];
}
