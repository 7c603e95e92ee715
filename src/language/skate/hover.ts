import type { Hover } from 'vscode-languageserver-types';
import type { ParsedFile } from '../language.ts';
import { codeBlock, hoverOf, plain } from '../markdown.ts';
import type { Definition } from '../outline.ts';
import type { Span } from '../source-text.ts';
import { namesInC, TYPES, wholeName, type SkateTree } from './syntax.ts';
import { BUILT_IN } from './words.ts';

/** What a declaration is, its description, and what skate makes of it in C. */
export function describe({ source, tree }: ParsedFile<SkateTree>, definition: Definition, span: Span): Hover {
  const { what, about, container } = definition;
  const value = tree.values.get(definition) ?? '';
  const title = TYPES.has(what) || !container ? wholeName(definition) : definition.name;
  const of =
    container && !TYPES.has(what) && what !== 'namespace' && what !== 'section' ? ` of ${plain(container.name)}` : '';
  const names = namesInC(definition).map((name) => `\`${name}\``);
  return hoverOf(source, span, [
    `**${plain(title)}** · ${what}${of}${valueText(what, value)}`,
    plain(about),
    what === 'fact' ? codeBlock('c', structOf(tree, definition)) : '',
    what === 'attribute' ? codeBlock('c', attribute(value, definition.name)) : '',
    names.length === 0 ? '' : `In C: ${names.join(', ')}`,
  ]);
}

function valueText(what: string, value: string): string {
  if (value === '' || what === 'attribute') return '';
  if (what === 'flags') return ` · ${plain(value)} bits`;
  if (what === 'flag') return ` · bit ${plain(value)}`;
  return what === 'constants' ? ` · ${plain(value)}` : ` = ${plain(value)}`;
}

function attribute(type: string, name: string): string {
  const inC = BUILT_IN.get(type) ?? `${type.slice(type.indexOf(' ') + 1).replaceAll('.', '_')}_t`;
  return `${inC}${inC.endsWith('*') ? '' : ' '}${name};`;
}

function structOf(tree: SkateTree, fact: Definition): string {
  const lines = fact.inside.map((each) => `    ${attribute(tree.values.get(each) ?? '', each.name)}`);
  return `struct ${wholeName(fact).replaceAll('.', '_')}_t {\n${lines.join('\n')}\n};`;
}
