import type { SemanticToken, SemanticTokenType } from '../language.ts';
import type { Span } from '../source-text.ts';
import { layoutOf } from './layout.ts';
import { occurrencesIn, type Occurrence } from './occurrences.ts';
import type { MackerelFile } from './reading.ts';
import type { Declaration } from './syntax.ts';

const TYPES: Readonly<Record<Occurrence['role'], SemanticTokenType>> = {
  device: 'namespace',
  import: 'namespace',
  argument: 'parameter',
  space: 'namespace',
  type: 'type',
  register: 'variable',
  constant: 'enumMember',
  field: 'property',
  part: 'parameter',
};

/** Names, by what they stand for. Keywords are known to the grammar; only where they could be names they are told here. */
export function tokens({ tree }: MackerelFile): readonly SemanticToken[] {
  const found: SemanticToken[] = [];
  const types = layoutOf(tree)?.typeNamed;
  for (const each of occurrencesIn(tree)) {
    const { role, start, end, text, declares, device } = each;
    const type = role === 'type' && device === undefined ? types?.get(text) : undefined;
    const constants = type?.kind === 'constants' || (role === 'type' && device !== undefined);
    const builtin = type?.kind === 'builtin';
    const modifiers = [
      ...(declares ? (['declaration'] as const) : []),
      ...(role === 'constant' || isReadOnly(each) ? (['readonly'] as const) : []),
      ...(builtin ? (['defaultLibrary'] as const) : []),
    ];
    const token = { start, end, type: constants ? 'enum' : TYPES[role] } as const;
    found.push(modifiers.length > 0 ? { ...token, modifiers } : token);
  }
  for (const span of unnamed(tree.device?.declarations ?? [])) found.push({ ...span, type: 'comment' });
  return found.sort((a, b) => a.start - b.start);
}

function isReadOnly({ declaration, field }: Occurrence): boolean {
  if (field) return field.access === 'ro' || field.access === 'rc' || field.access === 'ros';
  return (
    declaration !== undefined && 'access' in declaration && (declaration.access === 'ro' || declaration.access === 'rc')
  );
}

/** Fields that nobody uses stand back. */
function unnamed(declarations: readonly Declaration[]): Span[] {
  const found: Span[] = [];
  for (const each of declarations) {
    const fields = 'fields' in each ? (each.fields ?? []) : [];
    for (const { name } of fields) if (name.text === '_') found.push({ start: name.start, end: name.end });
  }
  return found;
}
