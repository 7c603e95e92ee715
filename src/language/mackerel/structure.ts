import { SymbolKind, type DocumentSymbol, type FoldingRange } from 'vscode-languageserver-types';
import { blockFold, commentFolds } from '../comment-folds.ts';
import { enclosingSpans } from '../enclosing-spans.ts';
import type { Span } from '../source-text.ts';
import { bitsOf } from './field-layout.ts';
import { layoutOf, type DeviceLayout } from './layout.ts';
import type { MackerelFile } from './reading.ts';
import { kindOf } from './summary.ts';
import type { Declaration, Field, Name } from './syntax.ts';
import { placeOf, valueWords } from './words.ts';

export function symbols(file: MackerelFile): readonly DocumentSymbol[] {
  const layout = layoutOf(file.tree);
  if (!layout) return [];
  const { node } = layout;
  const children = new Outline(file, layout).declarations();
  const name = node.name ?? { text: 'device', start: node.start, end: node.start + 6 };
  return [symbolOf(file, name, node, SymbolKind.Class, node.description?.value, children)];
}

function symbolOf(
  { source }: MackerelFile,
  name: Name,
  span: Span,
  kind: SymbolKind,
  detail = '',
  children?: DocumentSymbol[],
): DocumentSymbol {
  return {
    name: name.text,
    kind,
    range: source.range({ start: Math.min(span.start, name.start), end: Math.max(span.end, name.end) }),
    selectionRange: source.range(name),
    ...(detail !== '' && { detail }),
    ...(children && { children }),
  };
}

class Outline {
  readonly #file: MackerelFile;
  readonly #layout: DeviceLayout;
  readonly #bits = new Map<Field, string>();
  readonly #places = new Map<Declaration, string>();

  constructor(file: MackerelFile, layout: DeviceLayout) {
    this.#file = file;
    this.#layout = layout;
    for (const type of layout.types) {
      if (type.kind === 'register' || type.kind === 'data')
        for (const each of type.fields) this.#bits.set(each.node, bitsOf(each));
    }
    for (const register of layout.registers) this.#places.set(register.node, placeOf(register));
  }

  declarations(): DocumentSymbol[] {
    return this.#layout.node.declarations.map((each) => {
      const place = this.#places.get(each) ?? '';
      const about = each.description?.value ?? '';
      const detail = [place, about].filter((part) => part !== '').join(' · ');
      return symbolOf(this.#file, each.name, each, kindOf(each), detail, this.#inside(each));
    });
  }

  #inside(declaration: Declaration): DocumentSymbol[] {
    if (declaration.kind === 'constants') {
      return declaration.values.map((value) => {
        const number = value.expression?.value;
        const detail = number === undefined ? '' : valueWords(number);
        return symbolOf(this.#file, value.name, value, SymbolKind.EnumMember, detail);
      });
    }
    if (!('fields' in declaration)) return [];
    return (declaration.fields ?? [])
      .filter(({ name }) => name.text !== '_')
      .map((field) => symbolOf(this.#file, field.name, field, SymbolKind.Field, this.#bits.get(field)));
  }
}

export function folds({ tree, source }: MackerelFile): readonly FoldingRange[] {
  const found = commentFolds(source, tree.tokens.comments);
  const add = (body: Span | undefined): void => {
    const fold = body && blockFold(source, body);
    if (fold) found.push(fold);
  };
  add(tree.device?.body);
  for (const each of tree.device?.declarations ?? []) add(each.body);
  return found;
}

export function selections({ tree, source }: MackerelFile, offset: number): readonly Span[] {
  const spans: Span[] = [];
  if (tree.device) spans.push(tree.device);
  const around = tree.device?.declarations.find(({ start, end }) => start <= offset && offset <= end);
  if (around) {
    spans.push(around);
    if (around.kind === 'constants') spans.push(...around.values);
    else if ('fields' in around) spans.push(...(around.fields ?? []));
    if ('place' in around) spans.push(around.place);
  }
  return enclosingSpans(source, tree.tokens, offset, spans);
}
