import type { Workspace } from '../language.ts';
import { layoutOf, type ConstantsLayout, type DeviceLayout } from './layout.ts';
import { importsOf, type MackerelFile } from './reading.ts';
import type { TypeReference } from './syntax.ts';

/** What the type of a field leads to. */
export interface FieldType {
  /** As it is written, with its device where that is another one. */
  readonly name: string;
  readonly constants: ConstantsLayout | undefined;
  /** There is something of this name, but it is no constants. */
  readonly other: boolean;
}

/** Devices that a file imports, and those that these import, by their names. */
export function foreignDevices(file: MackerelFile, workspace: Workspace): ReadonlyMap<string, DeviceLayout> {
  const found = new Map<string, DeviceLayout>();
  if (file.tree.imports.length === 0) return found;
  for (const { tree } of importsOf(file, workspace).files) {
    const layout = layoutOf(tree);
    if (layout && !found.has(layout.name)) found.set(layout.name, layout);
  }
  return found;
}

/** Fields take constants of their own device, or of an imported one by its name. */
export function fieldTypeOf(
  { device, name }: TypeReference,
  own: DeviceLayout,
  foreign: ReadonlyMap<string, DeviceLayout>,
): FieldType {
  const layout = !device || device.text === own.name ? own : foreign.get(device.text);
  const found = layout?.typeNamed.get(name?.text ?? '');
  // Two of one name are told elsewhere; the compiler looks whether any of them is constants.
  const constants =
    found?.kind === 'constants'
      ? found
      : layout?.types.find((type): type is ConstantsLayout => type.kind === 'constants' && type.name === name?.text);
  const written = `${device ? `${device.text}.` : ''}${name?.text ?? ''}`;
  return { name: written, constants, other: found !== undefined && !constants };
}
