import type { Workspace } from '../language.ts';
import { namesOfDevice, namesOfField, namesOfRegister, namesOfSpace } from './c-names.ts';
import { nameOfConstant, namesOfType, namesOfTypeField, type CName } from './c-type-names.ts';
import { layoutOf, type DeviceLayout, type RegisterLayout, type TypeLayout } from './layout.ts';
import { keyOf, occurrencesIn, type Occurrence } from './occurrences.ts';
import { importedUri, readDevice, type MackerelFile } from './reading.ts';

/** A thing, by the name that declares it, and the file that it is in. */
export interface Target {
  readonly file: MackerelFile;
  readonly at: Occurrence;
}

/** What a name stands for; undefined when there is nothing of that name. */
export function targetOf(file: MackerelFile, name: Occurrence, workspace: Workspace): Target | undefined {
  if (name.declares) return { file, at: name };
  if (name.role === 'part') return undefined;
  if (name.role !== 'import' && name.device === undefined) return declarationOf(file, keyOf(name));
  const uri = importedUri(name.device ?? name.text, file.uri, workspace);
  const other = uri === undefined ? undefined : readDevice(uri, workspace);
  if (!other) return undefined;
  if (name.role === 'import') {
    const device = occurrencesIn(other.tree).find(({ role, declares }) => role === 'device' && declares);
    return device && { file: other, at: device };
  }
  return declarationOf(other, `type:${name.text}`);
}

function declarationOf(file: MackerelFile, key: string): Target | undefined {
  const at = occurrencesIn(file.tree).find((each) => each.declares && keyOf(each) === key);
  return at && { file, at };
}

export function typeOfTarget({ file, at }: Target): TypeLayout | undefined {
  return at.role === 'type' ? layoutOf(file.tree)?.typeNamed.get(at.text) : undefined;
}

export function registerOfTarget({ file, at }: Target): RegisterLayout | undefined {
  return layoutOf(file.tree)?.registers.find(({ node }) => node === at.declaration);
}

/** All C names that are made from a thing's name. */
export function namesInC(target: Target): readonly CName[] {
  const layout = layoutOf(target.file.tree);
  if (!layout) return [];
  const { role, text } = target.at;
  switch (role) {
    case 'device':
      return namesOfDevice(layout);
    case 'space':
      return namesOfSpace(layout.name, text, layout.registers);
    case 'constant': {
      const constant = layout.constantNamed.get(text);
      return constant ? [nameOfConstant(layout.name, constant)] : [];
    }
    case 'type': {
      const type = layout.typeNamed.get(text);
      return type ? ofType(layout, type) : [];
    }
    case 'register': {
      const register = registerOfTarget(target);
      return register ? ofRegister(layout, register) : [];
    }
    case 'field':
      return ofField(layout, target.at);
    case 'argument':
    case 'import':
    case 'part':
      return [];
  }
}

function ofType({ name }: DeviceLayout, type: TypeLayout): CName[] {
  const names = namesOfType(name, type);
  if (type.kind !== 'register' && type.kind !== 'data') return names;
  return [...names, ...type.fields.flatMap((field) => namesOfTypeField(name, type, field))];
}

function ofRegister(layout: DeviceLayout, register: RegisterLayout): CName[] {
  const { name } = layout;
  const implicit = register.node.fields ? layout.typeNamed.get(register.name) : undefined;
  return [
    ...namesOfRegister(name, register),
    ...register.fields.flatMap((field) => namesOfField(name, register, field)),
    ...(implicit ? ofType(layout, implicit) : []),
  ];
}

function ofField(layout: DeviceLayout, at: Occurrence): CName[] {
  const names: CName[] = [];
  for (const type of layout.types) {
    if ((type.kind !== 'register' && type.kind !== 'data') || type.node !== at.declaration) continue;
    for (const field of type.fields)
      if (field.node === at.field) names.push(...namesOfTypeField(layout.name, type, field));
  }
  for (const register of layout.registers) {
    for (const field of register.fields) {
      if (field.node === at.field) names.push(...namesOfField(layout.name, register, field));
    }
  }
  return names;
}
