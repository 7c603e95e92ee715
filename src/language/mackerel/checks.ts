import type { Location } from 'vscode-languageserver-types';
import type { Finding, Workspace } from '../language.ts';
import type { Span } from '../source-text.ts';
import { cautions } from './cautions.ts';
import { finding, type FindingCode } from './findings.ts';
import { layoutOf, type ConstantsLayout, type DeviceLayout, type FormatLayout } from './layout.ts';
import { overlapsOf } from './overlaps.ts';
import { importsOf, stemOf, type MackerelFile } from './reading.ts';
import { fieldTypeOf, foreignDevices, type FieldType } from './scopes.ts';
import type { Field, Name, TypeReference } from './syntax.ts';

const REGISTER_BITS: ReadonlySet<number> = new Set([8, 16, 32, 64]);
const DATA_BITS: ReadonlySet<number> = new Set([8, 16, 32, 64, 96, 128, 160, 224, 256, 384, 512]);

/**
 * All that is wrong with a file: its grammar; what the compiler checks (tools/mackerel/Checks.hs) or can't make C of; and
 * what it lets pass although the C can't be right.
 */
export function diagnose(file: MackerelFile, workspace: Workspace): readonly Finding[] {
  const layout = layoutOf(file.tree);
  if (!layout) return file.tree.findings;
  const devices = foreignDevices(file, workspace);
  const checks = new Checks(file, layout, devices);
  return [
    ...file.tree.findings,
    ...importProblems(file, workspace),
    ...checks.all(),
    ...cautions(file, layout, devices),
  ];
}

function importProblems(file: MackerelFile, workspace: Workspace): Finding[] {
  if (file.tree.imports.length === 0) return [];
  return importsOf(file, workspace).problems.map(({ at, name, problem, device }) => {
    const span = at.name ?? at;
    if (problem === 'name') return finding('import-name', span, [name, device]);
    return finding(problem === 'missing' ? 'import-missing' : 'import-damaged', span, [name]);
  });
}

class Checks {
  readonly #file: MackerelFile;
  readonly #layout: DeviceLayout;
  readonly #devices: ReadonlyMap<string, DeviceLayout>;
  readonly #found: Finding[] = [];
  readonly #told = new Set<Field>();

  constructor(file: MackerelFile, layout: DeviceLayout, devices: ReadonlyMap<string, DeviceLayout>) {
    this.#file = file;
    this.#layout = layout;
    this.#devices = devices;
  }

  all(): readonly Finding[] {
    this.#fileName();
    this.#types();
    this.#registers();
    this.#duplicates();
    for (const { register, other } of overlapsOf(this.#layout)) {
      const related = [this.#related(other.node.name, `${other.name} is here`)];
      this.#found.push(finding('register-overlap', register.node.name, [register.name, other.name], { related }));
    }
    return this.#found;
  }

  #tell<Code extends FindingCode>(code: Code, span: Span, ...about: Parameters<typeof finding<Code>>[2]): void {
    this.#found.push(finding(code, span, about));
  }

  #related(span: Span, message: string): { location: Location; message: string } {
    return { location: { uri: this.#file.uri, range: this.#file.source.range(span) }, message };
  }

  #fileName(): void {
    const { name } = this.#layout.node;
    const stem = stemOf(this.#file.uri);
    if (name && name.text !== stem) this.#tell('file-name', name, name.text, `${stem}.dev`);
  }

  #types(): void {
    for (const type of this.#layout.types) {
      if (type.kind === 'builtin') continue;
      if (type.kind === 'constants') this.#constants(type);
      else this.#format(type);
    }
    for (const { node } of this.#layout.spaces) {
      if (node?.addressing?.by === 'bytes' && node.addressing.step <= 0) this.#tell('step-size', node.name);
    }
  }

  #format({ kind, name, bits, node, fields }: FormatLayout): void {
    for (const field of fields) {
      const { width } = field.node;
      if (width && width.value < 0) this.#tell('field-negative', width);
      if (kind === 'data' && !field.anonymous && field.width + (field.low % 64) > 64) {
        this.#tell('field-across', width ?? field.node, field.name);
      }
    }
    if (!node.fields || node.fields.some(({ width }) => !width)) return; // damaged: what it adds up to says nothing
    if (kind === 'register' && !REGISTER_BITS.has(bits)) this.#tell('register-size', node.name, name, String(bits));
    if (kind === 'data' && !DATA_BITS.has(bits)) this.#tell('data-size', node.name, name, String(bits));
    if (node.kind === 'datatype' && node.word && node.word.value < 0) this.#tell('word-size', node.word);
  }

  #constants({ node }: ConstantsLayout): void {
    const literals = node.values.filter(({ expression }) => expression?.literal !== undefined);
    const damaged = node.values.some(({ expression }) => !expression);
    if (!node.width && literals.length === 0 && !damaged) {
      this.#tell('constants-empty-width', node.name, node.name.text);
    }
    for (const { expression } of node.values) {
      if (!expression) continue;
      const { literal, value } = expression;
      if (literal === undefined) this.#tell('constant-expression', expression, value === undefined ? '' : hex(value));
      else if (literal < -1n) this.#tell('constant-negative', expression);
    }
  }

  #registers(): void {
    for (const { node, type, space, fields } of this.#layout.registers) {
      const { place } = node;
      if (place?.space && !space) this.#tell('unknown-space', place.space, place.space.text);
      // In a space with a function for each register it is a part of the function's name.
      if (place?.offset && place.offset.value < 0 && space?.addressing?.by !== 'registers') {
        this.#tell('place-negative', place.offset);
      }
      if (!node.fields && node.type?.name && !type) this.#registerType(node.type, node.type.name);
      if (type?.kind === 'constants' && type.node.width && !REGISTER_BITS.has(type.bits)) {
        this.#tell('register-size', type.node.name, type.name, String(type.bits));
      }
      for (const field of fields) this.#fieldType(field.node);
    }
  }

  #registerType({ device }: TypeReference, name: Name): void {
    const foreign = device && device.text !== this.#layout.name;
    if (foreign) this.#tell('foreign-register-type', name, `${device.text}.${name.text}`);
    else this.#tell('unknown-register-type', name, name.text);
  }

  /** Of a type that several registers have it is told once. */
  #fieldType(field: Field): void {
    if (!field.type?.name || this.#told.has(field)) return;
    this.#told.add(field);
    const found: FieldType = fieldTypeOf(field.type, this.#layout, this.#devices);
    if (found.constants) return;
    this.#tell(found.other ? 'field-type-kind' : 'unknown-field-type', field.type.name, found.name);
  }

  #duplicates(): void {
    const types = this.#layout.types.map((each) => ({
      name: each.name,
      at: each.kind === 'builtin' ? undefined : each.node.name,
    }));
    this.#twice('duplicate-type', types.filter(({ at }) => at !== undefined) as Declared[]);
    for (const type of this.#layout.types) {
      // A type of the device that is called like a built-in one.
      if (type.kind !== 'builtin' && BUILTIN.has(type.name)) this.#tell('duplicate-type', type.node.name, type.name);
    }
    const registers = this.#layout.registers.map(({ name, node }) => ({ name, at: node.name }));
    this.#twice('duplicate-register', registers);
    const constants = this.#layout.types.flatMap((type) => (type.kind === 'constants' ? type.values : []));
    this.#twice(
      'duplicate-constant',
      constants.map(({ name, node }) => ({ name, at: node.name })),
    );
  }

  #twice(code: 'duplicate-type' | 'duplicate-register' | 'duplicate-constant', all: readonly Declared[]): void {
    const first = new Map<string, Name>();
    for (const { name, at } of all) {
      const other = first.get(name);
      if (!other) {
        first.set(name, at);
        continue;
      }
      const related = [this.#related(other, `The first ${name} is here`)];
      this.#found.push(finding(code, at, [name], { related }));
    }
  }
}

interface Declared {
  readonly name: string;
  readonly at: Name;
}

const BUILTIN: ReadonlySet<string> = new Set(['uint8', 'uint16', 'uint32', 'uint64']);

function hex(value: bigint): string {
  return value < 0n ? String(value) : `0x${value.toString(16)}`;
}
