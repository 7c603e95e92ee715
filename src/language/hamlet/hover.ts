import type { Hover } from 'vscode-languageserver-types';
import type { ParsedFile } from '../language.ts';
import { codeBlock, hoverOf, plain } from '../markdown.ts';
import type { Definition } from '../outline.ts';
import type { Span } from '../source-text.ts';
import { fieldsOf, inherited, type Capability, type HamletTree } from './syntax.ts';

/** What a capability, a field or a constant is, and what hamlet makes of it in C. */
export function describe({ source, tree }: ParsedFile<HamletTree>, definition: Definition, span: Span): Hover {
  const { name, what, container } = definition;
  const capability = tree.capabilities.get(definition);
  if (capability) return hoverOf(source, span, describeCapability(tree, capability));
  const constant = tree.constants.get(definition);
  if (constant !== undefined) {
    return hoverOf(source, span, [
      `**${plain(name)}** = ${plain(constant)} · constant`,
      `\`${name.toUpperCase()}\` in \`barrelfish_kpi/capbits.h\``,
    ]);
  }
  const type = container && tree.capabilities.get(container)?.types.get(definition);
  return hoverOf(source, span, [
    `**${plain(name)}** · ${what} of ${plain(container?.name ?? '')}`,
    type === undefined ? '' : codeBlock('c', `${type} ${name};`),
  ]);
}

function describeCapability(tree: HamletTree, capability: Capability): string[] {
  const { definition, from, fromSelf, abstract, parent, copies, multiple, number } = capability;
  const { name } = definition;
  const value = number === undefined ? '' : ` · \`ObjType_${name}\` = ${String(number)}`;
  const address = inherited(capability, 'address');
  const size = inherited(capability, 'size');
  const facts = [
    from ? `Retyped from ${plain(from.definition.name)}${fromSelf ? ', or from itself' : ''}.` : '',
    !from && fromSelf ? 'Retyped from itself.' : '',
    parent ? `Inherits ${plain(parent.definition.name)}.` : '',
    multiple ? 'Can be retyped more than once.' : '',
    copies ? `Is ${copies} a copy of another of its type.` : '',
    address === undefined
      ? 'Has no address.'
      : `Address: \`${address}\`${size === undefined ? '' : `, size: \`${size}\``}`,
  ].filter((each) => each !== '');
  return [
    `**${plain(name)}** · ${abstract ? 'abstract capability' : 'capability'}${value}`,
    abstract ? '' : codeBlock('c', structOf(tree, capability)),
    facts.join('  \n'),
  ];
}

function structOf(tree: HamletTree, capability: Capability): string {
  const lines = fieldsOf(capability).map((field) => {
    const type = (field.container && tree.capabilities.get(field.container)?.types.get(field)) ?? '';
    return `    ${type}${type.endsWith('*') ? '' : ' '}${field.name};`;
  });
  const { name } = capability.definition;
  return lines.length === 0 ? `struct ${name} {};` : `struct ${name} {\n${lines.join('\n')}\n};`;
}
