import { Kind } from '../scanner.ts';
import type { Finding } from '../language.ts';
import { canRead, canWrite } from './access.ts';
import { finding } from './findings.ts';
import type { ConstantsLayout, DeviceLayout, FormatLayout, RegisterLayout } from './layout.ts';
import type { MackerelFile } from './reading.ts';
import { fieldTypeOf } from './scopes.ts';
import type { Argument, Field, Name } from './syntax.ts';

/** What the compiler lets pass, and the generated C does not compile with, or can't do what is meant. */
export function cautions(
  file: MackerelFile,
  layout: DeviceLayout,
  foreign: ReadonlyMap<string, DeviceLayout>,
): readonly Finding[] {
  const found: Finding[] = [];
  const checked = new Set<Field>();
  for (const register of layout.registers) {
    inRegister(register, layout, found);
    for (const { node, anonymous, access } of register.fields) {
      const accessed = anonymous && node.access && (canRead(access) || canWrite(access));
      if (accessed && !checked.has(node)) found.push(finding('unnamed-access', node, [access]));
      checked.add(node);
    }
  }
  for (const type of layout.types) {
    if (type.kind === 'constants') inConstants(type, found);
    else if (type.kind !== 'builtin')
      inFormat(type, found, (field) => {
        // The compiler looks at fields of registers only.
        if (checked.has(field) || !field.type?.name) return;
        const { constants, name, other } = fieldTypeOf(field.type, layout, foreign);
        const code = other ? 'field-type-kind' : 'unknown-field-type';
        if (!constants) found.push(finding(code, field.type.name, [name], { severity: 'warning' }));
      });
  }
  const { node } = layout;
  twice(
    'duplicate-argument',
    node.arguments.map(({ name }) => name),
    found,
  );
  const spaces = layout.spaces.flatMap((space) => (space.node ? [space.node.name] : []));
  twice('duplicate-space', spaces, found);
  for (const name of spaces) if (name.text === 'addr') found.push(finding('duplicate-space', name, [name.text]));
  behindDevice(file, layout, found);
  return found;
}

function twice(
  code: 'duplicate-argument' | 'duplicate-space' | 'duplicate-field',
  names: readonly Name[],
  found: Finding[],
): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name.text)) found.push(finding(code, name, [name.text]));
    seen.add(name.text);
  }
}

function inRegister({ node, array, type }: RegisterLayout, layout: DeviceLayout, found: Finding[]): void {
  const { place } = node;
  if (place?.builtin && place.base && place.space) {
    const argument: Argument | undefined = layout.node.arguments.find(({ name }) => name.text === place.base?.text);
    if (!argument) found.push(finding('unknown-base', place.base, [place.base.text]));
    else if (argument.type !== place.space.text) {
      found.push(finding('base-space', place.base, [place.base.text, argument.type, place.space.text]));
    }
  }
  if (array?.offsets && node.array) found.push(finding('array-list', node.array, []));
  else if (array && array.count < 1 && node.array) found.push(finding('array-count', node.array, []));
  if (type?.kind === 'constants' && !type.node.width && node.type?.name) {
    found.push(finding('type-without-width', node.type.name, [type.name]));
  }
}

function inFormat({ node, fields }: FormatLayout, found: Finding[], check: (field: Field) => void): void {
  const named: Name[] = [];
  for (const { node: field, anonymous } of fields) {
    check(field);
    if (!anonymous) named.push(field.name);
    if (field.width?.value === 0) found.push(finding('field-empty', field.width, []));
  }
  if (node.fields)
    twice(
      'duplicate-field',
      named.sort((a, b) => a.start - b.start),
      found,
    );
}

function inConstants({ node, values, bits }: ConstantsLayout, found: Finding[]): void {
  if (!node.width || bits <= 0 || bits > 64) return;
  for (const { value, name, node: each } of values) {
    if (value === undefined || value < 0n || !each.expression) continue;
    if (value >= 1n << BigInt(bits)) found.push(finding('constant-too-wide', each.expression, [name, String(bits)]));
  }
}

function behindDevice({ tree, source }: MackerelFile, { node }: DeviceLayout, found: Finding[]): void {
  if (tree.findings.length > 0) return;
  const { tokens } = tree;
  const next = tokens.at(node.end);
  if (tokens.kind(next) === Kind.end) return;
  const place = { start: tokens.start(next), end: source.text.trimEnd().length };
  found.push(finding('text-after-device', place, [], { tag: 'unnecessary' }));
}
