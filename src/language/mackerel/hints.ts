import { InlayHintKind, type InlayHint } from 'vscode-languageserver-types';
import type { Span } from '../source-text.ts';
import { bitsOf } from './field-layout.ts';
import { addressOf, layoutOf } from './layout.ts';
import type { MackerelFile } from './reading.ts';
import { hex } from './words.ts';

/** So that the columns behind the hints of a type stay columns. An editor shows no run of ordinary blanks in a hint. */
const BLANK = '\u00a0';

/** Behind the width of a field the bits that it has; behind an array the last of its addresses. */
export function hints({ tree, source }: MackerelFile, span: Span): readonly InlayHint[] {
  const layout = layoutOf(tree);
  if (!layout) return [];
  const found: InlayHint[] = [];
  const isShown = ({ start, end }: Span): boolean => start <= span.end && end >= span.start;
  const add = (at: number, label: string, tooltip: string): void => {
    found.push({ position: source.positionAt(at), label, tooltip, kind: InlayHintKind.Type, paddingLeft: true });
  };
  for (const type of layout.types) {
    if ((type.kind !== 'register' && type.kind !== 'data') || !isShown(type.node)) continue;
    const labels = type.fields.map((field) => `[${bitsOf(field)}]`);
    const widest = labels.reduce((most, { length }) => Math.max(most, length), 0);
    for (const [index, field] of type.fields.entries()) {
      const { width } = field.node;
      const label = (labels[index] ?? '').padStart(widest, BLANK);
      if (width && field.width > 0 && isShown(width)) add(width.end, label, `Bits of ${type.name}`);
    }
  }
  for (const register of layout.registers) {
    const { array, node, space } = register;
    if (!array || !node.array || !space || array.offsets || array.count < 2 || !isShown(node.array)) continue;
    if (space.addressing?.by !== 'registers') {
      add(node.array.end, `… ${hex(addressOf(register, array.count - 1))}`, 'Address of the last register');
    }
  }
  return found;
}
