import { CodeActionKind, type CodeAction } from 'vscode-languageserver-types';
import type { Finding } from '../language.ts';
import type { Span } from '../source-text.ts';
import type { FindingCode } from './findings.ts';
import { layoutOf, type DeviceLayout } from './layout.ts';
import { isName } from './lexicon.ts';
import { stemOf, type MackerelFile } from './reading.ts';
import type { Declaration } from './syntax.ts';

interface Mend {
  readonly title: string;
  readonly at: Span;
  readonly text: string;
}

type Mender = (finding: Finding, layout: DeviceLayout, file: MackerelFile) => Mend | undefined;

/** Ways to mend what has been found. */
export function actions(file: MackerelFile, _span: Span, findings: readonly Finding[]): readonly CodeAction[] {
  const layout = layoutOf(file.tree);
  if (!layout) return [];
  return findings.flatMap((finding) => {
    const mend = MENDERS[finding.code as FindingCode]?.(finding, layout, file);
    if (!mend) return [];
    const edit = { range: file.source.range(mend.at), newText: mend.text };
    return [
      {
        title: mend.title,
        kind: CodeActionKind.QuickFix,
        edit: { changes: { [file.uri]: [edit] } },
        isPreferred: true,
      },
    ];
  });
}

const SIZES: Readonly<Partial<Record<FindingCode, readonly number[]>>> = {
  'register-size': [8, 16, 32, 64],
  'data-size': [8, 16, 32, 64, 96, 128, 160, 224, 256, 384, 512],
};

const MENDERS: Readonly<Partial<Record<FindingCode, Mender>>> = {
  'file-name': (finding, _layout, { uri }) => {
    const name = stemOf(uri);
    return isName(name) ? { title: `Call the device ${name}`, at: finding, text: name } : undefined;
  },
  'constant-expression': (finding, layout) => {
    const value = layout.node.declarations
      .flatMap((each) => (each.kind === 'constants' ? each.values : []))
      .find(({ expression }) => expression?.start === finding.start)?.expression?.value;
    if (value === undefined || value < 0n) return undefined;
    const text = `0x${value.toString(16)}`;
    return { title: `Write ${text}`, at: finding, text };
  },
  'register-overlap': (finding, layout) => {
    const node = declaredAt(layout, finding);
    if (node?.kind !== 'register' && node?.kind !== 'regarray') return undefined;
    if (!node.place) return undefined;
    return {
      title: 'Let it be there, too: also',
      at: { start: node.place.start, end: node.place.start },
      text: 'also ',
    };
  },
  'register-size': fillUp,
  'data-size': fillUp,
  'type-without-width': (finding, layout, { source }) => {
    const type = layout.typeNamed.get(source.slice(finding));
    if (type?.kind !== 'constants') return undefined;
    const { end } = type.node.name;
    return {
      title: `Give ${type.name} ${String(type.bits)} bits`,
      at: { start: end, end },
      text: ` width(${String(type.bits)})`,
    };
  },
};

function declaredAt({ node }: DeviceLayout, { start }: Span): Declaration | undefined {
  return node.declarations.find(({ name }) => name.start === start);
}

/** Adds a reserved field at the upper end. */
function fillUp(finding: Finding, layout: DeviceLayout, { source }: MackerelFile): Mend | undefined {
  const node = declaredAt(layout, finding);
  const type = node && layout.types.find((each) => each.kind !== 'builtin' && each.node === node);
  if ((type?.kind !== 'register' && type?.kind !== 'data') || !node || !('fields' in node)) return undefined;
  const full = SIZES[finding.code as FindingCode]?.find((bits) => bits > type.bits);
  const order = (node.kind === 'datatype' ? node.order : undefined) ?? layout.node.order;
  const neighbour = order === 'lsbfirst' ? node.fields.at(-1) : node.fields[0];
  if (full === undefined || !neighbour || (node.kind === 'datatype' && node.word && node.word.value > 0))
    return undefined;
  const line = source.line(source.positionAt(neighbour.start).line);
  const indent = /^[ \t]*/.exec(source.slice(line))?.[0] ?? '';
  const field = `_ ${String(full - type.bits)} rsvd;`;
  const end = source.text.includes('\r\n') ? '\r\n' : '\n';
  const at = order === 'lsbfirst' ? neighbour.end : neighbour.start;
  const text = order === 'lsbfirst' ? `${end}${indent}${field}` : `${field}${end}${indent}`;
  return { title: `Fill up to ${String(full)} bits`, at: { start: at, end: at }, text };
}
